"""Small media files whose every frame and sample is known, made with PyAV.

Each picture carries its own number as a bar code, so that a test can say which frame it got.
Letters in shapes: C channels, N samples, H, W pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from core.domain.audio import Samples
from core.domain.pictures import Pixels

_N_BITS = 8
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


@dataclass(frozen=True)
class Picture:
    """A picture track: frame k shows the number k."""

    n_frames: int = 30
    rate_hz: int = 25
    width_px: int = 64
    height_px: int = 48
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    gop: int = 12
    b_frames: int = 2
    pts: Sequence[int] | None = None
    """In `1 / rate_hz` seconds; None for one after the other from zero."""
    rotation_deg: int = 0
    """Clockwise turn that a player applies."""
    sample_aspect: Fraction | None = None
    is_default: bool = True
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def times(self) -> Sequence[int]:
        return self.pts if self.pts is not None else range(self.n_frames)


@dataclass(frozen=True)
class Sound:
    """A sound track of known samples."""

    samples: Samples
    sample_rate_hz: int
    codec: str = "pcm_s16le"
    sample_format: str = "s16"
    first_pts: int = 0
    """In samples."""
    holes: tuple[tuple[int, int], ...] = ()
    """Samples `start <= n < stop` that the file leaves out, whole packets of 1024."""
    language: str = ""


def numbered(number: int, width_px: int = 64, height_px: int = 48) -> Pixels:
    """Return a grey picture with the bits of `number` as light and dark bars, red at top left."""
    pixels = np.full((height_px, width_px, 3), 128, np.uint8)
    edges = np.linspace(0, width_px, _N_BITS + 1).astype(int)
    for bit in range(_N_BITS):
        is_set = number >> bit & 1
        pixels[height_px // 2 :, edges[bit] : edges[bit + 1]] = 230 if is_set else 25
    pixels[: height_px // 2, : width_px // 2] = (220, 30, 30)
    return pixels


def number_in(pixels: Pixels) -> int:
    """Read the number off an upright picture."""
    height_px, width_px = pixels.shape[:2]
    row = pixels[height_px * 3 // 4].mean(axis=1)
    middles = ((np.arange(_N_BITS) + 0.5) * width_px / _N_BITS).astype(int)
    return sum(1 << bit for bit, level in enumerate(row[middles]) if level > 128)


def write_clip(
    path: Path,
    pictures: Sequence[Picture] = (),
    sounds: Sequence[Sound] = (),
    container_format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Path:
    """Write the tracks into one file and return its path."""
    with av.open(str(path), "w", format=container_format, options=dict(options or {})) as file:
        streams = [_add_picture(file, picture) for picture in pictures]
        tracks = [_add_sound(file, sound) for sound in sounds]
        for stream, picture in zip(streams, pictures, strict=True):
            _write_picture(file, stream, picture)
        for track, sound in zip(tracks, sounds, strict=True):
            _write_sound(file, track, sound)
    return path


def cut_short(path: Path, fraction: float) -> Path:
    """Keep only the first `fraction` of the file's bytes."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * fraction)])
    return path


def damage(path: Path, first: float, last: float) -> Path:
    """Overwrite the bytes between two fractions of the file with noise."""
    content = bytearray(path.read_bytes())
    start, stop = int(len(content) * first), int(len(content) * last)
    content[start:stop] = np.random.default_rng(0).bytes(stop - start)
    path.write_bytes(content)
    return path


def plainly_decoded(path: Path, stream_index: int) -> Samples:
    """Return what a bare decoding loop gives for a planar or 16-bit track, (C, N)."""
    with av.open(str(path)) as container:
        pieces = []
        for frame in container.decode(container.streams[stream_index]):
            raw = frame.to_ndarray()
            if not frame.format.is_planar:
                raw = raw.reshape(-1, frame.layout.nb_channels).T
            pieces.append(raw / np.float32(32768) if raw.dtype == np.int16 else raw)
    return np.concatenate(pieces, axis=1)


def _add_picture(file: OutputContainer, picture: Picture) -> VideoStream:
    stream = file.add_stream(picture.codec, rate=picture.rate_hz)
    stream.width, stream.height = picture.width_px, picture.height_px
    stream.pix_fmt = picture.pix_fmt
    stream.time_base = Fraction(1, picture.rate_hz)
    stream.codec_context.gop_size = picture.gop
    stream.codec_context.max_b_frames = picture.b_frames
    options = {"bf": str(picture.b_frames)} if picture.codec == "libx264" else {}
    stream.options = {**options, **picture.options}
    if picture.sample_aspect is not None:
        stream.codec_context.sample_aspect_ratio = picture.sample_aspect
    if picture.rotation_deg:
        # PyAV counts counter-clockwise.
        stream.set_display_rotation(-picture.rotation_deg)
    return stream


def _write_picture(file: OutputContainer, stream: VideoStream, picture: Picture) -> None:
    for number, pts in enumerate(picture.times):
        pixels = numbered(number, picture.width_px, picture.height_px)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = frame.reformat(format=picture.pix_fmt)
        frame.pts, frame.time_base = pts, Fraction(1, picture.rate_hz)
        file.mux(stream.encode(frame))
    file.mux(stream.encode())


def _add_sound(file: OutputContainer, sound: Sound) -> av.AudioStream:
    layout = LAYOUTS[sound.samples.shape[0]]
    stream = file.add_stream(sound.codec, rate=sound.sample_rate_hz, layout=layout)
    takes_only_its_own = sound.codec in {"pcm_s24le", "flac"}
    if not takes_only_its_own and (sound.codec, sound.sample_format) != ("aac", "flt"):
        stream.format = sound.sample_format
    if sound.language:
        stream.metadata["language"] = sound.language
    return stream


def _write_sound(file: OutputContainer, stream: av.AudioStream, sound: Sound) -> None:
    n_samples = sound.samples.shape[1]
    for start in range(0, n_samples, 1024):
        if any(first <= start < last for first, last in sound.holes):
            continue
        piece = sound.samples[:, start : start + 1024]
        frame = av.AudioFrame.from_ndarray(
            _stored(piece, sound.sample_format),
            format=sound.sample_format,
            layout=LAYOUTS[piece.shape[0]],
        )
        frame.sample_rate = sound.sample_rate_hz
        frame.pts = sound.first_pts + start
        frame.time_base = Fraction(1, sound.sample_rate_hz)
        file.mux(stream.encode(frame))
    file.mux(stream.encode())


def _stored(piece: Samples, sample_format: str) -> np.ndarray:
    """Return the samples as PyAV wants them: (C, n) planar, else (1, n * C)."""
    scale, dtype = {
        "s16": (2**15, np.int16),
        "s32": (2**31, np.int32),
        "flt": (1, np.float32),
        "fltp": (1, np.float32),
    }[sample_format]
    stored = piece.astype(np.float64) * scale
    if scale > 1:
        stored = np.clip(np.rint(stored), -scale, scale - 1)
    stored = stored.astype(dtype)
    return np.ascontiguousarray(stored if sample_format == "fltp" else stored.T.reshape(1, -1))
