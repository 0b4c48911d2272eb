"""Loudspeakers that a test holds in its hand: they take what the test allows, and remember it."""

import threading
from collections.abc import Callable

import numpy as np

from app.playback.output import OutputLost
from core.domain.audio import Samples


class HeldOutput:
    """An `AudioOutput` without latency whose time passes only as `allow` lets it take samples."""

    def __init__(self, sample_rate_hz: int = 16_000, n_channels: int = 1) -> None:
        self.sample_rate_hz, self.n_channels, self.latency_s = sample_rate_hz, n_channels, 0.0
        self.n_starts = self.n_stops = 0
        self.is_lost = self.is_closed = False
        self.underflows: list[bool] = []
        self._news = threading.Condition()
        self._n_allowed = 0.0
        self._taken: list[Samples] = []

    def allow(self, n_samples: float) -> None:
        """Let so many more samples be taken."""
        with self._news:
            self._n_allowed += n_samples
            self._news.notify_all()

    def lose(self) -> None:
        """Pull the plug."""
        with self._news:
            self.is_lost = True
            self._news.notify_all()

    @property
    def n_taken(self) -> int:
        with self._news:
            return sum(block.shape[1] for block in self._taken)

    @property
    def heard(self) -> Samples:
        """Everything that was taken so far, float32 (D, N)."""
        with self._news:
            return np.concatenate([np.zeros((self.n_channels, 0), np.float32), *self._taken], 1)

    def now(self) -> float:
        return self.n_taken / self.sample_rate_hz

    def start(self) -> None:
        if self.is_lost:
            raise OutputLost("unplugged")
        self.n_starts += 1

    def write(self, samples: Samples) -> bool:
        n_samples = samples.shape[1]
        with self._news:
            self._news.wait_for(lambda: self.is_lost or self._n_allowed >= n_samples)
            if self.is_lost:
                raise OutputLost("unplugged")
            self._n_allowed -= n_samples
            self._taken.append(samples.copy())
        return self.underflows.pop(0) if self.underflows else False

    def stop_at_once(self) -> None:
        self.n_stops += 1

    def close(self) -> None:
        self.is_closed = True


def opening(output: HeldOutput, notice: str = "") -> Callable[[int], tuple[HeldOutput, str]]:
    """Return what opens `output`, whatever the rate."""
    return lambda sample_rate_hz: (output, notice)
