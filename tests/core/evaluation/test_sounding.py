"""The benchmark of sounding segmenters tells ears from eyes, and truth from false claims."""

import numpy as np
import pytest

from core.evaluation.figures import figures
from core.evaluation.material import everything_in
from core.evaluation.sounding import run
from core.evaluation.sounding_report import EMPTY_KINDS, SEEN_KINDS, SoundingPlan
from core.scenes.scene import SceneKind
from core.segmentation.sounding_protocol import SoundingInfo, SoundingMap, SoundingSource
from tests.helpers.cutouts import COLOURS, PITCHES_HZ, RATE_HZ, write_folder

_PLAN = SoundingPlan(n_scenes=4, side_px=96)


class ColoursAndPitches:
    """Knows the colour and the pitch of each class; one that is deaf takes all for sounding."""

    def __init__(self, *, is_deaf: bool = False) -> None:
        self._is_deaf = is_deaf

    @property
    def info(self):
        return SoundingInfo("known", "Known", "For tests.", "MIT", RATE_HZ, RATE_HZ)

    def sounding(self, frames, sounds, *, cancel):
        return [self._one(frame, sound) for frame, sound in zip(frames, sounds, strict=True)]

    def _one(self, frame, sound):
        levels = np.abs(np.fft.rfft(sound))
        heard = [
            label
            for label, pitch_hz in PITCHES_HZ.items()
            if self._is_deaf or levels[int(pitch_hz) - 3 : int(pitch_hz) + 12].max() > 100
        ]
        unit = frame / np.maximum(np.linalg.norm(frame.astype(float), axis=2, keepdims=True), 1)
        near = {
            label: unit @ (np.array(colour) / np.linalg.norm(colour))
            for label, colour in COLOURS.items()
        }
        best = np.argmax(np.stack(list(near.values())), 0)
        sources = []
        for number, label in enumerate(near):
            heat = ((best == number) & (near[label] > 0.985)).astype(np.float32)
            if label in heard and heat.any():
                sources.append(SoundingSource(heat, label, 1.0))
        whole = np.clip(np.sum([s.heat for s in sources], axis=0), 0, 1) if sources else None
        empty = np.zeros(frame.shape[:2], np.float32)
        return SoundingMap(empty if whole is None else whole, tuple(sources))


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    return everything_in(write_folder(tmp_path_factory.mktemp("data"), n_each=2))


@pytest.fixture(scope="module")
def listening(material, tmp_path_factory):
    return run(material, ColoursAndPitches(), _PLAN, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def deaf(material, tmp_path_factory):
    return run(material, ColoursAndPitches(is_deaf=True), _PLAN, tmp_path_factory.mktemp("cache"))


def _row(report, name):
    return next(row for row in report.rows if row.name == name)


def test_who_listens_loses_much_with_the_sound_of_another_scene(listening):
    true, shuffled = _row(listening, "known"), _row(listening, "sound of another scene")

    kind = SceneKind.AMONG
    assert true.scores[kind].j > shuffled.scores[kind].j + 0.3


def test_who_is_deaf_loses_nothing(deaf):
    true, shuffled = _row(deaf, "known"), _row(deaf, "sound of another scene")

    for kind in SEEN_KINDS:
        assert true.scores[kind] == shuffled.scores[kind]


def test_who_listens_claims_little_where_nothing_seen_sounds(listening, deaf):
    for kind in EMPTY_KINDS:
        assert _row(listening, "known").false_areas[kind] < 0.02
    assert _row(deaf, "known").false_areas[SceneKind.SILENT] > 0.02


def test_perfect_outlines_of_everything_are_right_only_where_one_thing_is_seen(listening):
    seen = _row(listening, "everything seen")

    assert seen.scores[SceneKind.SINGLE].j_and_f == pytest.approx(1.0, abs=1e-5)
    assert seen.scores[SceneKind.AMONG].j < 0.8
    assert seen.false_areas[SceneKind.SILENT] > 0.02


def test_sources_that_are_kept_apart_are_scored_one_by_one(listening):
    assert listening.sources.n_sources >= 8
    assert listening.sources.j > 0.5
    assert listening.sources.named > 0.7


def test_the_tables_name_every_method_and_every_kind(listening):
    for row in listening.rows:
        assert row.name in listening.text
    for kind in SceneKind:
        assert kind.value in listening.text
    assert "salient" in listening.text
    assert "centre box" in listening.text


def test_the_figures_are_plain_and_whole(listening):
    held = figures(listening)

    assert held["benchmark"] == "sounding"
    assert len(held["rows"]) == 5
    assert set(held["rows"][0]["scores"]) == {kind.value for kind in SEEN_KINDS}


def test_the_same_plan_gives_the_same_scores(listening, material, tmp_path):
    again = run(material, ColoursAndPitches(), _PLAN, tmp_path)

    assert again.rows == listening.rows
