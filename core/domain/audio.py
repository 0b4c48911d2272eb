"""Sound as a frozen value, and the door through which sound of any length is read.

Letters in shapes: C channels, N samples.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from core.units import samples_to_seconds, seconds_to_samples

Samples = npt.NDArray[np.float32]
"""float32, (C, N), full scale is 1.0."""


@runtime_checkable
class AudioSource(Protocol):
    """Sound that can be read piece by piece, so that length costs no memory.

    Reading is allowed from any thread, one thread at a time for one object.
    """

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def n_channels(self) -> int: ...

    @property
    def n_samples(self) -> int: ...

    @property
    def start_s(self) -> float:
        """Media time of sample 0, in seconds; may be negative or above zero."""
        ...

    def read(self, start: int, stop: int) -> Samples:
        """Return samples `start <= n < stop` as float32 (C, stop - start).

        What lies outside `0 <= n < n_samples` is silence, so a window may hang over an end.
        The array belongs to the caller.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class AudioClip:
    """A short sound held in memory: float32 (C, N) at its own rate. An `AudioSource`."""

    samples: Samples
    sample_rate_hz: int
    start_s: float = 0.0

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                f"samples must be float32 (C, N), got {self.samples.dtype} {self.samples.shape}"
            )
        if self.sample_rate_hz <= 0 or self.samples.shape[0] < 1:
            raise ValueError(f"{self.samples.shape[0]} channels at {self.sample_rate_hz} Hz")

    @property
    def n_channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def n_samples(self) -> int:
        return int(self.samples.shape[1])

    def read(self, start: int, stop: int) -> Samples:
        wanted = np.zeros((self.n_channels, stop - start), np.float32)
        first, last = max(0, start), min(self.n_samples, stop)
        if first < last:
            wanted[:, first - start : last - start] = self.samples[:, first:last]
        return wanted


def duration_s(source: AudioSource) -> float:
    return samples_to_seconds(source.n_samples, source.sample_rate_hz)


def sample_at(source: AudioSource, time_s: float) -> int:
    """Return the index of the sample at media time `time_s`, which may lie outside the source."""
    return seconds_to_samples(time_s - source.start_s, source.sample_rate_hz)
