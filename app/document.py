"""The project on the desk, with undo: edits swap one immutable project for another."""

import weakref
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.domain.project import Project


class _ReplaceProject(QUndoCommand):
    """The only undo command there is: swap one immutable project for another."""

    def __init__(
        self, text: str, before: Project, after: Project, show: Callable[[Project], None]
    ) -> None:
        super().__init__(text)
        self.before, self.after = before, after
        # Weak: were the document part of a command, the end of the command could end the
        # document, whose stack would then end the command a second time.
        self._show = weakref.WeakMethod(show)

    def undo(self) -> None:
        self._show_if_there(self.before)

    def redo(self) -> None:
        self._show_if_there(self.after)

    def _show_if_there(self, project: Project) -> None:
        show = self._show()
        if show is not None:
            show(project)


class Document(QObject):
    """Holds the current `Project`. Every change goes through `apply`, `amend` or `reset`.

    Signals:
        project_changed: the new `Project`, however it came about, undo and redo included.
        clean_changed: whether the project is now as it was last saved.
        path_changed: the `Path` of the project file, or None while it has none.
    """

    project_changed = Signal(object)
    clean_changed = Signal(bool)
    path_changed = Signal(object)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project or Project()
        self._saved: Project | None = self._project
        self._path: Path | None = None
        self._was_clean = True
        # Ours beside Qt's: the stack hands out its commands only as const.
        self._commands: list[_ReplaceProject] = []
        self.undo_stack = QUndoStack(self)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def path(self) -> Path | None:
        """The project file; None while it was never saved."""
        return self._path

    @property
    def is_clean(self) -> bool:
        """True where nothing would be lost by closing: the project is as it was saved."""
        return self._saved is not None and self._project == self._saved

    @property
    def undo_text(self) -> str:
        """What undo would take back, as `apply` was told; empty where there is nothing."""
        return self.undo_stack.undoText()

    @property
    def redo_text(self) -> str:
        return self.undo_stack.redoText()

    def apply(self, text: str, project: Project) -> None:
        """Make `project` the current one, as a step that undo calls `text`; no-op if unchanged."""
        if project == self._project:
            return
        command = _ReplaceProject(text, self._project, project, self._show)
        self._commands = [*self._commands[: self.undo_stack.index()], command]
        self.undo_stack.push(command)

    def amend(self, project: Project) -> None:
        """Replace the current project without a step of its own.

        The step that led here now leads to `project`, so that redo brings it back, and so does
        undoing the step that follows.
        """
        if project == self._project:
            return
        place = self.undo_stack.index()
        if place > 0:
            self._commands[place - 1].after = project
        if place < len(self._commands):
            self._commands[place].before = project
        self._show(project)

    def amend_all(self, edit: Callable[[Project], Project]) -> None:
        """Replace the current project by `edit` of it, and every one that undo or redo may bring.

        For what arrives late and is true of all of them: the result of a separation that ended
        after a rename must not vanish when the rename is undone. `edit` gives back the very same
        project where it has nothing to say.
        """
        for command in self._commands:
            command.before, command.after = edit(command.before), edit(command.after)
        edited = edit(self._project)
        if edited != self._project:
            self._show(edited)

    def reset(self, project: Project, path: Path | None = None, *, is_saved: bool = True) -> None:
        """Put another project on the desk, with nothing to undo.

        `is_saved` is False for one that was recovered: closing it would lose it.
        """
        self._commands = []
        self.undo_stack.clear()
        self._saved = project if is_saved else None
        self._set_path(path)
        self._show(project)

    def mark_saved(self, path: Path) -> None:
        """Remember that the current project now stands in the file `path`."""
        self._saved = self._project
        self._set_path(path)
        self._tell_clean()

    def _show(self, project: Project) -> None:
        self._project = project
        self.project_changed.emit(project)
        self._tell_clean()

    def _set_path(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.path_changed.emit(path)

    def _tell_clean(self) -> None:
        if self.is_clean != self._was_clean:
            self._was_clean = self.is_clean
            self.clean_changed.emit(self._was_clean)
