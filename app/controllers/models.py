"""Models: asks what only a person can answer, and lets the I/O worker do the work.

A download is background work of that worker: everything else that it does runs inside, so that
clips open and exports are written while gigabytes arrive.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.job_runner import Job, JobRunner, Lane, Urgency
from core.domain.models import ModelEntry, ModelStatus
from core.jobs.models import (
    ForgetTokenJob,
    ImportJob,
    InstallJob,
    ListModelsJob,
    ModelAnswer,
    RemoveJob,
    VerifyJob,
)
from core.jobs.requests import JobRequest


class ModelAsker(Protocol):
    """Questions that only a person can answer; dialogs in the window, an object in tests."""

    def accept_licences(self, entries: tuple[ModelEntry, ...]) -> bool: ...

    def remove_model(self, one: ModelStatus, needed_by: tuple[str, ...]) -> bool: ...


class ModelsController(QObject):
    """Installs, imports, verifies and removes, one after the other.

    Signals:
        listed: a tuple of `ModelStatus`, whenever it may have changed.
        started: the `Job`, which tells how far it is.
        done: the `ModelAnswer`.
        failed: a `CoreError`.
        ended: the running work has ended, in whatever way.
        changed: there are other models now than before.
    """

    listed = Signal(object)
    started = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    ended = Signal()
    changed = Signal()

    def __init__(self, runner: JobRunner, asker: ModelAsker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._asker = runner, asker
        self._models: dict[str, ModelStatus] = {}
        self._running: Job | None = None

    @property
    def running(self) -> Job | None:
        return self._running

    @Slot()
    def refresh(self) -> None:
        """Look again what is there; `listed` follows."""
        job = self._runner.prepare(
            ListModelsJob(), Lane.IO, replaces="list models", urgency=Urgency.NOW
        )
        job.succeeded.connect(self._on_listed)
        job.failed.connect(self.failed)
        self._runner.start(job)

    @Slot(str, str)
    def install(self, name: str, token: str) -> None:
        """Ask about the licences, and install a model with what it requires."""
        wanting = self._wanting(name)
        if wanting and self._is_free and self._asker.accept_licences(wanting):
            accepted = frozenset(entry.name for entry in wanting)
            self._start(InstallJob(wanting, accepted, token or None))

    @Slot(str, object)
    def import_from(self, name: str, path: Path) -> None:
        self._of(name, lambda one: ImportJob(one.entry, path))

    @Slot(str)
    def verify(self, name: str) -> None:
        self._of(name, lambda one: VerifyJob(one.entry))

    @Slot(str)
    def remove(self, name: str) -> None:
        """Ask, and remove a model."""
        others = tuple(
            one.entry.title
            for one in self._models.values()
            if one.is_installed and name in one.entry.requires
        )
        one = self._models.get(name)
        if one is not None and self._is_free and self._asker.remove_model(one, others):
            self._start(RemoveJob(one.entry))

    @Slot()
    def forget_token(self) -> None:
        self._start(ForgetTokenJob())

    @Slot(int)
    def cancel(self, job_id: int) -> None:
        self._runner.cancel(job_id)

    @property
    def _is_free(self) -> bool:
        return self._running is None

    def _of(self, name: str, request_of: Callable[[ModelStatus], JobRequest[ModelAnswer]]) -> None:
        one = self._models.get(name)
        if one is not None:
            self._start(request_of(one))

    def _wanting(self, name: str) -> tuple[ModelEntry, ...]:
        """Return what must be downloaded for a model, what it requires first."""
        one = self._models.get(name)
        if one is None or one.is_installed:
            return ()
        found = {}
        for other in one.entry.requires:
            found.update({entry.name: entry for entry in self._wanting(other)})
        return (*found.values(), one.entry)

    def _start(self, request: JobRequest[ModelAnswer]) -> None:
        if not self._is_free:
            return
        job = self._runner.prepare(request, Lane.IO, urgency=Urgency.BACKGROUND)
        job.succeeded.connect(self._on_done)
        job.failed.connect(self.failed)
        job.finished.connect(self._on_finished)
        self._running = job
        self._runner.start(job)
        self.started.emit(job)

    @Slot(object)
    def _on_listed(self, models: tuple[ModelStatus, ...]) -> None:
        before = {one.entry.name for one in self._models.values() if one.is_installed}
        is_first = not self._models
        self._models = {one.entry.name: one for one in models}
        self.listed.emit(models)
        if not is_first and before != {one.entry.name for one in models if one.is_installed}:
            self.changed.emit()

    @Slot(object)
    def _on_done(self, answer: ModelAnswer) -> None:
        self.done.emit(answer)

    @Slot()
    def _on_finished(self) -> None:
        self._running = None
        self.ended.emit()
        self.refresh()
