"""One worker thread and its queue, with a fast lane for urgent work inside the running work.

Nothing here is a `QObject` but the thread itself, which lives on the window's thread: a worker
never holds a `Job`, so that no Qt object is ever destroyed on the wrong thread.
"""

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtCore import QObject, QThread, Signal

from core.jobs.requests import JobRequest
from core.progress import CancelToken, Progress


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
    is_urgent: bool
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
        self._waiting: collections.deque[Work] = collections.deque()
        self._urgent: collections.deque[Work] = collections.deque()
        self._is_closing = False
        self._thread_ident: int | None = None
        self._is_hosting = False

    def new_token(self, *, is_urgent: bool) -> CancelToken:
        """Urgent work gets a plain token, hence never hosts other work: there is no recursion."""
        return CancelToken() if is_urgent else HostToken(self._run_urgent)

    def submit(self, work: Work) -> None:
        """Queue `work`, and start the thread with the first of it."""
        with self._wake:
            (self._urgent if work.is_urgent else self._waiting).append(work)
            self._wake.notify()
        if not self.isRunning():
            self.start()

    def withdraw(self, work: Work) -> bool:
        """Take `work` out of the queue; False where it has begun (or ended) already."""
        with self._wake:
            queue = self._urgent if work.is_urgent else self._waiting
            if work not in queue:
                return False
            queue.remove(work)
            return True

    def close(self) -> None:
        """End the thread after the running work; queued work is expected to be withdrawn."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()

    def run(self) -> None:
        self._thread_ident = threading.get_ident()
        while (work := self._next()) is not None:
            self._is_hosting = True
            self._do(work)
            self._is_hosting = False
            # Arrays of the request must not live on while the lane waits.
            del work

    def _next(self) -> Work | None:
        with self._wake:
            while not (self._urgent or self._waiting or self._is_closing):
                self._wake.wait()
            if self._urgent:
                return self._urgent.popleft()
            return self._waiting.popleft() if self._waiting else None

    def _run_urgent(self) -> None:
        """Do all that is urgent, inside the work whose token is being looked at."""
        # A helper thread of an engine may look at the token too: the device is not its to use.
        if not self._is_hosting or threading.get_ident() != self._thread_ident:
            return
        while (work := self._next_urgent()) is not None:
            self._do(work)

    def _next_urgent(self) -> Work | None:
        # Looked at thousands of times a second by some engines, so the empty case takes no lock.
        if not self._urgent:
            return None
        with self._wake:
            return self._urgent.popleft() if self._urgent else None

    def _do(self, work: Work) -> None:
        work.has_begun = True
        self.ended.emit(work.request.job_id, self._perform(work))
