"""What a media file holds, read from its headers and packets without decoding anything."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AudioStreamInfo:
    """One audio track. `index` is the stream's index in the file; `start_s` is in media time."""

    index: int
    codec: str
    sample_rate_hz: int
    n_channels: int
    layout: str
    start_s: float
    duration_s: float
    bits_per_sample: int = 0
    """Of the stored samples; 0 for lossy codecs, which have none."""
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class VideoStreamInfo:
    """One video track as a person sees it: size after rotation and pixel aspect are applied."""

    index: int
    codec: str
    width_px: int
    height_px: int
    time_base: Fraction
    average_rate_hz: float
    start_s: float
    duration_s: float
    rotation_deg: int = 0
    """Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270."""
    sample_aspect: Fraction = Fraction(1)
    is_variable_rate: bool = False
    n_frames: int = 0
    """0 where the container does not say."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Everything known of a file before decoding.

    Media time zero lies where the earliest of the chosen streams starts; `origin_s` is that
    moment in the file's own time, so that `media time = pts * time_base - origin_s`.
    """

    path: Path
    container: str
    duration_s: float
    origin_s: Fraction
    size_bytes: int
    video: VideoStreamInfo | None
    audio: tuple[AudioStreamInfo, ...]
    warnings: tuple[str, ...] = field(default=())

    def audio_stream(self, index: int | None) -> AudioStreamInfo | None:
        """Return the track with that stream index, or the first for None, or None if absent."""
        if index is None:
            return self.audio[0] if self.audio else None
        return next((stream for stream in self.audio if stream.index == index), None)
