"""Where the sound of a clip comes from, as a frozen request: heat and sources, frame by frame."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.audio import AudioSource
from core.domain.media import MediaInfo
from core.domain.pictures import Frame, Pixels
from core.domain.soundings import SoundingFrame, SoundingTrack
from core.jobs.requests import next_job_id
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Progress, Report
from core.segmentation import sounding_registry
from core.segmentation.sounding_protocol import SoundingInfo, SoundingSegmenter
from core.segmentation.steadied_sounding import Steadier
from core.separation.chunking import resample
from core.separation.gentle_import import import_gently

RATE_HZ = 5.0
"""How many frames a second are looked at, where nothing else is asked for."""

OnFrames = Callable[[tuple[SoundingFrame, ...]], None]

_CACHE_BYTES = 96 * 2**20
_AT_ONCE = 4
_TOLD_EVERY_S = 0.25
_LONGER_SIDE_PX = 384
"""Of the frames that are given to a segmenter; none looks at more."""
_HEARD_FROM_RMS = 1e-3
"""-60 dB: what is quieter is not missed on screen."""


def _tell_nobody(_frames: tuple[SoundingFrame, ...]) -> None:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class SoundingAnswer:
    """What sounds in the whole clip."""

    job_id: int
    track: SoundingTrack


@dataclass(frozen=True, slots=True, eq=False)
class SoundingJob:
    """Look through a clip for what sounds, `rate_hz` frames a second, from `first_s` on.

    What lies before `first_s` comes last, so that the person at the playhead waits least.
    """

    media: MediaInfo
    table: PtsTable | None
    mix: AudioSource
    rate_hz: float = RATE_HZ
    first_s: float = 0.0
    engine: str = "ddavs"
    device: str = "auto"
    weights: Path | None = None
    on_frames: OnFrames = _tell_nobody
    """Told a few times a second what is new, on the worker's thread."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "See what sounds"

    def __call__(self, report: Report, cancel: CancelToken) -> SoundingAnswer:
        """Return the whole track.

        Raises:
            MediaError: the clip has no picture, or a frame cannot be read.
            ModelError: there is no such segmenter or device, or its weights are missing.
            Cancelled: it was asked to stop; what `on_frames` was told stays true.
        """
        with FrameReader(self.media, self.table, _CACHE_BYTES) as picture:
            report(Progress("Load what sees sounds", 0, 1))
            # Only here is torch loaded: this module is imported while the window opens.
            import_gently("core.separation.devices")
            segmenter = sounding_registry.build(self.engine, self.device, self.weights)
            legs = _legs(picture.table, 1.0 / self.rate_hz, self.first_s)
            track = empty_track(picture.table, self.rate_hz)
            found: list[SoundingFrame] = []
            news: list[SoundingFrame] = []
            told_s, n_all = -_TOLD_EVERY_S, sum(len(leg) for leg in legs)
            for one in self._looked(picture, segmenter, legs, cancel):
                found.append(one)
                news.append(one)
                report(Progress(self.label, len(found), n_all))
                if time.monotonic() - told_s >= _TOLD_EVERY_S:
                    self.on_frames(tuple(news))
                    news.clear()
                    told_s = time.monotonic()
            if news:
                self.on_frames(tuple(news))
        return SoundingAnswer(self.job_id, track.with_frames(found))

    def _looked(
        self,
        picture: FrameReader,
        segmenter: SoundingSegmenter,
        legs: Sequence[Sequence[int]],
        cancel: CancelToken,
    ) -> Iterator[SoundingFrame]:
        steadier = Steadier()
        for leg in legs:
            steadier.begin_anew()
            for first in range(0, len(leg), _AT_ONCE):
                frames = []
                for pts in leg[first : first + _AT_ONCE]:
                    cancel.raise_if_cancelled()
                    frames.append(_shrunk(picture.frame_at(pts)))
                sounds = np.stack(
                    [sound_around(self.mix, one.time_s, segmenter.info) for one in frames]
                )
                maps = segmenter.sounding([one.pixels for one in frames], sounds, cancel=cancel)
                for frame, sound, found in zip(frames, sounds, maps, strict=True):
                    steady = steadier.next(frame.pixels, found, frame.time_s)
                    is_heard = float(np.sqrt(np.mean(np.square(sound)))) >= _HEARD_FROM_RMS
                    yield SoundingFrame(
                        frame.pts,
                        frame.time_s,
                        steady.heat,
                        steady.owners,
                        steady.sources,
                        is_heard,
                        steady.begins_shot,
                    )


def sound_around(mix: AudioSource, time_s: float, info: SoundingInfo) -> npt.NDArray[np.float32]:
    """Return (N,) of the mix as a segmenter wants it: one channel, its middle at `time_s`."""
    length_s = info.frame_samples / info.sample_rate_hz
    rate_hz = mix.sample_rate_hz
    start = round((time_s - 0.5 * length_s - mix.start_s) * rate_hz)
    mono = mix.read(start, start + round(length_s * rate_hz)).mean(0, keepdims=True)
    at_rate = resample(mono, rate_hz, info.sample_rate_hz, info.frame_samples)
    return cast(npt.NDArray[np.float32], np.nan_to_num(at_rate[0], posinf=0.0, neginf=0.0))


def empty_track(table: PtsTable, rate_hz: float) -> SoundingTrack:
    """Return a track of which nothing is known yet, as a look `rate_hz` times a second fills it."""
    step_s = 1.0 / rate_hz
    if len(table.pts) > 1:
        # Of a clip with fewer frames than that, each is looked at, and they are further apart.
        step_s = max(step_s, float(np.median(np.diff(table.pts))) * float(table.time_base))
    return SoundingTrack(table.time_base, table.origin_s, step_s)


def _legs(table: PtsTable, step_s: float, first_s: float) -> tuple[list[int], list[int]]:
    """Return the pts to look at: from `first_s` on, and what lies before.

    The second leg ends with the frame that the first began with, which is only then seen to follow.
    """
    if not len(table.pts):
        return [], []
    times_s = table.pts * float(table.time_base) - float(table.origin_s)
    wanted = times_s[0] + step_s * np.arange(int((times_s[-1] - times_s[0]) / step_s + 1e-6) + 1)
    # The last frame that starts by then, as on screen.
    places = np.unique(np.searchsorted(times_s, wanted + 1e-6, side="right") - 1)
    pts, at_s = table.pts[places].tolist(), times_s[places]
    split = int(np.searchsorted(at_s, first_s - step_s))
    return pts[split:], pts[: split + 1] if 0 < split < len(pts) else pts[:split]


def _shrunk(frame: Frame) -> Frame:
    high, wide = frame.pixels.shape[:2]
    scale = _LONGER_SIDE_PX / max(high, wide)
    if scale >= 1:
        return frame
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    small = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    return Frame(cast(Pixels, small), frame.pts, frame.time_s)
