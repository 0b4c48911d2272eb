"""What is shown while no clip is open: where to drop one, what was open before, and the demo."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.icons import IconLabel, icon
from widgets.recent_list import RecentList
from widgets.theme import current_theme

_WIDTH_PX = 560


class Welcome(QWidget):
    """The empty window. Opens nothing itself.

    Signals:
        open_requested: the person wants to choose a file.
        demo_requested: the person wants to try the demo clip.
        path_requested: a `Path` that was dropped here or picked from the recent files.
    """

    open_requested = Signal()
    demo_requested = Signal()
    path_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setAccessibleName("Welcome")
        self._area = _DropArea()
        self.open = QPushButton("Open a clip…")
        self.open.setProperty("kind", "primary")
        self.open.setIcon(icon("open", "on_accent"))
        self.open.setToolTip("A video, a sound file or a Soloist project (Ctrl+O)")
        self.open.clicked.connect(self.open_requested)
        self.demo = QPushButton("Try the demo")
        self.demo.setIcon(icon("play"))
        self.demo.setToolTip("A drawn scene with three sounds to try everything on")
        self.demo.clicked.connect(self.demo_requested)
        for button in (self.open, self.demo):
            button.setProperty("scale", "large")
            button.setIconSize(QSize(22, 16))
        self._recent_title = QLabel("Recent")
        self._recent_title.setProperty("rank", "muted")
        self.recent = RecentList()
        self.recent.path_chosen.connect(self.path_requested)
        self._lay_out()
        self.set_recent(())

    def set_recent(self, paths: tuple[Path, ...]) -> None:
        """Offer these files, the newest first."""
        self.recent.set_paths(paths)
        self._recent_title.setVisible(bool(paths))
        self.recent.setVisible(bool(paths))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event) is not None:
            event.acceptProposedAction()
            self._area.set_inviting(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._area.set_inviting(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._area.set_inviting(False)
        path = _dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.path_requested.emit(path)

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self._area)
        inside.setContentsMargins(24, 32, 24, 32)
        inside.setSpacing(8)
        _add_centred(inside, IconLabel("film", "link", 44))
        inside.addSpacing(4)
        for text, rank in (
            ("Click it. Hear only it.", "display"),
            ("Drop a video here. Everything stays on this computer.", "muted"),
        ):
            label = QLabel(text)
            label.setProperty("rank", rank)
            _add_centred(inside, label)
        inside.addSpacing(12)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.open)
        buttons.addWidget(self.demo)
        buttons.addStretch(1)
        inside.addLayout(buttons)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._area)
        column.addSpacing(12)
        column.addWidget(self._recent_title)
        column.addWidget(self.recent)
        column.addStretch(3)
        page = QHBoxLayout(self)
        page.setContentsMargins(24, 24, 24, 24)
        page.addStretch(1)
        page.addLayout(column, 100)
        page.addStretch(1)


class _DropArea(QWidget):
    """A dashed frame that lights up while something hangs over it."""

    def __init__(self) -> None:
        super().__init__()
        self._is_inviting = False
        self.setMaximumWidth(_WIDTH_PX)
        self.setMinimumWidth(360)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, super().sizeHint().height())

    def set_inviting(self, is_inviting: bool) -> None:
        self._is_inviting = is_inviting
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.accent if self._is_inviting else theme.well)
        ground.setAlphaF(0.16 if self._is_inviting else 0.6)
        pen = QPen(QColor(theme.link if self._is_inviting else theme.edge), 1.5)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


def _add_centred(layout: QBoxLayout, widget: QWidget) -> None:
    layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)


def _dropped_path(event: QDropEvent) -> Path | None:
    """Return the first file among what is dropped."""
    for url in event.mimeData().urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
