"""The benchmark of sounding segmenters: made scenes of every kind, beside methods without ears.

The engine stands twice: with the true sound, and with that of another scene, which is what it makes
of the picture alone. Beside it are everything that is seen, outlined perfectly; what is salient;
and a box in the middle.

Letters in shapes: K frames, H, W pixels, N samples around a frame, Q sources.
"""

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import linear_sum_assignment

from core.domain.masks import Mask
from core.evaluation.mask_metrics import MaskMeter
from core.evaluation.material import Material
from core.evaluation.scene_sounds import FileSounds
from core.evaluation.sounding_baselines import centre_box, salient
from core.evaluation.sounding_report import (
    EMPTY_KINDS,
    SEEN_KINDS,
    SoundingPlan,
    SoundingReport,
    SoundingRow,
    SourcesScore,
)
from core.evaluation.sounds import Mono
from core.evaluation.tables import median
from core.evaluation.trial import Write
from core.progress import CancelToken, Progress, Report, ignore
from core.scenes.cutout_bank import open_cutouts
from core.scenes.likeness import alike
from core.scenes.making import SceneConfig, SceneMaker
from core.scenes.scene import Scene, SceneKind
from core.segmentation.mask_shapes import overlap
from core.segmentation.sounding_protocol import SoundingMap, SoundingSegmenter

_SHUFFLED = "sound of another scene"
_SEEN, _SALIENT, _BOX = "everything seen", "salient", "centre box"


def run(  # noqa: PLR0913 - most have a default
    material: Material,
    segmenter: SoundingSegmenter,
    plan: SoundingPlan,
    cache: Path,
    *,
    report: Report = ignore,
    cancel: CancelToken | None = None,
    write: Write | None = None,
) -> SoundingReport:
    """Ask for what sounds in made scenes of every kind and return the scores.

    Args:
        material: recordings, and pictures to cut from.
        segmenter: the engine.
        plan: which scenes.
        cache: a folder for the cut-outs; made if it is not there.
        report: told of each scene.
        cancel: looked at between scenes.
        write: told the tables at last.

    Raises:
        MediaError: too few classes can be both seen and heard, or a file that cannot be read.
        Cancelled: asked to stop.
    """
    cancel = cancel or CancelToken()
    info = segmenter.info
    bank = open_cutouts(material.pictures, cache, report=report, cancel=cancel)
    config = SceneConfig(
        side_px=plan.side_px, frame_samples=info.frame_samples, n_frames=plan.n_frames
    )
    maker = SceneMaker(bank, FileSounds(material.sounds, info.sample_rate_hz), config, plan.seed)
    tally = _Tally(segmenter, cancel)
    n_all = plan.n_scenes * len(SceneKind)
    for done, (scene, other) in enumerate(_pairs(maker, plan)):
        cancel.raise_if_cancelled()
        report(Progress("Looking for what sounds", done, n_all))
        tally.take(scene, other)
    found = SoundingReport(
        material,
        info.name,
        plan,
        tally.rows(info.name),
        tally.sources(),
        len(maker.classes),
        median(tally.times_s) / plan.n_frames,
    )
    if write is not None:
        write(found.text)
    return found


def _pairs(
    maker: SceneMaker, plan: SoundingPlan
) -> Iterator[tuple[Scene, npt.NDArray[np.float32]]]:
    """Yield each scene with the sound (K * N,) of one in which nothing of it sounds."""
    for place, kind in enumerate(SceneKind):
        first = place * plan.n_scenes
        scenes = [maker.scene(first + number, kind) for number in range(plan.n_scenes)]
        for number, scene in enumerate(scenes):
            others = scenes[number + 1 :] + scenes[:number]
            yield scene, next((one.wave for one in others if _is_unlike(one, scene)), scene.wave)


def _is_unlike(other: Scene, scene: Scene) -> bool:
    """Return whether nothing that sounds in `other` is like what sounds in `scene`."""
    heard = {*_heard(other)}
    return heard.isdisjoint(itertools.chain.from_iterable(alike(one) for one in _heard(scene)))


