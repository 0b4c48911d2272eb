"""Loads the engine's libraries ahead of the first separation, once something was asked for.

Loading torch takes seconds. At the start it would delay the window; on “Separate” it would delay
the preview; between the first click or span and “Separate” a person is still marking.
"""

import logging

from PySide6.QtCore import QObject, QThread, QTimer, Slot

from app.document import Document
from core.domain.project import Project
from core.errors import CoreError
from core.separation import registry

_log = logging.getLogger(__name__)

DELAY_MS = 900
"""After the first prompt: its mask comes first, and wants both cores."""


class WarmUp(QThread):
    """Builds the engine of the selected stem once, and throws it away."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._engine = ""
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_delay_over)
        document.project_changed.connect(self._on_project_changed)

    def run(self) -> None:
        try:
            registry.build(self._engine)
        except CoreError as error:
            # The separation itself will say it to the person, if they ever ask for it.
            _log.info("warm-up: %s", error)

    def shutdown(self) -> None:
        self._delay.stop()
        self.wait()

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        stem = project.selected_stem
        if stem is not None and not stem.prompts.is_empty:
            self._document.project_changed.disconnect(self._on_project_changed)
            self._engine = stem.engine
            self._delay.start()

    @Slot()
    def _on_delay_over(self) -> None:
        self.start(QThread.Priority.LowPriority)
