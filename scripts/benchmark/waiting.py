"""Waits for a job in the event loop, as the window does, and tells how long it took."""

import time

from PySide6.QtCore import QEventLoop, QObject, Slot

from app.job_runner import Job, JobState
from core.progress import Progress


class Waiting(QObject):
    """Follows one job. Make it before the job is started."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.fraction = 0.0
        self.ending: JobState | None = None
        self._loop = QEventLoop(self)
        self._enough = 2.0
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.finished.connect(self._on_finished)

    def until_progress(self, fraction: float) -> None:
        """Wait until so much is done, or the job has ended."""
        self._enough = fraction
        if self.ending is None and self.fraction < fraction:
            self._loop.exec()
        self._enough = 2.0

    def until_ended_ms(self) -> float:
        """Wait for the ending and return how many milliseconds this call took."""
        begun_s = time.perf_counter()
        if self.ending is None:
            self._loop.exec()
        return (time.perf_counter() - begun_s) * 1000

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        self.fraction = progress.fraction or 0.0
        if self.fraction >= self._enough:
            self._loop.quit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        raise SystemExit(f"{self.job.label} failed: {error}")

    @Slot()
    def _on_finished(self) -> None:
        self.ending = self.job.state
        self._loop.quit()