def _heard(scene: Scene) -> Iterator[str]:
    yield from scene.off_screen
    for label, sounds in zip(scene.labels, scene.sounding, strict=True):
        if sounds.any():
            yield label


@dataclass(slots=True)
class _Tally:
    """Adds up what each method says."""

    segmenter: SoundingSegmenter
    cancel: CancelToken
    times_s: list[float] = field(default_factory=list)
    _meters: dict[tuple[str, SceneKind], MaskMeter] = field(default_factory=dict)
    _claimed: dict[tuple[str, SceneKind], list[float]] = field(default_factory=dict)
    _overlaps: list[float] = field(default_factory=list)
    _named: list[bool] = field(default_factory=list)

    def take(self, scene: Scene, other: Mono) -> None:
        """Ask every method about a scene; `other` is the sound of another one."""
        began_s = time.perf_counter()
        said = self._asked(scene, scene.wave)
        self.times_s.append(time.perf_counter() - began_s)
        answers: dict[str, Iterable[npt.NDArray[np.float32]]] = {
            self.segmenter.info.name: [one.heat for one in said],
            _SHUFFLED: [one.heat for one in self._asked(scene, other)],
            _SEEN: scene.seen.astype(np.float32),
            _SALIENT: [salient(frame) for frame in scene.frames],
            _BOX: [centre_box(frame) for frame in scene.frames],
        }
        for name, heats in answers.items():
            self._add(name, scene, np.stack(list(heats)))
        if scene.kind is SceneKind.MULTI:
            for frame, one in enumerate(said):
                self._add_sources(scene.sources_of(frame), one)

    def _asked(self, scene: Scene, wave: Mono) -> list[SoundingMap]:
        sounds = wave.reshape(len(scene.frames), -1)
        return self.segmenter.sounding(list(scene.frames), sounds, cancel=self.cancel)

    def _add(self, name: str, scene: Scene, heats: npt.NDArray[np.float32]) -> None:
        if scene.kind in EMPTY_KINDS:
            areas = (heats > 0.5).mean((1, 2))
            self._claimed.setdefault((name, scene.kind), []).extend(areas.tolist())
            return
        # In a frame in which a source is silent for once, nothing need sound.
        used = scene.truth.any((1, 2))
        meter = self._meters.setdefault((name, scene.kind), MaskMeter())
        if used.any():
            truth = torch.from_numpy(scene.truth[used]).float()
            meter.add(torch.from_numpy(heats[used]), truth)

    def _add_sources(self, true: Mapping[str, Mask], said: SoundingMap) -> None:
        """Match true sources with those said, one to one, by their overlap."""
        if not true:
            return
        labels = list(true)
        masks = [one.heat > 0.5 for one in said.sources]
        table = np.array([[overlap(true[label], mask) for mask in masks] for label in labels])
        found = np.zeros(len(labels))
        named = np.zeros(len(labels), np.bool_)
        if masks:
            for row, column in zip(*linear_sum_assignment(-table), strict=True):
                found[row] = table[row, column]
                is_there = table[row, column] > 0
                named[row] = is_there and said.sources[column].label == labels[row]
        self._overlaps += found.tolist()
        self._named += named.tolist()

    def rows(self, engine: str) -> tuple[SoundingRow, ...]:
        """Return a row for each method."""
        return tuple(
            SoundingRow(
                name,
                {kind: self._meters[name, kind].batch_free() for kind in SEEN_KINDS},
                {kind: float(np.mean(self._claimed[name, kind])) for kind in EMPTY_KINDS},
            )
            for name in (engine, _SHUFFLED, _SEEN, _SALIENT, _BOX)
        )

    def sources(self) -> SourcesScore:
        """Return how well sources were kept apart."""
        n = len(self._overlaps)
        if not n:
            return SourcesScore(0.0, 0.0, 0)
        return SourcesScore(float(np.mean(self._overlaps)), float(np.mean(self._named)), n)
