"""The files that were open before, a line each: name, and its folder fainter."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.fonts import interface_font
from widgets.icons import paint_icon
from widgets.theme import current_theme

MOST_SHOWN = 6

_ROW_PX = 32
_ICON_PX = 18
_GAP_PX = 12


class RecentList(QWidget):
    """A column of files.

    Signals:
        path_chosen: the `Path` that was picked.
    """

    path_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[QPushButton, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setMaximumWidth(560)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def set_paths(self, paths: tuple[Path, ...]) -> None:
        """Show the first few of `paths`."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = tuple(self._row(path) for path in paths[:MOST_SHOWN])

    def _row(self, path: Path) -> QPushButton:
        row = _Row(path)
        row.clicked.connect(lambda: self.path_chosen.emit(path))
        self._column.addWidget(row)
        return row


class _Row(QPushButton):
    """One file. The folder is cut in the middle, where it says least."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self._path = path
        self.setToolTip(str(path))
        self.setAccessibleName(f"Open {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(360, _ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _ROW_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self.isDown() or self.underMouse() or self.hasFocus():
            ring = QPen(QColor(theme.link), 1.0) if self.hasFocus() else Qt.PenStyle.NoPen
            painter.setPen(ring)
            painter.setBrush(QColor(theme.pressed if self.isDown() else theme.hover))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        kind = "file" if self._path.suffix == ".soloist" else "film"
        top_px = (rect.height() - _ICON_PX) / 2
        place = QRectF(_GAP_PX, top_px, _ICON_PX, _ICON_PX)
        paint_icon(painter, kind, place, QColor(theme.muted))
        self._paint_words(painter, rect.adjusted(_ICON_PX + 2 * _GAP_PX, 0, -_GAP_PX, 0))

    def _paint_words(self, painter: QPainter, room: QRectF) -> None:
        theme = current_theme()
        font = interface_font()
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        width_px = round(room.width())
        name = metrics.elidedText(self._path.name, Qt.TextElideMode.ElideMiddle, width_px)
        painter.drawText(room, left, name)
        rest = room.adjusted(metrics.horizontalAdvance(name) + _GAP_PX, 0, 0, 0)
        if rest.width() > 60:
            folder = metrics.elidedText(
                str(self._path.parent), Qt.TextElideMode.ElideMiddle, round(rest.width())
            )
            painter.setPen(QColor(theme.muted))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(rest, right, folder)
