"""A small filmed scene whose answer is known: a disc moves, and a tone sounds with it."""

from pathlib import Path

import av
import numpy as np
from av import AudioStream, VideoStream
from av.container import OutputContainer

from core.domain.audio import Samples
from tests.helpers.pictures import moving_disc
from tests.helpers.sounds import noise, only_during, tone

RATE_HZ = 16_000
LENGTH_S = 2.0
SOUNDS_S = (0.5, 1.2)
"""When the disc's tone is heard."""
DISC_PX = (40.0, 60.0)
"""The middle of the disc on the first frame."""
PICTURE_RATE_HZ = 10


def target_and_rest() -> tuple[Samples, Samples]:
    """Return the disc's tone, and the noise that goes on all the time: (2, N) each."""
    sound = tone(880.0, LENGTH_S, RATE_HZ, 2, gain=0.2)
    return only_during(sound, RATE_HZ, SOUNDS_S), noise(LENGTH_S, RATE_HZ, 2, gain=0.02)


def write_scene(
    path: Path,
    *,
    has_sound: bool = True,
    has_picture: bool = True,
    other_rate_hz: int | None = None,
) -> Path:
    """Write the scene as H.264 and 16 bit PCM in Matroska, or one of the two.

    With `other_rate_hz` a second sound track follows: the same samples said to be at another rate.
    """
    with av.open(str(path), "w", format="matroska") as file:
        # All tracks first: the header is written with the first packet.
        pictures = file.add_stream("libx264", rate=PICTURE_RATE_HZ) if has_picture else None
        sound = file.add_stream("pcm_s16le", rate=RATE_HZ, layout="stereo") if has_sound else None
        other = (
            file.add_stream("pcm_s16le", rate=other_rate_hz, layout="stereo")
            if other_rate_hz is not None
            else None
        )
        if pictures is not None:
            _write_pictures(file, pictures)
        for stream in (sound, other):
            if stream is not None:
                _write_sound(file, stream)
    return path


def _write_pictures(file: OutputContainer, stream: VideoStream) -> None:
    frames, _ = moving_disc(round(LENGTH_S * PICTURE_RATE_HZ))
    stream.height, stream.width = frames[0].shape[:2]
    stream.pix_fmt = "yuv420p"
    for pixels in frames:
        file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
    file.mux(stream.encode())


def _write_sound(file: OutputContainer, stream: AudioStream) -> None:
    target, rest = target_and_rest()
    whole = np.round((target + rest) * 32_767).astype(np.int16)
    packed = np.ascontiguousarray(whole.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
    frame.sample_rate = stream.rate
    file.mux(stream.encode(frame))
    file.mux(stream.encode())
