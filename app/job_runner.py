"""Runs requests on two worker threads: make, connect, start; each ends exactly once.

    job = runner.prepare(request, Lane.DEVICE, replaces="separate")
    job.succeeded.connect(self._on_succeeded)
    runner.start(job)

A job with the `replaces` key of an earlier one cancels it when it starts: the newest wins. Urgent
jobs run on the same thread as the running job, the next time it looks at its cancel token, so that
the device is never asked twice and a click never waits for a separation. There are degrees: a
preview is wanted soon, a click's mask now, also inside a preview. Background work gives way to all.
"""

import logging
import traceback
from collections.abc import Iterator

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEvent,
    QObject,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from app.job_handle import Job, JobState, Lane
from app.job_lane import CANCELLED, Ending, EndingKind, LaneThread, Urgency, Work
from core.errors import CoreError
from core.jobs.requests import JobRequest
from core.progress import Cancelled
from widgets.jobs_panel import JobRow

__all__ = ["Job", "JobRunner", "JobState", "Lane", "Urgency"]

_log = logging.getLogger(__name__)

_TICK_MS = 50
_N_ENDED_ROWS = 5


class JobRunner(QObject):
    """Owns the two workers and all jobs in flight. Lives on the window's thread.

    Signals:
        jobs_changed: `rows` would answer differently now.
    """

    jobs_changed = Signal()
    _withdrawn = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._ended_rows: list[JobRow] = []
        self._shown_rows: tuple[JobRow, ...] = ()
        self._is_closed = self._is_deaf = False
        self._withdrawn.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._lanes = {lane: LaneThread(lane.value, _perform, self) for lane in Lane}
        for thread in self._lanes.values():
            thread.ended.connect(self._on_worker_ended, Qt.ConnectionType.QueuedConnection)
        # Polled rather than signalled: an engine that reports a thousand times a second must
        # not fill the event queue of the window.
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.timeout.connect(self._on_tick)

    def prepare(
        self,
        request: JobRequest[object],
        lane: Lane,
        *,
        replaces: str | None = None,
        is_urgent: bool = False,
        urgency: Urgency = Urgency.PATIENT,
    ) -> Job:
        """Return a job that waits for `start`; connect to it first.

        Args:
            request: frozen; called on the worker as `request(report, cancel)`.
            lane: which worker.
            replaces: the key under which newer jobs take the place of older ones.
            is_urgent: short for `urgency=Urgency.NOW`.
            urgency: whether it runs inside the job that is running now rather than after it.
        """
        urgency = Urgency.NOW if is_urgent else urgency
        token = self._lanes[lane].new_token(urgency)
        return Job(Work(request, urgency, token), lane, replaces, self._on_cancel_asked)

    def start(self, job: Job) -> None:
        """Queue `job`, and cancel the earlier one with the same `replaces` key."""
        if job.job_id in self._jobs or job.work is None:
            raise ValueError(f"job {job.job_id} ({job.label}) was started twice")
        for earlier in [*self._jobs.values()]:
            if job.replaces is not None and earlier.replaces == job.replaces:
                earlier.cancel()
        self._jobs[job.job_id] = job
        if self._is_closed or job.state is JobState.STOPPING:
            job.cancel()
            self._withdrawn.emit(job.job_id, CANCELLED)
        else:
            self._lanes[job.lane].submit(job.work)
            self._ticker.start()
        self._refresh()

    def rows(self) -> tuple[JobRow, ...]:
        """Return the jobs in flight in the order of their start, and then the last that ended.

        Of those that ended only the done and the failed are kept, and of the urgent ones only
        the failed: clicks would push out everything else. What nobody asked for leaves no row.
        """
        return (*(job.row for job in self._jobs.values()), *self._ended_rows)

    def forget_ended(self) -> None:
        """Clear the ended jobs from `rows`."""
        self._ended_rows.clear()
        self._refresh()

    def cancel(self, job_id: int) -> None:
        """Cancel by number, as the jobs panel asks for it; ended jobs are let be."""
        if job_id in self._jobs:
            self._jobs[job_id].cancel()

    def cancel_all(self) -> None:
        for job in [*self._jobs.values()]:
            job.cancel()

    @property
    def is_busy(self) -> bool:
        return bool(self._jobs)

    def shutdown(self, timeout_ms: int = 5_000) -> bool:
        """Cancel everything, join the workers, and deliver the endings still on their way.

        Returns:
            False where a worker did not stop in time; a Python thread cannot be killed, so the
            process must then end without tidying up.
        """
        self._is_closed = True
        self.cancel_all()
        for thread in self._lanes.values():
            thread.close()
        deadline = QDeadlineTimer(timeout_ms)
        stopped = [thread.wait(deadline) for thread in self._lanes.values()]
        has_stopped = all(stopped)
        if not has_stopped:
            _log.error("a worker did not stop within %d ms", timeout_ms)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        self._ticker.stop()
        # A worker that stops after all must not speak to a window that has gone.
        self._is_deaf = True
        return has_stopped

    def _on_cancel_asked(self, job: Job) -> None:
        if job.work is None or job.job_id not in self._jobs:
            return
        job.work.token.cancel()
        if self._lanes[job.lane].withdraw(job.work):
            self._withdrawn.emit(job.job_id, CANCELLED)
        self._refresh()

    @Slot()
    def _on_tick(self) -> None:
        for job in [*self._jobs.values()]:
            job.deliver_progress()
        self._refresh()

    @Slot(int, object)
    def _on_worker_ended(self, job_id: int, ending: Ending) -> None:
        if not self._is_deaf:
            self._on_ended(job_id, ending)

    @Slot(int, object)
    def _on_ended(self, job_id: int, ending: Ending) -> None:
        job = self._jobs.pop(job_id)
        if not self._jobs:
            self._ticker.stop()
        job.deliver_ending(ending)
        is_asked_for = job.urgency is not Urgency.BACKGROUND
        is_worth_showing = is_asked_for and (
            job.state is JobState.FAILED or job.urgency is Urgency.PATIENT
        )
        if is_worth_showing and job.state is not JobState.CANCELLED:
            self._ended_rows = [job.row, *self._ended_rows][:_N_ENDED_ROWS]
        self._refresh()

    def _refresh(self) -> None:
        if self._is_deaf:
            return
        rows = self.rows()
        if rows != self._shown_rows:
            self._shown_rows = rows
            self.jobs_changed.emit()


def _perform(work: Work) -> Ending:
    """Do `work` on this thread, and turn whatever happens into its one ending."""
    try:
        work.token.raise_if_cancelled()
        return Ending(EndingKind.SUCCEEDED, work.request(work.newest_progress.append, work.token))
    except Cancelled:
        return CANCELLED
    except CoreError as error:
        _log.warning("%s failed: %s\n%s", work.request.label, error, traceback.format_exc())
        return Ending(EndingKind.FAILED, _without_frames(error))
    except BaseException as error:
        # Even SystemExit, which some libraries raise: the window must hear of every ending.
        _log.error("%s failed unexpectedly\n%s", work.request.label, traceback.format_exc())
        return Ending(EndingKind.FAILED, _without_frames(error))


def _without_frames(error: BaseException) -> BaseException:
    """Drop the tracebacks, which are logged as text: their frames keep the work's arrays alive."""
    for link in _chain(error):
        link.__traceback__ = None
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__]
