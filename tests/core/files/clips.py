"""Small clips on disk whose every frame and sample is known, and reading them back."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

from core.domain.audio import Samples


def write_clip(
    path: Path,
    *,
    sound: Samples | None = None,
    sample_rate_hz: int = 48_000,
    sound_start_s: float = 0.0,
    pts: list[int] | None = None,
    ticks_per_s: int = 1000,
    rotation_deg: int = 0,
    codec: str = "libx264",
    sound_codec: str = "aac",
) -> Path:
    """Write grey frames that grow brighter, at `pts` in ticks, and a sound beside them."""
    pts = list(range(0, 2000, 40)) if pts is None else pts
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base = Fraction(1, ticks_per_s)
        video.codec_context.sample_aspect_ratio = Fraction(4, 3)
        if codec == "libx265":
            video.codec_context.codec_tag = "hvc1"  # as Apple's cameras write it
        if rotation_deg:
            video.set_display_rotation(-rotation_deg)
        audio = None
        if sound is not None:
            layout = "mono" if len(sound) == 1 else "stereo"
            audio = container.add_stream(sound_codec, rate=sample_rate_hz, layout=layout)
        for number, at in enumerate(pts):
            pixels = np.full((48, 64, 3), number * 255 // len(pts), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, ticks_per_s)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout=layout)
            frame.sample_rate, frame.time_base = sample_rate_hz, Fraction(1, sample_rate_hz)
            frame.pts = round(sound_start_s * sample_rate_hz)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def picture_packets(path: Path) -> list[tuple[Fraction, int]]:
    """Return time and hash of every picture packet, in the order of the file."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [
            (packet.pts * stream.time_base, hash(bytes(packet)))
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None
        ]


def read_frames(path: Path) -> list[tuple[Fraction, np.ndarray]]:
    """Return time and RGB pixels of every frame as stored (not turned upright)."""
    with av.open(str(path)) as container:
        return [
            (frame.pts * frame.time_base, frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]


def read_sound(path: Path) -> tuple[float, int, Samples]:
    """Return start in seconds, rate and samples of the first sound track."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        # Packed: PyAV 18 reads past the planes of a planar frame of eight channels.
        resampler = AudioResampler(format="flt", layout=stream.layout.name, rate=stream.rate)
        start_s, blocks = None, []
        for frame in container.decode(stream):
            if start_s is None:
                start_s = float(frame.pts * frame.time_base)
            blocks += [block.to_ndarray() for block in resampler.resample(frame)]
        interleaved = np.concatenate(blocks, axis=1).reshape(-1, stream.channels)
        return start_s or 0.0, stream.rate, np.ascontiguousarray(interleaved.T)


def lag_samples(heard: Samples, expected: Samples) -> int:
    """Return by how many samples `heard` comes later than `expected`."""
    n = heard.shape[1] + expected.shape[1]
    spectrum = np.fft.rfft(heard[0], n) * np.conj(np.fft.rfft(expected[0], n))
    place = int(np.argmax(np.fft.irfft(spectrum, n)))
    return place if place < heard.shape[1] else place - n
