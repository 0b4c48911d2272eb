"""Where the next samples to play come from: speed, direction, loop and end, without any sound.

Positions are samples of media time: position 0 is media time zero, whatever the sound's own start.
A position lies between samples: forward from `p` the sample `p` is played first, backward `p - 1`.

Letters in shapes: C channels, N samples.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from core.domain.audio import AudioSource, Samples, sample_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """`n_samples` to play in a row: those at media positions `first + k * step`.

    A step of zero is a rest: silence during which media time stands still.
    """

    first: float
    step: float
    n_samples: int

    def position_after(self, n_played: float) -> float:
        """Return the media position once `n_played` of the samples have been heard."""
        start = self.first if self.step >= 0 else self.first - self.step
        return start + n_played * self.step


@dataclass(frozen=True, slots=True)
class Cursor:
    """How playback goes on: from `position` at `speed`, wrapping at the loop, to the end."""

    position: float
    speed: float
    end: int
    loop: tuple[int, int] | None = None

    @property
    def is_ended(self) -> bool:
        return self.position >= self.end if self.speed > 0 else self.position <= 0

    def next(self, n_samples: int) -> tuple[Stretch, "Cursor"]:
        """Return at most `n_samples` to play, cut sample-exactly at the loop, and what follows.

        A cursor that starts beyond the loop plays on without wrapping: whoever seeks out of the
        loop wants to hear what is there.
        """
        limit, wrap_to = self._limit()
        n_left = math.ceil(abs(limit - self.position) / abs(self.speed))
        n_samples = min(n_samples, n_left)
        after = self.position + n_samples * self.speed
        # Backward from p the first sample is the one before p.
        first = self.position if self.speed > 0 else self.position + self.speed
        if n_samples == n_left and wrap_to is not None:
            after += wrap_to - limit
        return Stretch(first, self.speed, n_samples), replace(self, position=after)

    def _limit(self) -> tuple[int, int | None]:
        """Return the position at which to stop or wrap, and where to wrap to."""
        if self.speed > 0:
            if self.loop is not None and self.position < self.loop[1]:
                return self.loop[1], self.loop[0]
            return self.end, None
        if self.loop is not None and self.position > self.loop[0]:
            return self.loop[0], self.loop[1]
        return 0, None


def render(source: AudioSource, stretch: Stretch) -> Samples:
    """Return float32 (C, n_samples) of `source` as heard along `stretch`.

    At normal speed these are the samples themselves. At other speeds they are interpolated
    linearly, faster ones after a running mean that damps what would alias.
    """
    shift = sample_at(source, 0.0)
    if stretch.step == 1 and float(stretch.first).is_integer():
        start = int(stretch.first) + shift
        return source.read(start, start + stretch.n_samples)
    if stretch.step == 0:
        return np.zeros((source.n_channels, stretch.n_samples), np.float32)
    return _varispeed(source, stretch, shift)


def _varispeed(source: AudioSource, stretch: Stretch, shift: int) -> Samples:
    n_mean = max(1, round(abs(stretch.step)))
    places = stretch.first + shift + stretch.step * np.arange(stretch.n_samples)
    start, stop = math.floor(places.min()), math.floor(places.max()) + 1 + n_mean
    samples = source.read(start, stop)
    if n_mean > 1:
        total = np.cumsum(samples, axis=1, dtype=np.float64)
        total = np.concatenate([np.zeros((total.shape[0], 1)), total], axis=1)
        samples = ((total[:, n_mean:] - total[:, :-n_mean]) / n_mean).astype(np.float32)
    whole = np.floor(places).astype(np.int64)
    part = (places - whole).astype(np.float32)
    low = samples[:, whole - start]
    high = samples[:, np.minimum(whole - start + 1, samples.shape[1] - 1)]
    return np.asarray(low + part * (high - low), np.float32)
