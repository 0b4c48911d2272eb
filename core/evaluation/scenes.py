"""The benchmark on scenes with a picture: every object of every scene, by region, span, or both.

A scene is a folder with `meta.json`, `mixture.flac`, a stem for each object, and `video.mp4`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.audio import AudioClip
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import (
    Box,
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    TextPrompt,
    TimeSpan,
)
from core.errors import MediaError, PromptError
from core.evaluation.mixtures import Mono, read_mono
from core.evaluation.tables import Row, Score, table
from core.evaluation.trial import Bench, Write, estimate, score, timed
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.separation import registry
from core.separation.protocol import SeparationRequest, Separator

_WAYS: tuple[frozenset[PromptKind], ...] = (
    frozenset({PromptKind.REGION}),
    frozenset({PromptKind.SPAN}),
    frozenset({PromptKind.REGION, PromptKind.SPAN}),
    frozenset({PromptKind.TEXT}),
    frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
)


@dataclass(frozen=True, slots=True, eq=False)
class SceneObject:
    """One thing that sounds in a scene, and its own sound."""

    scene: str
    group: str
    """The folder of the scene's folder: scenes of a kind stand together."""
    text: str
    box: tuple[float, float, float, float] | None
    spans: tuple[TimeSpan, ...]
    mix: Mono
    truth: Mono
    sample_rate_hz: int
    video: Path

    @property
    def kinds(self) -> frozenset[PromptKind]:
        """The prompts that can be made for it."""
        can = {
            PromptKind.TEXT: bool(self.text),
            PromptKind.REGION: self.box is not None and self.video.is_file(),
            PromptKind.SPAN: bool(self.spans),
        }
        return frozenset(kind for kind, is_there in can.items() if is_there)


@dataclass(frozen=True, slots=True)
class ScenesReport:
    """A row for each group of scenes and each way of prompting."""

    rows: tuple[Row, ...]
    n_scenes: int
    seed: int
    text: str


def read_scenes(folder: Path) -> Iterator[SceneObject]:
    """Yield every object that has a stem, scenes in the order of their paths.

    Raises:
        MediaError: there is no scene in `folder`, or one cannot be read.
    """
    notes = sorted(folder.rglob("meta.json")) if folder.is_dir() else []
    if not notes:
        raise MediaError(
            f"no meta.json below {folder}",
            advice="Give a folder of scenes, each with meta.json, mixture.flac and its stems.",
        )
    for note in notes:
        yield from _objects(note)


def run(
    folder: Path,
    engine: str = "spectral",
    *,
    bench: Bench | None = None,
    seed: int = 0,
    write: Write | None = None,
) -> ScenesReport:
    """Separate every object of every scene below `folder`, in each way the engine understands.

    A box becomes a mask track that stays where it is. An engine may refuse a prompt (nothing
    moves in a photograph): that is counted, not scored.

    Args:
        folder: searched for `meta.json`.
        engine: name in the registry.
        bench: device, settings and cancel token; its engine and seed give way to the others.
        seed: of the engine.
        write: told a line for every try, and the table at last.

    Raises:
        MediaError: no scene, or one that cannot be read.
        ModelError: no such engine.
        Cancelled: the bench's token was raised.
    """
    plan = bench or Bench()
    plan = Bench(engine, seed, plan.device, plan.settings, plan.cancel)
    say = write or (lambda _line: None)
    separator, understood = plan.build(), registry.info(engine).understands
    found: dict[str, list[Score | None]] = {}
    scenes: set[tuple[str, str]] = set()
    for thing in read_scenes(folder):
        scenes.add((thing.group, thing.scene))
        for way in _WAYS:
            if way <= understood & thing.kinds:
                plan.cancel.raise_if_cancelled()
                name = f"{thing.group}: {' + '.join(sorted(way))}"
                result = _try(plan, separator, thing, way)
                found.setdefault(name, []).append(result)
                say(_line(thing, way, result))
    rows = tuple(
        Row(name, tuple(s for s in results if s is not None), results.count(None))
        for name, results in sorted(found.items())
    )
    title = f"{engine} on {len(scenes)} scenes from {folder}, seed {seed}. Medians in dB."
    text = f"{title}\n{table(rows)}"
    say(text)
    return ScenesReport(rows, len(scenes), seed, text)


