"""The heartbeat of long work: stops it when asked, and says how far it is, not too often."""

import time
from collections.abc import Callable

from core.progress import CancelToken, Progress, Report

GAP_S = 0.2


class Pulse:
    """Counts beats toward a total and speaks at most every `GAP_S`.

    Engines promise a word twice a second and an ear for `cancel` once a second; one beat in every
    inner loop keeps both.
    """

    def __init__(
        self, report: Report, cancel: CancelToken, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self._cancel = cancel
        self._now = now
        self._spoken_s = -float("inf")
        self._stage, self._done, self._total, self._step = "", 0.0, 0.0, 0.0
        self._limit = 0.0

    def enter(self, stage: str, total: float, step: float) -> None:
        """Begin a stage of `total` units, of which each beat is worth `step`."""
        self._stage, self._done, self._total, self._step = stage, 0.0, total, step
        self._limit = total
        self._speak()

    def stand_at(self, done: float, limit: float, step: float | None = None) -> None:
        """Say what is surely done; beats count up to `limit` at most, until the next word.

        Where a `step` is given, each beat is worth that much from now on.
        """
        self._done, self._limit = done, min(limit, self._total)
        self._step = self._step if step is None else step
        self.check()
        if done >= self._total:
            self._speak()  # the end is always said

    @property
    def done(self) -> float:
        """What was surely done at the last word of `stand_at`, with all beats since."""
        return self._done

    def beat(self) -> None:
        """Count one step.

        Raises:
            Cancelled: the work is to stop.
        """
        self._done = min(self._done + self._step, self._limit)
        self.check()

    def check(self) -> None:
        """Listen and, if it is time, speak, without counting.

        Raises:
            Cancelled: the work is to stop.
        """
        self._cancel.raise_if_cancelled()
        if self._now() - self._spoken_s >= GAP_S:
            self._speak()

    def _speak(self) -> None:
        self._spoken_s = self._now()
        self._report(Progress(self._stage, self._done, self._total))
