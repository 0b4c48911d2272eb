"""Offers the work a crash left behind, and lets go of it only when it is safely on the desk."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from app.autosave import Autosave, Recovery
from app.controllers.media import MediaController
from app.controllers.projects import ProjectController

Ask = Callable[[list[str]], bool]
"""Asks whether the work of these names shall be brought back."""


class RecoveryController(QObject):
    """Brings work back; a copy whose clip cannot be opened now is offered again next time."""

    def __init__(
        self,
        autosave: Autosave,
        projects: ProjectController,
        media: MediaController,
        ask: Ask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._autosave, self._projects, self._ask = autosave, projects, ask
        self._coming: Recovery | None = None
        media.clip_opened.connect(self._on_clip_opened)
        media.failed.connect(self._on_failed)

    def offer(self, recoveries: tuple[Recovery, ...]) -> bool:
        """Ask about the newest of `recoveries`; True where it is on its way to the desk."""
        if not recoveries:
            return False
        newest, *others = recoveries
        for other in others:
            other.let_go()
        if not self._ask([newest.name]):
            newest.discard()
            return False
        if not self._projects.restore(newest.loaded, newest.document_path):
            newest.let_go()
            return False
        self._coming = newest
        return True

    @Slot()
    def _on_clip_opened(self) -> None:
        recovery, self._coming = self._coming, None
        if recovery is not None:
            self._autosave.adopt(recovery)

    @Slot()
    def _on_failed(self) -> None:
        recovery, self._coming = self._coming, None
        if recovery is not None:
            recovery.let_go()
