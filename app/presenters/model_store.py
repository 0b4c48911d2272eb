"""The window of the model store: made when it is first asked for, and kept up to date."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from app.controllers.models import ModelsController
from app.job_runner import Job
from app.notices import Notices, words_for
from core.domain.models import ModelStatus
from core.jobs.models import ModelAnswer
from widgets.model_store import ModelStore
from widgets.notice_bar import Severity


class ModelStorePresenter(QObject):
    """Shows the store, and says how its work ended: in it, or in the editor once it is closed."""

    def __init__(
        self,
        models: ModelsController,
        notices: Notices,
        make_view: Callable[[], ModelStore],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models, self._notices, self._make_view = models, notices, make_view
        self.view: ModelStore | None = None
        models.listed.connect(self._on_listed)
        models.started.connect(self._on_started)
        models.done.connect(self._on_done)
        models.failed.connect(self._on_failed)
        models.ended.connect(self._on_ended)

    @Slot()
    def open(self, name: str = "") -> None:
        """Show the store, on the model called `name` where one is meant."""
        if self.view is None:
            self.view = self._make_view()
            self._connect(self.view)
        if name:
            self.view.select(name)
        self._models.refresh()
        self.view.show()
        self.view.raise_()
        self.view.activateWindow()

    def _connect(self, view: ModelStore) -> None:
        view.install_requested.connect(self._models.install)
        view.import_requested.connect(self._models.import_from)
        view.verify_requested.connect(self._models.verify)
        view.remove_requested.connect(self._models.remove)
        view.forget_requested.connect(self._models.forget_token)
        view.cancel_requested.connect(self._models.cancel)
        if self._models.running is not None:
            self._on_started(self._models.running)

    @property
    def _open_view(self) -> ModelStore | None:
        return self.view if self.view is not None and self.view.isVisible() else None

    @Slot(object)
    def _on_listed(self, models: tuple[ModelStatus, ...]) -> None:
        if self.view is not None:
            self.view.set_models(models)

    @Slot(object)
    def _on_started(self, job: Job) -> None:
        job.progressed.connect(self._on_progressed)
        if self.view is not None:
            self.view.say(Severity.INFO, "")
            self.view.set_progress(job.row)

    @Slot(object)
    def _on_progressed(self, _progress: object) -> None:
        job = self._models.running
        if self.view is not None and job is not None:
            self.view.set_progress(job.row)

    @Slot(object)
    def _on_done(self, answer: ModelAnswer) -> None:
        if self._open_view is not None:
            severity = Severity.WARNING if answer.notices else Severity.INFO
            self._open_view.say(severity, "\n".join((answer.said, *answer.notices)))
            return
        self._notices.tell(answer.said)
        for notice in answer.notices:
            self._notices.warn(notice)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._open_view is not None:
            title, advice = words_for(error)
            self._open_view.say(Severity.ERROR, advice or title)
        else:
            self._notices.fail(error)

    @Slot()
    def _on_ended(self) -> None:
        if self.view is not None:
            self.view.set_progress(None)
