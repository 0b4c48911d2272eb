"""What the window holds of a piece of work: its signals, its state, and the way to stop it."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.job_lane import Ending, EndingKind, Work
from core.progress import Progress, TimeLeft
from widgets.jobs_panel import JobRow


class Lane(StrEnum):
    """The two workers: DEVICE runs models, so that it is never asked twice; IO reads and writes."""

    DEVICE = "device"
    IO = "io"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDED = {
    EndingKind.SUCCEEDED: JobState.DONE,
    EndingKind.FAILED: JobState.FAILED,
    EndingKind.CANCELLED: JobState.CANCELLED,
}


class Job(QObject):
    """Made by `JobRunner.prepare` on the window's thread: connect, then start.

    All signals arrive on the window's thread, from its event loop and never from inside `cancel`
    or `start`. Exactly one of the three endings comes, then `finished`.

    Signals:
        progressed: a `Progress`, at most about twenty a second; the last one always comes.
        succeeded: the answer of the request.
        failed: the exception; a `CoreError` where it was expected.
        cancelled: it was asked to stop, or a newer one took its place; its answer is dropped.
        finished: nothing more will come.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(
        self, work: Work, lane: Lane, replaces: str | None, on_cancel: Callable[["Job"], None]
    ) -> None:
        super().__init__()
        self.lane, self.replaces = lane, replaces
        self.job_id, self.label = work.request.job_id, work.request.label
        # None once it has ended: an answer's owner must not keep the request's arrays alive.
        self.work: Work | None = work
        self._on_cancel = on_cancel
        self.urgency = work.urgency
        self._is_cancelled = False
        self._ended_as: JobState | None = None
        self._progress: Progress | None = None
        self._time_left = TimeLeft()
        self._time_left_s: float | None = None

    @property
    def state(self) -> JobState:
        if self._ended_as is not None:
            return self._ended_as
        if self._is_cancelled:
            return JobState.STOPPING
        has_begun = self.work is not None and self.work.has_begun
        return JobState.RUNNING if has_begun else JobState.WAITING

    @property
    def row(self) -> JobRow:
        """The line of the jobs panel."""
        progress = self._progress
        return JobRow(
            job_id=self.job_id,
            label=self.label,
            stage=progress.stage if progress else "",
            fraction=progress.fraction if progress else None,
            time_left_s=self._time_left_s if self._ended_as is None else None,
            state=self.state.value,
        )

    def cancel(self) -> None:
        """Ask it to stop; harmless at any time. `cancelled` follows unless it has ended."""
        if self._ended_as is None and not self._is_cancelled:
            self._is_cancelled = True
            self._on_cancel(self)

    def deliver_progress(self) -> None:
        """Hand on the newest progress; called by the runner, which sets the pace."""
        progress = self.work.take_progress() if self.work is not None else None
        # Whoever cancelled has stopped looking; a newer job may be shown in its place.
        if progress is None or self._is_cancelled:
            return
        self._progress = progress
        self._time_left_s = self._time_left.update(progress)
        self.progressed.emit(progress)

    def deliver_ending(self, ending: Ending) -> None:
        """Emit the one ending; called by the runner, once."""
        self.deliver_progress()
        # It may have finished a moment before it heard `cancel`; its answer is then stale.
        kind = EndingKind.CANCELLED if self._is_cancelled else ending.kind
        self._ended_as = _ENDED[kind]
        self.work = None
        if kind is EndingKind.SUCCEEDED:
            self.succeeded.emit(ending.value)
        elif kind is EndingKind.FAILED:
            self.failed.emit(ending.value)
        else:
            self.cancelled.emit()
        self.finished.emit()
