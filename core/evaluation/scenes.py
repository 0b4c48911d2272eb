"""The benchmark on scenes with a picture: every object of every scene, by box, text, spans and all.

Objects that are not on screen are asked for by text and spans, and stand in rows of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.domain.audio import AudioClip
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import Box, PromptKind, PromptSet, RegionPrompt, SpanPrompt, TextPrompt
from core.evaluation.scene_files import SceneObject, read_scenes
from core.evaluation.sounds import Mono
from core.evaluation.tables import Refusal, Row, Score, table
from core.evaluation.trial import Bench, Judge, Write, estimate
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from core.progress import Progress, Report, ignore
from core.separation import registry
from core.separation.protocol import SeparationRequest, Separator

Kinds = frozenset[PromptKind]


@dataclass(frozen=True, slots=True)
class ScenesReport:
    """A row for each group of scenes and each way of prompting."""

    folder: Path
    bench: Bench
    rows: tuple[Row, ...]
    n_scenes: int

    @property
    def text(self) -> str:
        """The table, with all that is needed to make it again."""
        return (
            f"{self.bench.engine} on {self.n_scenes} scenes from {self.folder}, "
            f"seed {self.bench.seed}. Median/mean in dB, improvements (i) over the mix.\n"
            f"{table(self.rows)}"
        )


def run(
    folder: Path,
    bench: Bench | None = None,
    *,
    report: Report = ignore,
    write: Write | None = None,
) -> ScenesReport:
    """Separate every object of every scene below `folder`, in each way the engine understands.

    A box becomes a mask track that stays where it is. An engine may refuse a prompt (nothing
    moves in a photograph): that is counted, not scored.

    Args:
        folder: searched for `meta.json`.
        bench: engine, its seed, device, settings and cancel token.
        report: told of each object.
        write: told a line for every try, and the table at last.

    Raises:
        MediaError: no scene, or one that cannot be read.
        ModelError: no such engine.
        Cancelled: the bench's token was raised.

    An object that is silent, or alone in its scene, cannot be scored: that is written, too.
    """
    bench = bench or Bench()
    say = write or (lambda _line: None)
    separator, understood = bench.build(), registry.info(bench.engine).understands
    found: dict[str, list[Score | Refusal]] = {}
    scenes: set[tuple[str, str]] = set()
    for done, thing in enumerate(read_scenes(folder)):
        report(Progress("Separating scenes", done, 0))
        scenes.add((thing.group, thing.scene))
        try:
            judge = Judge(thing.truth, thing.mix)
        except ValueError as error:
            say(f"{_place(thing)} is left out: {error}")
            continue
        for way in _ways(understood & thing.kinds):
            bench.cancel.raise_if_cancelled()
            answer = _try(bench, separator, thing, way, judge)
            found.setdefault(_row_name(thing, way), []).append(answer)
            say(_line(thing, way, answer))
    rows = tuple(Row.of(name, answers) for name, answers in sorted(found.items()))
    result = ScenesReport(folder, bench, rows, len(scenes))
    say(result.text)
    return result


def _ways(usable: Kinds) -> Iterator[Kinds]:
    """Yield each kind for itself, then all of them."""
    for kind in sorted(usable):
        yield frozenset({kind})
    if len(usable) > 1:
        yield usable


def _try(
    bench: Bench, separator: Separator, thing: SceneObject, way: Kinds, judge: Judge
) -> Score | Refusal:
    """Return the score of one way of asking for one object."""

    def ask() -> Mono:
        if PromptKind.REGION not in way:
            return estimate(separator, _request(bench, thing, way, None), bench.cancel)
        with FrameReader(probe(thing.video)) as picture:
            return estimate(separator, _request(bench, thing, way, picture), bench.cancel)

    return judge.hear(ask, thing.sample_rate_hz)


def _request(
    bench: Bench, thing: SceneObject, way: Kinds, picture: FrameReader | None
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
        seed=bench.seed,
        settings=bench.settings,
        device=bench.device,
    )


def _resting_track(picture: FrameReader, box: tuple[float, float, float, float]) -> MaskTrack:
    mask = np.zeros((picture.height_px, picture.width_px), np.bool_)
    x0, y0, x1, y1 = (round(edge) for edge in box)
    mask[y0:y1, x0:x1] = True
    masks = tuple(TrackedMask.pack(int(pts), mask) for pts in picture.pts_table)
    return MaskTrack(picture.time_base, picture.origin_s, masks)


def _row_name(thing: SceneObject, way: Kinds) -> str:
    place = "" if thing.is_on_screen else ", off screen"
    return f"{thing.group}{place}: {_said(way)}"


def _line(thing: SceneObject, way: Kinds, answer: Score | Refusal) -> str:
    gain = f"{answer.improvement_db:+.1f} dB" if isinstance(answer, Score) else "refused"
    return f"{_place(thing)} by {_said(way)}: {gain}"


def _place(thing: SceneObject) -> str:
    return f"{thing.group}/{thing.scene} {thing.text}"


def _said(way: Kinds) -> str:
    return " + ".join(sorted(way))