def _try(
    plan: Bench, separator: Separator, thing: SceneObject, way: frozenset[PromptKind]
) -> Score | None:
    """Return the score of one way of asking for one object, None where it was refused."""

    def ask() -> Mono:
        if PromptKind.REGION not in way:
            return estimate(separator, _request(plan, thing, way, None), plan.cancel)
        with FrameReader(probe(thing.video)) as picture:
            return estimate(separator, _request(plan, thing, way, picture), plan.cancel)

    try:
        target, spent_s = timed(ask)
    except PromptError:
        return None
    length_s = len(thing.mix) / thing.sample_rate_hz
    return score(target, thing.truth, thing.mix, spent_s / length_s)


def _request(
    plan: Bench, thing: SceneObject, way: frozenset[PromptKind], picture: FrameReader | None
) -> SeparationRequest:
    region, tracks = None, {}
    if picture is not None and thing.box is not None:
        region = RegionPrompt(boxes=(Box(*thing.box, pts=int(picture.pts_table[0])),))
        tracks = {region: _resting_track(picture, thing.box)}
    prompts = PromptSet(
        texts=(TextPrompt(thing.text),) if PromptKind.TEXT in way else (),
        regions=(region,) if region is not None else (),
        spans=tuple(map(SpanPrompt, thing.spans)) if PromptKind.SPAN in way else (),
    )
    return SeparationRequest(
        mix=AudioClip(thing.mix[None], thing.sample_rate_hz),
        prompts=prompts,
        tracks=tracks,
        picture=picture,
        seed=plan.seed,
        settings=plan.settings,
        device=plan.device,
    )


def _resting_track(picture: FrameReader, box: tuple[float, float, float, float]) -> MaskTrack:
    mask = np.zeros((picture.height_px, picture.width_px), np.bool_)
    x0, y0, x1, y1 = (round(edge) for edge in box)
    mask[y0:y1, x0:x1] = True
    masks = tuple(TrackedMask.pack(int(pts), mask) for pts in picture.pts_table)
    return MaskTrack(picture.time_base, picture.origin_s, masks)


def _objects(note: Path) -> Iterator[SceneObject]:
    folder = note.parent
    try:
        # The file is JSON of any shape; what is missing or of another kind is caught below.
        meta: Any = json.loads(note.read_text(encoding="utf-8"))
        mix, rate_hz = read_mono(folder / "mixture.flac")
        things = [thing for thing in meta["objects"] if (folder / thing["stem"]).is_file()]
        for thing in things:
            truth, _ = read_mono(folder / thing["stem"])
            box = thing.get("box_xyxy") if thing.get("on_screen", True) else None
            yield SceneObject(
                scene=folder.name,
                group=folder.parent.name,
                text=str(thing.get("text", "")).strip(),
                box=None if box is None else (box[0], box[1], box[2], box[3]),
                spans=tuple(TimeSpan(start, end) for start, end in thing.get("spans") or ()),
                mix=mix,
                truth=truth,
                sample_rate_hz=rate_hz,
                video=folder / "video.mp4",
            )
    except (KeyError, TypeError, IndexError, ValueError, OSError) as error:
        raise MediaError(
            f"{note} does not describe a scene: {error!r}",
            advice="Give scenes with an “objects” list, mixture.flac and a stem for each object.",
        ) from error


def _line(thing: SceneObject, way: frozenset[PromptKind], result: Score | None) -> str:
    said = " + ".join(sorted(way))
    gain = "refused" if result is None else f"{result.improvement_db:+.1f} dB"
    return f"{thing.group}/{thing.scene} {thing.text} by {said}: {gain}"
