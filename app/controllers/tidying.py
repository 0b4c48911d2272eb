"""Removes stems and masks that a saved project no longer uses, once its clip has left the desk.

While a project is open, undo may ask for any of them; saved under another name, it may ask for
those of its earlier place. So all places it had are tidied together, when none of it can come back.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.document import Document
from app.job_runner import JobRunner, Lane
from core.errors import CoreError
from core.files.project_file import tidy_project
from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TidyJob:
    """Tidy the data folders of these project files."""

    paths: tuple[Path, ...]
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Tidy up the project"

    def __call__(self, report: Report, cancel: CancelToken) -> tuple[Path, ...]:
        """Return what was removed. What cannot be is left for another time, and harms nobody."""
        del report
        removed: list[Path] = []
        for path in self.paths:
            cancel.raise_if_cancelled()
            try:
                removed += tidy_project(path)
            except (CoreError, OSError) as error:
                _log.info("%s was not tidied: %s", path, error)
        return tuple(removed)


class TidyingController(QObject):
    """Notes where the document on the desk was saved, and tidies there when it has gone."""

    def __init__(
        self, runner: JobRunner, document: Document, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runner, self._document = runner, document
        self._places: dict[Path, None] = {}
        document.path_changed.connect(self._on_path_changed)

    @Slot()
    def tidy(self) -> None:
        """Tidy in the background: the clip has been closed."""
        request = self._request()
        if request is not None:
            self._runner.start(self._runner.prepare(request, Lane.IO))

    def tidy_now(self) -> None:
        """Tidy at the end of the program, when no worker is left to do it."""
        request = self._request()
        if request is not None:
            request(lambda _progress: None, CancelToken())

    def _request(self) -> TidyJob | None:
        # Opened again from where it was, a document tells of no change of place.
        self._on_path_changed(self._document.path)
        places, self._places = tuple(self._places), {}
        return TidyJob(places) if places else None

    @Slot(object)
    def _on_path_changed(self, path: Path | None) -> None:
        if path is not None:
            self._places[path] = None
