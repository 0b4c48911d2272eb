"""The main window: places the widgets, holds the menus, takes what is dropped. Decides nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QUndoStack,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.actions import ACTIONS, MENUS, UNDO_KEYS
from widgets.jobs_panel import JobsPanel
from widgets.notice_bar import NoticeBar
from widgets.prompt_bar import PromptBar
from widgets.stem_list import StemList
from widgets.timeline import Timeline
from widgets.transport import Transport
from widgets.video_view import VideoView
from widgets.welcome import Welcome

_GROUPS_BEFORE = {
    "save", "export", "models", "close_clip", "quit", "clear_region", "preferences", "separate",
    "add_span", "shuttle_back", "frame_back", "set_in", "listen_next", "show_mask", "fit_picture",
    "zoom_in", "light_theme",
}  # fmt: skip
"""Actions that begin a new group of their menu."""


class MainWindow(QMainWindow):
    """Everything a person sees, put in its place.

    Signals:
        path_dropped: a `Path` that was dropped on the window.
        recent_chosen: a `Path` from the list of recent files.
        audio_track_chosen: stream index of a sound track.
        segmenter_chosen: the name of what shall find objects.
        segmenters_wanted: the list of those is about to be shown.
        sounding_rate_chosen: how many pictures a second shall be looked at for what sounds.
    """

    path_dropped = Signal(object)
    recent_chosen = Signal(object)
    audio_track_chosen = Signal(int)
    segmenter_chosen = Signal(str)
    segmenters_wanted = Signal()
    sounding_rate_chosen = Signal(float)

    def __init__(
        self,
        actions: Mapping[str, QAction],
        undo_stack: QUndoStack,
        may_close: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Soloist")
        self.setMinimumSize(QSize(1040, 640))
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self.may_close = may_close
        self.actions_by_name = actions
        self.welcome, self.video = Welcome(), VideoView()
        self.prompts, self.stems, self.jobs = PromptBar(), StemList(), JobsPanel()
        self.transport, self.timeline, self.notices = Transport(), Timeline(), NoticeBar()
        self._pages = QStackedWidget()
        self._splitters = self._lay_out()
        self._fill_menus(actions, undo_stack)
        self.show_welcome()

    def show_welcome(self) -> None:
        self._pages.setCurrentIndex(0)

    def show_editor(self) -> None:
        self._pages.setCurrentIndex(1)

    def set_recent(self, paths: tuple[Path, ...]) -> None:
        """Fill the list of recent files, newest first."""
        self._recent.clear()
        for path in paths:
            action = self._recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _on=False, path=path: self.recent_chosen.emit(path))
        self._recent.setEnabled(bool(paths))
        self.welcome.set_recent(paths)

    def set_audio_tracks(self, tracks: tuple[tuple[int, str], ...], chosen: int | None) -> None:
        """Fill the list of sound tracks: (stream index, words), and tick the chosen one."""
        self._tracks.clear()
        for index, words in tracks:
            action = self._tracks.addAction(words)
            action.setCheckable(True)
            action.setChecked(index == chosen)
            action.triggered.connect(
                lambda _on=False, index=index: self.audio_track_chosen.emit(index)
            )
        self._tracks.setEnabled(len(tracks) > 1)

    def set_segmenters(self, rows: tuple[tuple[str, str, str], ...], chosen: str) -> None:
        """Fill the list of ways to find objects: (name, words, tip), and tick the chosen one."""
        self._segmenters.clear()
        for name, words, tip in rows:
            action = self._segmenters.addAction(words)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _on=False, name=name: self.segmenter_chosen.emit(name))

    def set_sounding_rates(self, rows: tuple[tuple[float, str], ...], chosen_hz: float) -> None:
        """Fill the list of rates: (pictures a second, words), and tick the chosen one."""
        self._rates.clear()
        for rate_hz, words in rows:
            action = self._rates.addAction(words)
            action.setCheckable(True)
            action.setChecked(rate_hz == chosen_hz)
            action.triggered.connect(
                lambda _on=False, rate_hz=rate_hz: self.sounding_rate_chosen.emit(rate_hz)
            )

    def layout_state(self) -> tuple[QByteArray, ...]:
        """Return size, place and splits, to be remembered."""
        return (self.saveGeometry(), *(splitter.saveState() for splitter in self._splitters))

    def restore_layout(self, state: tuple[QByteArray, ...]) -> None:
        """Put size, place and splits back as `layout_state` gave them."""
        if len(state) != 1 + len(self._splitters):
            return
        self.restoreGeometry(state[0])
        for splitter, saved in zip(self._splitters, state[1:], strict=True):
            splitter.restoreState(saved)

    def _lay_out(self) -> tuple[QSplitter, ...]:
        side = QSplitter(Qt.Orientation.Vertical)
        side.addWidget(self.stems)
        side.addWidget(self.jobs)
        side.setStretchFactor(0, 3)
        side.setSizes([240, 150])
        top = QSplitter(Qt.Orientation.Horizontal)
        top.addWidget(self.video)
        top.addWidget(side)
        top.setStretchFactor(0, 1)
        top.setSizes([960, 320])
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(top)
        whole.addWidget(_column(self.prompts, self.transport, self.timeline))
        whole.setStretchFactor(0, 3)
        whole.setStretchFactor(1, 2)
        whole.setSizes([372, 398])
        for splitter in (side, top, whole):
            splitter.setChildrenCollapsible(False)
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(whole)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        return side, top, whole

    def _fill_menus(self, actions: Mapping[str, QAction], undo_stack: QUndoStack) -> None:
        menus = {title: self.menuBar().addMenu(f"&{title}") for title in MENUS}
        make = (undo_stack.createUndoAction, undo_stack.createRedoAction)
        for create, (words, keys) in zip(make, UNDO_KEYS, strict=True):
            action = create(self, words)
            action.setShortcuts([QKeySequence(key) for key in keys])
            menus["Edit"].addAction(action)
        menus["Edit"].addSeparator()
        self._recent = QMenu("Open &recent")
        self._tracks = QMenu("Sound &track")
        self._segmenters = QMenu("Find objects &with")
        self._rates = QMenu("Look for what s&ounds at")
        self._segmenters.aboutToShow.connect(self.segmenters_wanted)
        for spec in ACTIONS:
            menu = menus[spec.menu]
            if spec.name in _GROUPS_BEFORE:
                menu.addSeparator()
            menu.addAction(actions[spec.name])
            self.addAction(actions[spec.name])
            if spec.name == "open_demo":
                menu.addMenu(self._recent)
            if spec.name == "track_again":
                menu.addMenu(self._segmenters)
            if spec.name == "see_sounding":
                menu.addMenu(self._rates)
            if spec.name == "listen_mixer":
                menu.addSeparator()
                menu.addMenu(self._tracks)
        for menu in (*menus.values(), self._recent, self._segmenters):
            menu.setToolTipsVisible(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.path_dropped.emit(Path(url.toLocalFile()))
                return

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only when the person agrees to what would be lost."""
        if self.may_close():
            event.accept()
        else:
            event.ignore()


def _column(*widgets: QWidget) -> QWidget:
    """Return `widgets` one above the other; the largest of them takes what is left."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        stretches = isinstance(widget, VideoView | Timeline)
        column.addWidget(widget, 1 if stretches else 0)
    return holder
