"""Reads recordings for the benchmarks: one channel, any rate.

Letters in shapes: N samples.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from core.errors import MediaError

Mono = npt.NDArray[np.float32]
"""float32, (N,), full scale is 1.0."""


def read_mono(path: Path) -> tuple[Mono, int]:
    """Return the mean of a file's channels as float32 (N,), and its rate.

    Raises:
        MediaError: it is not there, or no sound that soundfile reads.
    """
    try:
        samples, sample_rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise MediaError(
            f"{path} cannot be read as sound: {error}",
            advice=f"Replace “{path.name}” by a WAV, FLAC, Ogg or MP3 file that plays.",
        ) from error
    return np.ascontiguousarray(samples.mean(axis=1), np.float32), int(sample_rate_hz)


def resample(samples: Mono, from_hz: int, to_hz: int) -> Mono:
    """Return `samples` at another rate; the very same array where nothing has to be done."""
    if from_hz == to_hz:
        return samples
    return np.asarray(soxr.resample(samples, from_hz, to_hz, quality="VHQ"), np.float32)
