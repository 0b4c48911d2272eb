"""What the program says to the person: errors and other news as sentences with advice.

The only place where an error of the core becomes words on the screen.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from app.missing import MissingModelError
from app.refusal import RefusalError
from core.errors import (
    CoreError,
    EngineError,
    ExportError,
    MediaError,
    ModelError,
    ProjectError,
    PromptError,
    StoreError,
)
from core.jobs.export import ExportAnswer
from core.jobs.sounding_export import SoundingExportAnswer
from widgets.notice_bar import Notice, NoticeBar, Severity

_log = logging.getLogger(__name__)

_TITLES: tuple[tuple[type[CoreError], str], ...] = (
    (MediaError, "This file cannot be used"),
    (PromptError, "This cannot be looked for yet"),
    (StoreError, "The model store could not do that"),
    (ModelError, "This engine cannot be used"),
    (EngineError, "The engine found no answer"),
    (ProjectError, "The project cannot be used"),
    (ExportError, "Nothing was written"),
)
_SHOW_FOLDER, _USE_ENGINE, _LOOK = "show_folder", "use_engine", "look"
LOOK_FIRST = "What sounds in this clip is not known yet"
STILL_LOOKING = "Still looking for what sounds: it can be exported once that is done"
LOOK_ADVICE = "Look through the whole clip first (Ctrl+L); then it can be exported."
_OUT_OF_MEMORY = (
    "The memory is full",
    "Close other programs, or choose a lighter engine. Your project is still here.",
)


def words_for(error: BaseException) -> tuple[str, str]:
    """Return a title and advice for a person, whatever went wrong."""
    if isinstance(error, MemoryError):
        return _OUT_OF_MEMORY
    if not isinstance(error, CoreError):
        return (
            "Something went wrong inside Soloist",
            "Your project is still here. Try again; if it happens again, please report it with "
            f"these words: {type(error).__name__}: {error}",
        )
    if isinstance(error, MissingModelError):
        return f"{error.title} is not installed yet", error.advice
    titles = (title for kind, title in _TITLES if isinstance(error, kind))
    return next(titles, "That did not work"), error.advice


def _open_folder(folder: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class Notices(QObject):
    """Speaks through a `NoticeBar`. The same words replace themselves rather than pile up.

    Signals:
        engine_chosen: the name of an engine that was offered, and taken.
        look_chosen: the clip shall be looked through for what sounds, as was offered.
    """

    engine_chosen = Signal(str)
    look_chosen = Signal()

    def __init__(
        self,
        bar: NoticeBar,
        parent: QObject | None = None,
        *,
        open_folder: Callable[[Path], object] = _open_folder,
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._open_folder = open_folder
        self._folders: dict[str, Path] = {}
        self._helpers: dict[str, str] = {}
        self._failures: dict[str, type[BaseException]] = {}
        self._of_clip: set[str] = set()
        self._of_looking: set[str] = set()
        bar.action_requested.connect(self._on_action_requested)
        bar.dismissed.connect(self._on_dismissed)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Say something good to know; it goes away by itself."""
        self._show(Severity.INFO, sentence)

    @Slot(str)
    def warn(self, sentence: str) -> None:
        """Say something that is not as it should be; it stays until dismissed."""
        self._show(Severity.WARNING, sentence)

    @Slot(object)
    def fail(self, error: BaseException) -> None:
        """Say what went wrong and what to do; what the person has to correct is only a warning."""
        title, advice = words_for(error)
        _log.info("told: %s (%s: %s)", title, type(error).__name__, error)
        is_mild = isinstance(error, PromptError | MissingModelError)
        severity = Severity.WARNING if is_mild else Severity.ERROR
        helper = error.helper if isinstance(error, RefusalError) else None
        actions = ((_USE_ENGINE, f"Use {helper.title} instead"),) if helper is not None else ()
        notice_id = self._show(severity, title, advice, actions)
        self._failures[notice_id] = type(error)
        if helper is not None:
            self._helpers[notice_id] = helper.name

    def settle(self, *kinds: type[BaseException]) -> None:
        """Take back failures of these kinds: what they spoke of has worked, or is past."""
        settled = [known for known, kind in self._failures.items() if issubclass(kind, kinds)]
        for notice_id in settled:
            self._forget(notice_id)

    @Slot(bool)
    def offer_look(self, is_looking: bool) -> None:
        """Say that the clip has to be looked through first, and offer to do that."""
        if is_looking:
            notice_id = self._show(Severity.INFO, STILL_LOOKING)
        else:
            actions = ((_LOOK, "See what sounds"),)
            notice_id = self._show(Severity.INFO, LOOK_FIRST, LOOK_ADVICE, actions)
        self._of_clip.add(notice_id)
        self._of_looking.add(notice_id)

    @Slot()
    def forget_look(self) -> None:
        """Take back what was said about looking: it has begun, or ended."""
        for notice_id in list(self._of_looking):
            self._forget(notice_id)

    def tell_of_clip(self, sentence: str) -> None:
        """Say something about the open clip; it goes away by itself, or with the clip."""
        self._of_clip.add(self._show(Severity.INFO, sentence))

    def warn_of_clip(self, sentence: str) -> None:
        """Say what is not as it should be about the open clip; it stays as long as the clip."""
        self._of_clip.add(self._show(Severity.WARNING, sentence))

    @Slot()
    def forget_clip(self) -> None:
        """Take back what was said about the clip that is leaving, and about the work on it."""
        for notice_id in list(self._of_clip):
            self._forget(notice_id)
        self.settle(PromptError, EngineError, ExportError)

    @Slot(object)
    def exported(self, answer: ExportAnswer | SoundingExportAnswer) -> None:
        """Say what was written, and offer to show it."""
        paths = list(answer.files.values())
        if not paths:
            return
        folder = paths[0].parent
        what = f"“{paths[0].name}”" if len(paths) == 1 else f"{len(paths)} files"
        notice_id = f"exported {folder}"
        self._folders[notice_id] = folder
        self._of_clip.add(notice_id)
        self._bar.show_notice(
            Notice(
                notice_id,
                Severity.INFO,
                f"Exported {what}",
                f"In {folder}",
                ((_SHOW_FOLDER, "Show in folder"),),
            )
        )

    def _show(
        self,
        severity: Severity,
        title: str,
        advice: str = "",
        actions: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Show a notice, and return its id."""
        notice = Notice(f"{severity} {title} {advice}", severity, title, advice, actions)
        self._bar.show_notice(notice)
        return notice.notice_id

    def _forget(self, notice_id: str) -> None:
        self._bar.take_back(notice_id)
        self._on_dismissed(notice_id)

    @Slot(str, str)
    def _on_action_requested(self, notice_id: str, action: str) -> None:
        if action == _SHOW_FOLDER and notice_id in self._folders:
            self._open_folder(self._folders[notice_id])
        if action == _LOOK:
            self.look_chosen.emit()
        if action == _USE_ENGINE and notice_id in self._helpers:
            self.engine_chosen.emit(self._helpers[notice_id])

    @Slot(str)
    def _on_dismissed(self, notice_id: str) -> None:
        self._folders.pop(notice_id, None)
        self._helpers.pop(notice_id, None)
        self._failures.pop(notice_id, None)
        self._of_clip.discard(notice_id)
        self._of_looking.discard(notice_id)
