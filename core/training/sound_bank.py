"""All recordings in one file of samples, decoded and resampled once, read anywhere at once.

Mixing is linear in samples and not in the pictures the network sees, so samples are what is kept:
16 bit, mono, at the rate of the model. The pictures of a whole batch cost less than one step.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from core.errors import MediaError
from core.progress import CancelToken, Progress, Report
from core.training.recordings import Recording

_VERSION = 1
_FULL_SCALE = 32767

Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundBank:
    """Recordings by number, each as a stretch of one long array."""

    recordings: tuple[Recording, ...]
    samples: npt.NDArray[np.int16]
    starts: tuple[int, ...]
    """Where each recording starts; one more at the end, where the last one stops."""
    sample_rate_hz: int

    def length(self, number: int) -> int:
        """Return how many samples recording `number` has."""
        return self.starts[number + 1] - self.starts[number]

    def read(self, number: int, first: int, n: int) -> Mono:
        """Return float32 (n,) of a recording from sample `first`, silent outside of it."""
        start, stop = self.starts[number], self.starts[number + 1]
        sound = np.zeros(n, np.float32)
        low, high = max(0, first), min(stop - start, first + n)
        if low < high:
            piece = self.samples[start + low : start + high]
            sound[low - first : high - first] = piece / np.float32(_FULL_SCALE)
        return sound

    def by_class(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the recordings of each class."""
        numbers: dict[str, list[int]] = {}
        for number, recording in enumerate(self.recordings):
            numbers.setdefault(recording.label, []).append(number)
        return {label: tuple(found) for label, found in sorted(numbers.items())}


def open_bank(
    recordings: Sequence[Recording],
    cache: Path,
    sample_rate_hz: int = 16_000,
    *,
    report: Report,
    cancel: CancelToken,
) -> SoundBank:
    """Return the bank of these recordings, from `cache` if it was made before.

    Raises:
        MediaError: a recording can't be decoded.
        Cancelled: nothing half-made is kept.
    """
    folder = cache / _key(recordings, sample_rate_hz)
    if not (folder / "starts.json").is_file():
        _make(recordings, folder, sample_rate_hz, report=report, cancel=cancel)
    starts = tuple(json.loads((folder / "starts.json").read_text(encoding="utf-8")))
    path = folder / "samples.i16"
    # No recordings are no samples, and of those there can be no map.
    samples = np.memmap(path, np.int16, "r") if starts[-1] else np.zeros(0, np.int16)
    return SoundBank(tuple(recordings), samples, starts, sample_rate_hz)


def _make(
    recordings: Sequence[Recording],
    folder: Path,
    sample_rate_hz: int,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "samples.part"
    starts = [0]
    try:
        with partial.open("wb") as out:
            for done, recording in enumerate(recordings):
                cancel.raise_if_cancelled()
                report(Progress("Reading recordings", done, len(recordings)))
                sound = decoded_mono(recording.path, sample_rate_hz)
                out.write(np.round(sound.clip(-1, 1) * _FULL_SCALE).astype("<i2").tobytes())
                starts.append(starts[-1] + len(sound))
        partial.replace(folder / "samples.i16")
    finally:
        partial.unlink(missing_ok=True)
    # Written last: its presence says that the samples are whole.
    (folder / "starts.json").write_text(json.dumps(starts), encoding="utf-8")


def decoded_mono(path: Path, sample_rate_hz: int) -> Mono:
    """Return float32 (n,) of a file: channels averaged, resampled.

    Raises:
        MediaError: it can't be decoded.
    """
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError(
            f"can't decode {path}: {error}", advice=f"Remove or replace “{path.name}”."
        ) from error
    mono = sound.mean(1)
    return np.asarray(soxr.resample(mono, rate_hz, sample_rate_hz), np.float32)


def _key(recordings: Sequence[Recording], sample_rate_hz: int) -> str:
    """Return a name that changes when a file, its order or the rate does."""
    digest = hashlib.sha256(f"{_VERSION}:{sample_rate_hz}".encode())
    for recording in recordings:
        stat = recording.path.stat()
        digest.update(f"{recording.path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]
