"""Loads the engine's libraries ahead of the first separation, once there is use for them.

Loading torch takes seconds. At the start it would delay the window; on “Separate” it would delay
the preview; on the worker of a click's mask it would delay the next click. So it has a thread of
its own, and what runs without being asked for waits until that has ended.
"""

import logging

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, QTimer, Slot

from app.document import Document
from core.domain.project import Project
from core.errors import CoreError
from core.separation import registry

_log = logging.getLogger(__name__)

DELAY_MS = 900
"""After the first prompt, whose mask comes first, or after the sound was read."""


class WarmUp(QThread):
    """Builds the engine of the selected stem once, and throws it away; then it has `finished`."""

    def __init__(self, document: Document, default: str, parent: QObject | None = None) -> None:
        """Warm up `default` where there is no stem yet."""
        super().__init__(parent)
        self._document, self._default = document, default
        self.device = "auto"
        """Where it is built."""
        self._engine = ""
        self._has_begun = False
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_delay_over)
        document.project_changed.connect(self._on_project_changed)

    def run(self) -> None:
        try:
            registry.build(self._engine, self.device)
        except CoreError as error:
            # The separation itself will say it to the person, if they ever ask for it.
            _log.info("warm-up: %s", error)

    def shutdown(self, patience_ms: int) -> bool:
        """Return whether it has ended in time: nothing stops the loading of a library."""
        self._delay.stop()
        return self.wait(QDeadlineTimer(patience_ms))

    @Slot()
    def begin(self) -> None:
        """Warm up soon; once is enough."""
        if not self._has_begun:
            self._has_begun = True
            stem = self._document.project.selected_stem
            self._engine = stem.engine if stem is not None else self._default
            self._delay.start()

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        stem = project.selected_stem
        if stem is not None and not stem.prompts.is_empty:
            self.begin()

    @Slot()
    def _on_delay_over(self) -> None:
        self.start(QThread.Priority.LowPriority)
