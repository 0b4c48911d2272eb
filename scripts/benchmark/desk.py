"""A clip opened as the program opens it, and requests about it, for benchmarks without a window."""

from dataclasses import dataclass
from pathlib import Path

from core.domain.audio import AudioSource
from core.domain.media import MediaInfo
from core.domain.prompts import Click, PromptSet, RegionPrompt, SpanPrompt, TimeSpan
from core.jobs.opening import OpenJob
from core.jobs.separation import SeparationJob
from core.media.audio_import import import_audio
from core.media.cache import MediaCache
from core.media.pts_table import PtsTable
from core.progress import CancelToken, ignore
from scripts.benchmark.clips import demo_thing

EVERYWHERE = {"unmarked": "searched"}
"""Without it what lies outside the spans is skipped, and most of a clip costs nothing."""
_CACHE_BYTES = 64 * 2**30


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What jobs need to know of an open clip."""

    info: MediaInfo
    table: PtsTable
    mix: AudioSource
    folder: Path
    """For what jobs write."""


def open_desk(path: Path, folder: Path) -> Desk:
    """Open the demo clip, or one made of it, and read its sound; `folder` takes what is written."""
    opened = OpenJob(path)(ignore, CancelToken())
    if opened.table is None:
        raise ValueError(f"{path} has no picture")
    cache = MediaCache(folder / "cache", _CACHE_BYTES)
    sound = import_audio(
        opened.info, opened.info.audio[0].index, cache, report=ignore, cancel=CancelToken()
    )
    return Desk(opened.info, opened.table, sound.source, folder)


def demo_region(desk: Desk, name: str) -> RegionPrompt:
    """Return a click on the thing called `name` in the first picture."""
    x_px, y_px = demo_thing(name).click_px
    return RegionPrompt(clicks=(Click(x_px, y_px, int(desk.table.pts[0])),))


def demo_spans(name: str) -> tuple[SpanPrompt, ...]:
    """Return the spans a person would mark for the thing called `name`."""
    return tuple(SpanPrompt(TimeSpan(*span_s)) for span_s in demo_thing(name).spans_s)


def separation(desk: Desk) -> SeparationJob:
    """Return a request to separate all of the clip by spans, none of it skipped."""
    return SeparationJob(
        stem_id="stem",
        label="Separate",
        media=desk.info,
        table=desk.table,
        mix=desk.mix,
        prompts=PromptSet(spans=demo_spans("bird")),
        target_path=desk.folder / "target.wav",
        settings=EVERYWHERE,
    )
