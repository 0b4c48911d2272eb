"""The clip that everybody sees first is there, small, and true to what is said of it."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from core.media.audio_import import import_audio
from core.media.cache import MediaCache
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.progress import CancelToken, ignore

FOLDER = Path(__file__).parents[3] / "resources" / "demo"
CLIP = FOLDER / "demo.mp4"
TRUTH = json.loads((FOLDER / "demo.json").read_text("utf-8"))


def _time_sounding_s(spans_s: list[list[float]]) -> float:
    return sum(end_s - start_s for start_s, end_s in spans_s)


def test_it_is_small_and_opens_like_any_clip() -> None:
    info = probe(CLIP)

    assert CLIP.stat().st_size < 3_000_000
    assert info.warnings == ()
    assert info.video is not None
    assert (info.video.width_px, info.video.height_px) == (TRUTH["width_px"], TRUTH["height_px"])
    assert (info.audio[0].sample_rate_hz, info.audio[0].n_channels) == (48_000, 2)
    assert info.duration_s == pytest.approx(TRUTH["duration_s"], abs=0.05)


def test_three_things_sound_and_each_is_quiet_for_a_third() -> None:
    assert len(TRUTH["objects"]) == 3
    for thing in TRUTH["objects"]:
        assert _time_sounding_s(thing["spans_s"]) <= TRUTH["duration_s"] * 2 / 3
        x0, y0, x1, y1 = thing["box_px"]
        assert 0 <= x0 < thing["click_px"][0] < x1 <= TRUTH["width_px"]
        assert 0 <= y0 < thing["click_px"][1] < y1 <= TRUTH["height_px"]


@pytest.mark.parametrize("thing", TRUTH["objects"], ids=lambda thing: thing["name"])
def test_each_thing_moves_while_it_sounds_and_hardly_otherwise(thing: dict) -> None:
    x0, y0, x1, y1 = thing["box_px"]
    start_s, end_s = thing["spans_s"][0]

    with FrameReader(probe(CLIP)) as reader:

        def motion(first_s: float, last_s: float) -> float:
            times = np.arange(first_s, last_s, 0.1)
            views = [
                reader.frame_at(reader.pts_at(t)).pixels[y0:y1, x0:x1].astype(np.int16)
                for t in times
            ]
            return float(np.mean([np.abs(b - a).mean() for a, b in itertools.pairwise(views)]))

        moving = motion(start_s, min(end_s, start_s + 1.3))
        resting = motion(0.0, 0.5)

    assert moving > 4 * resting


def test_sound_rises_where_the_spans_say(tmp_path: Path) -> None:
    info = probe(CLIP)
    sound = import_audio(
        info, info.audio[0].index, MediaCache(tmp_path, 2**30), report=ignore, cancel=CancelToken()
    )
    is_sounding = np.zeros(round(TRUTH["duration_s"] * 20), bool)
    for thing in TRUTH["objects"]:
        for start_s, end_s in thing["spans_s"]:
            is_sounding[int(start_s * 20) : int(np.ceil(end_s * 20)) + 2] = True

    peaks = sound.peaks.columns(0.0, TRUTH["duration_s"], is_sounding.size).high.max(axis=0)

    assert (~is_sounding).sum() >= 10
    assert peaks[~is_sounding].max() < 0.02
    assert np.median(peaks[is_sounding]) > 0.05
