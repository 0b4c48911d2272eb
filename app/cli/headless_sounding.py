"""From a clip to what sounds in it, without a window: open, read, look, export."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.cli.headless import imported_sound, refusal_of, sound_track
from app.paths import Home
from core.domain.export import SoundingExportChoice
from core.domain.soundings import SoundingTrack
from core.domain.vocabulary import spoken
from core.errors import MediaError, ModelError
from core.jobs.opening import OpenJob
from core.jobs.sounding import RATE_HZ, SoundingJob
from core.jobs.sounding_export import (
    SoundingExportAnswer,
    SoundingExportJob,
    rehearse_sounding_export,
    sounding_files_in_the_way,
)
from core.progress import CancelToken, Report
from core.segmentation import sounding_registry


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """What the command line asked for."""

    clip: Path
    choice: SoundingExportChoice
    rate_hz: float = RATE_HZ
    engine: str = "ddavs"
    weights: Path | None = None
    audio_track: int | None = None
    """Counted from 1 among the clip's sound tracks; None for the first."""
    device: str = "auto"


def segment_clip(
    request: SegmentRequest, home: Home, *, report: Report, cancel: CancelToken
) -> tuple[SoundingExportAnswer, str]:
    """Do all of it; return what was written, and a sentence on what was seen.

    What can be refused is refused before the work begins.

    Raises:
        CoreError: with advice; nothing has been written.
        Cancelled: likewise.
    """
    sounding_registry.info(request.engine)  # refuses one that there is not
    _refuse_missing(request.weights)
    opened = OpenJob(request.clip)(report, cancel)
    if opened.info.video is None:
        raise MediaError(
            f"{request.clip} has no picture",
            advice="This file holds sound only, so there is nothing to be seen. Choose a video.",
        )
    stream = sound_track(opened.info, request.audio_track)
    mix = imported_sound(opened.info, stream, home, report, cancel)
    in_the_way = sounding_files_in_the_way(request.choice, mix)
    if in_the_way and not request.choice.may_overwrite:
        raise refusal_of(in_the_way)
    rehearse_sounding_export(request.choice, mix)
    looked = SoundingJob(
        opened.info,
        opened.table,
        mix,
        rate_hz=request.rate_hz,
        engine=request.engine,
        device=request.device,
        weights=request.weights,
    )(report, cancel)
    job = SoundingExportJob(
        opened.info,
        opened.table,
        mix,
        stream.index,
        looked.track,
        request.choice,
        request.engine,
        request.weights,
    )
    return job(report, cancel), summary_of(looked.track)


def _refuse_missing(weights: Path | None) -> None:
    if weights is not None and not weights.is_file():
        raise ModelError(
            f"{weights} is not there",
            advice="Give a file that “main.py train ddavs” wrote, or leave out --weights for what "
            "comes with Soloist.",
        )


def summary_of(track: SoundingTrack) -> str:
    """Return what was seen, in a sentence or two."""
    n_all = len(track)
    counts: Counter[str] = Counter()
    for frame in track:
        counts.update({spoken(source.label) or "something" for source in frame.sources})
    n_off = sum(frame.is_off_screen for frame in track)
    seen = ", ".join(f"{name} ({n / n_all:.0%})" for name, n in counts.most_common(5))
    words = f"{n_all} frames. Sounding on screen: {seen or 'nothing'}."
    return words + (f" Heard off screen: {n_off / n_all:.0%}." if n_off else "")
