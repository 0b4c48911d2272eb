"""Sounds computed while they are read: what remains, what is louder or softer, what is summed.

Nothing is stored, so a residual of any length costs no memory and no disk.

Letters in shapes: C channels, N samples.
"""

from dataclasses import dataclass

import numpy as np

from core.domain.audio import AudioSource, Samples, sample_at


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """`mix - target`, as long as the mix. An `AudioSource`.

    The target is laid where its `start_s` says; where it has no samples the mix remains.
    In float32 `target + Difference(mix, target)` gives the mix back to the last bit but one.
    """

    mix: AudioSource
    target: AudioSource

    def __post_init__(self) -> None:
        _refuse_unlike(self.mix, self.target)

    @property
    def sample_rate_hz(self) -> int:
        return self.mix.sample_rate_hz

    @property
    def n_channels(self) -> int:
        return self.mix.n_channels

    @property
    def n_samples(self) -> int:
        return self.mix.n_samples

    @property
    def start_s(self) -> float:
        return self.mix.start_s

    def read(self, start: int, stop: int) -> Samples:
        rest = self.mix.read(start, stop)
        # Outside the mix there is silence, whatever the target holds there.
        first, last = max(start, 0), min(stop, self.n_samples)
        if first < last:
            shift = sample_at(self.target, self.mix.start_s)
            rest[:, first - start : last - start] -= self.target.read(first + shift, last + shift)
        return rest


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """`source` times `gain`. An `AudioSource`."""

    source: AudioSource
    gain: float

    @property
    def sample_rate_hz(self) -> int:
        return self.source.sample_rate_hz

    @property
    def n_channels(self) -> int:
        return self.source.n_channels

    @property
    def n_samples(self) -> int:
        return self.source.n_samples

    @property
    def start_s(self) -> float:
        return self.source.start_s

    def read(self, start: int, stop: int) -> Samples:
        return self.source.read(start, stop) * np.float32(self.gain)


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """All `parts` at once, as long as the first and laid by their `start_s`. An `AudioSource`."""

    parts: tuple[AudioSource, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a sum needs at least one sound")
        for part in self.parts[1:]:
            _refuse_unlike(self.parts[0], part)

    @property
    def sample_rate_hz(self) -> int:
        return self.parts[0].sample_rate_hz

    @property
    def n_channels(self) -> int:
        return self.parts[0].n_channels

    @property
    def n_samples(self) -> int:
        return self.parts[0].n_samples

    @property
    def start_s(self) -> float:
        return self.parts[0].start_s

    def read(self, start: int, stop: int) -> Samples:
        total = self.parts[0].read(start, stop)
        first, last = max(start, 0), min(stop, self.n_samples)
        for part in self.parts[1:] if first < last else ():
            shift = sample_at(part, self.start_s)
            total[:, first - start : last - start] += part.read(first + shift, last + shift)
        return total


def _refuse_unlike(one: AudioSource, other: AudioSource) -> None:
    here = one.sample_rate_hz, one.n_channels
    there = other.sample_rate_hz, other.n_channels
    if here != there:
        raise ValueError(
            f"sounds do not fit: {here[0]} Hz with {here[1]} channels "
            f"and {there[0]} Hz with {there[1]} channels"
        )
