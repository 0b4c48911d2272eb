"""The door to the loudspeakers, and a silent stand-in that keeps time where there are none.

Letters in shapes: D channels of the device, N samples.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from core.domain.audio import Samples

LATENCY_S = 0.1
"""How far ahead of the ear sound is handed to the device: enough for a busy machine."""


class OutputLost(Exception):  # noqa: N818 - says what happened to the device
    """The device refused to start or has gone away."""


class AudioOutput(Protocol):
    """Takes samples at the pace at which they are heard.

    All calls come from one thread, the writer. `start` begins a run, `stop_at_once` ends it and
    drops what has not been heard; any number of runs may follow.
    """

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def n_channels(self) -> int: ...

    @property
    def latency_s(self) -> float:
        """How long after `write` has returned its last sample is heard; known once started."""
        ...

    def start(self) -> None:
        """Begin a run.

        Raises:
            OutputLost: the device cannot be used (any more).
        """
        ...

    def write(self, samples: Samples) -> bool:
        """Hand over float32 (D, N), waiting until the device has room for them.

        Returns:
            True where the device ran dry before: a gap was heard.

        Raises:
            OutputLost: the device has gone away.
        """
        ...

    def stop_at_once(self) -> None: ...

    def close(self) -> None: ...


class SilentOutput:
    """Nothing is heard, but time passes as if: an `AudioOutput` paced by a monotonic clock."""

    def __init__(
        self,
        sample_rate_hz: int,
        n_channels: int = 2,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.sample_rate_hz, self.n_channels = sample_rate_hz, n_channels
        self.latency_s = LATENCY_S
        self._now = now
        self._sleep = sleep or threading.Event().wait
        self._started_s = 0.0
        self._n_written = 0

    def start(self) -> None:
        self._started_s, self._n_written = self._now(), 0

    def write(self, samples: Samples) -> bool:
        self._n_written += samples.shape[1]
        # The room of a device: the last `latency_s` of what was written need not be over yet.
        due_s = self._started_s + self._n_written / self.sample_rate_hz - self.latency_s
        wait_s = due_s - self._now()
        if wait_s > 0:
            self._sleep(wait_s)
        elif wait_s < -self.latency_s:
            # The machine slept or stalled; a device would not hurry to catch up either.
            self._started_s -= wait_s + self.latency_s
        return False

    def stop_at_once(self) -> None:
        self._n_written = 0

    def close(self) -> None:
        self._n_written = 0
