"""One worker thread and its queues, where urgent work runs inside the running work.

Nothing here is a `QObject` but the thread itself, which lives on the window's thread: a worker
never holds a `Job`, so that no Qt object is ever destroyed on the wrong thread.
"""

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from PySide6.QtCore import QObject, QThread, Signal

from core.jobs.requests import JobRequest
from core.progress import CancelToken, Progress


class Urgency(IntEnum):
    """Work runs inside running work of a lower urgency, never inside its like or a higher one."""

    BACKGROUND = -2
    """Nobody asked for it; everything else runs first, or inside it: listening for suggestions."""
    STEADY = -1
    """Asked for, and gives way to all that is asked for later: looking through the clip."""
    PATIENT = 0
    """Waits its turn: a separation, a track, an export."""
    SOON = 1
    """A person waits for it a second or two: a preview."""
    NOW = 2
    """An answer to a click; must be short."""


class EndingKind(Enum):
    SUCCEEDED = auto()
    FAILED = auto()
    CANCELLED = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """How work ended; `value` is the answer, the exception, or None where it was cancelled."""

    kind: EndingKind
    value: object = None


CANCELLED = Ending(EndingKind.CANCELLED)


def _newest() -> collections.deque[Progress]:
    return collections.deque(maxlen=1)


@dataclass(slots=True, eq=False)
class Work:
    """A request on its way through a lane, with what both threads need to know of it."""

    request: JobRequest[object]
    urgency: Urgency
    token: CancelToken
    has_begun: bool = False
    # Written by the worker, emptied by the window: a deque of one needs no lock.
    newest_progress: collections.deque[Progress] = field(default_factory=_newest)

    def take_progress(self) -> Progress | None:
        """Return the newest progress not taken yet."""
        return self.newest_progress.pop() if self.newest_progress else None


class HostToken(CancelToken):
    """The token of long work: every look at it is a moment at which urgent work may run."""

    def __init__(self, run_urgent: Callable[[], None]) -> None:
        super().__init__()
        self._run_urgent = run_urgent

    def raise_if_cancelled(self) -> None:
        """Run what is urgent, and raise `Cancelled` once `cancel` has been called."""
        super().raise_if_cancelled()
        self._run_urgent()
        super().raise_if_cancelled()


Perform = Callable[[Work], Ending]
"""Does the work on the calling thread and never raises."""


class LaneThread(QThread):
    """Does one piece of work after the other, and urgent ones in between.

    Signals:
        ended: the number of the request and its `Ending`, once for all work that was begun.
    """

    ended = Signal(int, object)

    def __init__(self, name: str, perform: Perform, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._perform = perform
        self._wake = threading.Condition()
        self._queues: dict[Urgency, collections.deque[Work]] = {
            urgency: collections.deque() for urgency in sorted(Urgency, reverse=True)
        }
        self._is_closing = False
        self._thread_ident: int | None = None
        self._running: Urgency | None = None

    def new_token(self, urgency: Urgency) -> CancelToken:
        """Work of the highest urgency gets a plain token: nothing ever runs inside it."""
        is_highest = urgency is max(Urgency)
        return CancelToken() if is_highest else HostToken(self._run_urgent)

    def submit(self, work: Work) -> None:
        """Queue `work`, and start the thread with the first of it."""
        with self._wake:
            self._queues[work.urgency].append(work)
            self._wake.notify()
        if not self.isRunning():
            self.start()

    def withdraw(self, work: Work) -> bool:
        """Take `work` out of the queue; False where it has begun (or ended) already."""
        with self._wake:
            if work not in self._queues[work.urgency]:
                return False
            self._queues[work.urgency].remove(work)
            return True

    def close(self) -> None:
        """End the thread after the running work; queued work is expected to be withdrawn."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()

    def run(self) -> None:
        self._thread_ident = threading.get_ident()
        while (work := self._wait_for_work()) is not None:
            self._do(work)
            # Arrays of the request must not live on while the lane waits.
            del work

    def _wait_for_work(self) -> Work | None:
        with self._wake:
            while (work := self._pop_above(None)) is None and not self._is_closing:
                self._wake.wait()
            return work

    def _run_urgent(self) -> None:
        """Do all that is more urgent, inside the work whose token is being looked at."""
        # A helper thread of an engine may look at the token too: the device is not its to use.
        if self._running is None or threading.get_ident() != self._thread_ident:
            return
        # Looked at thousands of times a second by some engines, so the empty case takes no lock.
        while any(self._queues.values()):
            with self._wake:
                work = self._pop_above(self._running)
            if work is None:
                return
            self._do(work)

    def _pop_above(self, running: Urgency | None) -> Work | None:
        """Take the most urgent work that may run inside `running`; the caller holds the lock."""
        for urgency, queue in self._queues.items():
            if queue and (running is None or urgency > running):
                return queue.popleft()
        return None

    def _do(self, work: Work) -> None:
        outer, self._running = self._running, work.urgency
        work.has_begun = True
        ending = self._perform(work)
        self._running = outer
        self.ended.emit(work.request.job_id, ending)
