"""When every frame of a video is shown, read from its packets without decoding.

Letters in shapes: K frames.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.stream import Stream

from core.domain.media import MediaInfo, VideoStreamInfo
from core.errors import MediaError
from core.media.container import open_media, stream_at, whole_packets
from core.progress import CancelToken, Progress, Report
from core.units import pts_to_seconds, seconds_to_pts

_STAGE = "Reading the picture's times"
_PACKETS_PER_REPORT = 500


@dataclass(frozen=True, slots=True, eq=False)
class PtsTable:
    """The pts of every frame, rising, and which of them can be decoded on their own."""

    pts: npt.NDArray[np.int64]
    """(K,) rising, in `time_base`."""
    is_key: npt.NDArray[np.bool_]
    """(K,) True where decoding can start."""
    time_base: Fraction
    origin_s: Fraction
    is_by_order: bool = False
    """True where the file has no trustworthy pts: the k-th frame that decodes is the k-th here."""
    is_seekable: bool = True
    """False where the only way to a frame is from the start of the file."""

    def __post_init__(self) -> None:
        if self.pts.shape != self.is_key.shape or self.pts.ndim != 1 or not self.pts.size:
            raise ValueError(f"pts {self.pts.shape} and is_key {self.is_key.shape} must be (K,)")

    def __len__(self) -> int:
        return int(self.pts.size)

    def time_s(self, pts: int) -> float:
        return pts_to_seconds(pts, self.time_base, self.origin_s)

    def index_at(self, time_s: float) -> int:
        """Return the index of the frame on screen at `time_s`: 0 before the first."""
        pts = seconds_to_pts(time_s, self.time_base, self.origin_s)
        return max(0, int(np.searchsorted(self.pts, pts, side="right")) - 1)

    def key_before(self, index: int) -> int:
        """Return the index of the last key frame at or before `index`; 0 where there is none."""
        keys = np.flatnonzero(self.is_key[: index + 1])
        return int(keys[-1]) if keys.size else 0

    @property
    def is_variable_rate(self) -> bool:
        """Whether frames stay on screen for unequal times, beyond what rounding to ticks does."""
        steps = np.diff(self.pts)
        if steps.size < 2:
            return False
        # Two ticks: rounding, for instance to the milliseconds of WebM, moves a step by one.
        return bool(steps.max() - steps.min() > max(2, 0.01 * float(np.median(steps))))


def read_pts_table(info: MediaInfo, *, report: Report, cancel: CancelToken) -> PtsTable:
    """Read the packets of the picture stream of `info` and return its table.

    Raises:
        MediaError: the file has no picture, or no frame in it.
        Cancelled: it was asked to stop.
    """
    video = info.video
    if video is None:
        raise MediaError(
            f"{info.path} has no picture stream",
            advice="This file holds sound only, so there is no picture to show.",
        )
    stamps: list[_Stamp] = []
    with open_media(info.path) as container:
        for packet in whole_packets(container, stream_at(container, video.index)):
            if is_shown(packet, video.codec):
                stamps.append((packet.pts, packet.dts, packet.is_keyframe))
            if len(stamps) % _PACKETS_PER_REPORT == 0:
                cancel.raise_if_cancelled()
                report(_progress(stamps, info, video))
    if not stamps:
        raise MediaError(
            f"{info.path} has no frames in stream {video.index}",
            advice="The picture track of this file is empty. It can be opened as sound only.",
        )
    return _table(stamps, info, video)


_Stamp = tuple[int | None, int | None, bool]
"""pts, dts, whether decoding can start here."""


def is_shown(packet: "Packet[Stream]", codec: str) -> bool:
    """Return whether the packet becomes a frame: edit lists and VP8 hold some that do not."""
    if packet.is_discard or not packet.size:
        return False
    # VP8 keeps pictures that are only referred to in packets of their own; the frame header's
    # fifth bit says whether it is shown (RFC 6386, section 9.1).
    return codec != "vp8" or bool(memoryview(packet)[0] & 0x10)


def _table(stamps: list[_Stamp], info: MediaInfo, video: VideoStreamInfo) -> PtsTable:
    # AVI stores no pts, and what FFmpeg guesses for H.264 in it does not even rise.
    is_guessed = info.container == "avi" and video.codec in {"h264", "hevc"}
    timed = [(pts, is_key) for pts, _, is_key in stamps if pts is not None]
    if timed and not is_guessed:
        pts, first = np.unique(np.array([p for p, _ in timed], np.int64), return_index=True)
        return PtsTable(pts, np.array([k for _, k in timed])[first], video.time_base, info.origin_s)
    is_key = np.array([is_key for _, _, is_key in stamps])
    dts = [dts for _, dts, _ in stamps if dts is not None]
    if len(dts) == len(stamps) and len(set(dts)) == len(dts):
        pts = np.array(sorted(dts), np.int64)
        return PtsTable(pts, is_key, video.time_base, info.origin_s, is_by_order=True)
    step = 1 / Fraction(video.average_rate_hz or 25).limit_denominator(1001) / video.time_base
    pts = np.array([round(k * step) for k in range(len(stamps))], np.int64)
    pts += round(info.origin_s / video.time_base)
    return PtsTable(
        pts, is_key, video.time_base, info.origin_s, is_by_order=True, is_seekable=False
    )


def _progress(stamps: list[_Stamp], info: MediaInfo, video: VideoStreamInfo) -> Progress:
    pts, dts, _ = stamps[-1] if stamps else (None, None, False)
    newest = pts if pts is not None else dts
    done_s = float((newest or 0) * video.time_base - info.origin_s)
    return Progress(_STAGE, min(max(0.0, done_s), info.duration_s), info.duration_s)
