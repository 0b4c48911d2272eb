"""How long work speaks and listens: `Progress` out, `CancelToken` in, both free of Qt."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work has come: `done` of `total` units of `stage`.

    `total` of zero means that the length is not known yet.
    """

    stage: str
    done: float
    total: float

    def __post_init__(self) -> None:
        if self.done < 0 or self.total < 0:
            raise ValueError(f"progress {self.done} of {self.total} is negative")

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1, or None while the length is unknown."""
        return min(1.0, self.done / self.total) if self.total else None


Report = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """Report to nobody."""


class Cancelled(Exception):  # noqa: N818 - an outcome, not an error
    """The person asked the work to stop; nothing of it is kept."""


class CancelToken:
    """A flag one thread raises and another looks at. Safe to share."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` once `cancel` has been called."""
        if self._event.is_set():
            raise Cancelled


@dataclass(slots=True)
class TimeLeft:
    """Guess the seconds left from the progress seen so far, over a sliding window.

    A window rather than the whole run: the first chunk loads a model and is slower than the rest.
    """

    window_s: float = 20.0
    now: Callable[[], float] = time.monotonic
    _seen: list[tuple[float, str, float]] = field(default_factory=list)

    def update(self, progress: Progress) -> float | None:
        """Return the seconds left, or None while too little is known."""
        fraction = progress.fraction
        if fraction is None:
            return None
        now_s = self.now()
        self._seen = [seen for seen in self._seen if seen[1] == progress.stage]
        # One that is older is kept: where one step outlasts the window, it is all there is.
        while len(self._seen) > 1 and self._seen[0][0] < now_s - self.window_s:
            del self._seen[0]
        self._seen.append((now_s, progress.stage, fraction))
        first_s, _, first_fraction = self._seen[0]
        gained, spent_s = fraction - first_fraction, now_s - first_s
        if gained <= 0 or spent_s < 0.5:
            return None
        return spent_s / gained * (1.0 - fraction)
