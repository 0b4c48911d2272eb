"""Separations as frozen requests: a whole stem onto disk, or a preview of some seconds in memory.

Letters in shapes: C channels, N samples.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.domain.audio import AudioClip, AudioSource, Samples, sample_at
from core.domain.engines import EngineInfo, SettingValue
from core.domain.masks import MaskTrack
from core.domain.media import MediaInfo
from core.domain.pictures import PictureSource
from core.domain.project import StemResult
from core.domain.prompts import PromptSet, RegionPrompt, TimeSpan
from core.errors import EngineError, PromptError
from core.jobs.requests import next_job_id
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.media.wav_sink import WavSink
from core.progress import CancelToken, Report
from core.separation import registry
from core.separation.protocol import SeparationRequest, TargetSink


@dataclass(frozen=True, slots=True)
class SeparationAnswer:
    """A stem's finished target, on disk."""

    job_id: int
    stem_id: str
    result: StemResult


@dataclass(frozen=True, slots=True, eq=False)
class PreviewAnswer:
    """Some seconds of a stem's target; `target.start_s` says where they lie."""

    job_id: int
    stem_id: str
    prompts: PromptSet
    target: AudioClip


@dataclass(frozen=True, slots=True, eq=False)
class SeparationJob:
    """Separate all of `mix` and leave the target at `target_path`, or nothing at all."""

    stem_id: str
    label: str
    media: MediaInfo | None
    """Where the picture is read, if a region was prompted; None for sound alone."""
    table: PtsTable | None
    mix: AudioSource
    prompts: PromptSet
    target_path: Path
    tracks: Mapping[RegionPrompt, MaskTrack] = field(default_factory=dict)
    engine: str = "spectral"
    seed: int = 0
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    device: str = "auto"
    job_id: int = field(default_factory=next_job_id)

    def __call__(self, report: Report, cancel: CancelToken) -> SeparationAnswer:
        """Return where the target lies and what made it.

        Raises:
            CoreError: the prompts, the engine, the picture or the disk refuse. Nothing is left.
            Cancelled: likewise.
        """
        begun_s = time.monotonic()
        mix = self.mix
        with WavSink(self.target_path, mix.sample_rate_hz, mix.n_channels) as file:
            sink = _CheckedSink(file, self.engine)
            notes = _run(self, None, sink, report, cancel)
            sink.expect(mix.n_samples)
            cancel.raise_if_cancelled()
            file.commit()
        notes["seconds"] = round(time.monotonic() - begun_s, 3)
        result = StemResult(
            target_path=self.target_path,
            prompts=self.prompts,
            engine=self.engine,
            seed=self.seed,
            settings=MappingProxyType(dict(self.settings)),
            n_samples=mix.n_samples,
            sample_rate_hz=mix.sample_rate_hz,
            n_channels=mix.n_channels,
            report=MappingProxyType(notes),
        )
        return SeparationAnswer(self.job_id, self.stem_id, result)


@dataclass(frozen=True, slots=True, eq=False)
class PreviewJob:
    """Separate the part of `mix` that lies in `window_s`, in memory, to be heard at once."""

    stem_id: str
    label: str
    media: MediaInfo | None
    table: PtsTable | None
    mix: AudioSource
    prompts: PromptSet
    window_s: TimeSpan
    tracks: Mapping[RegionPrompt, MaskTrack] = field(default_factory=dict)
    engine: str = "spectral"
    seed: int = 0
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    device: str = "auto"
    job_id: int = field(default_factory=next_job_id)

    def __call__(self, report: Report, cancel: CancelToken) -> PreviewAnswer:
        """Return the target within the window, cut to the mix where it hangs over an end.

        Raises:
            PromptError: the window lies outside the mix, or the prompts are of no use.
            CoreError: the engine or the picture refuse.
            Cancelled: the person has asked to stop.
        """
        start, stop = self._window()
        sink = _MemorySink()
        checked = _CheckedSink(sink, self.engine)
        _run(self, (start, stop), checked, report, cancel)
        checked.expect(stop - start)
        cancel.raise_if_cancelled()
        start_s = self.mix.start_s + start / self.mix.sample_rate_hz
        target = AudioClip(sink.samples(), self.mix.sample_rate_hz, start_s)
        return PreviewAnswer(self.job_id, self.stem_id, self.prompts, target)

    def _window(self) -> tuple[int, int]:
        start = max(0, sample_at(self.mix, self.window_s.start_s))
        stop = min(self.mix.n_samples, sample_at(self.mix, self.window_s.end_s))
        if start >= stop:
            raise PromptError(
                f"no sound between {self.window_s.start_s:g} s and {self.window_s.end_s:g} s",
                advice="Move the playhead to where the clip has sound.",
            )
        return start, stop


def _run(
    job: SeparationJob | PreviewJob,
    window: tuple[int, int] | None,
    sink: TargetSink,
    report: Report,
    cancel: CancelToken,
) -> dict[str, SettingValue]:
    """Run the job's engine, and return what is worth remembering."""
    engine = registry.build(job.engine, job.device)
    with _picture(job) as picture:
        request = SeparationRequest(
            mix=job.mix,
            prompts=job.prompts,
            tracks=job.tracks,
            picture=picture,
            window=window,
            seed=job.seed,
            settings=job.settings,
            device=job.device,
        )
        notes = engine.separate(request, sink, report=report, cancel=cancel)
    about = {"licence": engine.info.licence, **_band_notes(engine.info, job.mix)}
    return {**about, **notes}


@contextlib.contextmanager
def _picture(job: SeparationJob | PreviewJob) -> Iterator[PictureSource | None]:
    """Open the clip's picture on this thread, only where a region needs it."""
    if job.media is None or job.media.video is None or not job.prompts.regions:
        yield None
        return
    with FrameReader(job.media, job.table) as reader:
        yield reader


def _band_notes(info: EngineInfo, mix: AudioSource) -> dict[str, SettingValue]:
    low_hz, high_hz = info.band_hz or (0.0, 0.5 * mix.sample_rate_hz)
    return {"band_low_hz": low_hz, "band_high_hz": min(high_hz, 0.5 * mix.sample_rate_hz)}


class _CheckedSink:
    """Passes on what is finite, and counts it: no engine can leave a broken or short stem."""

    def __init__(self, inner: TargetSink, engine: str) -> None:
        self._inner = inner
        self._engine = engine
        self._n_written = 0

    def write(self, target: Samples) -> None:
        if not np.isfinite(target).all():
            raise EngineError(
                f"engine {self._engine} wrote values that are not finite "
                f"after sample {self._n_written}",
                advice="Try again on the CPU, or with another engine.",
            )
        self._inner.write(target)
        self._n_written += target.shape[1]

    def expect(self, n_samples: int) -> None:
        """Raise `EngineError` unless exactly `n_samples` have come."""
        if self._n_written != n_samples:
            raise EngineError(
                f"engine {self._engine} wrote {self._n_written} samples instead of {n_samples}",
                advice="Try again with another engine, and report this as a fault of Soloist.",
            )


class _MemorySink:
    """Keeps what is written; for windows of some seconds."""

    def __init__(self) -> None:
        self._pieces: list[Samples] = []

    def write(self, target: Samples) -> None:
        self._pieces.append(np.array(target, np.float32))

    def samples(self) -> Samples:
        return np.concatenate(self._pieces, axis=1)
