"""One of a few, side by side, each with its key: mix, target, residual, mixer."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from widgets.fonts import interface_font
from widgets.theme import current_theme

_HEIGHT_PX = 32
_PAD_PX = 12
_GAP_PX = 6
_KEY_PX = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """One choice: what it stands for, its words, its key and its sentence."""

    value: Hashable
    text: str
    key: str
    tip: str


class Segments(QWidget):
    """A row of choices. Shows the chosen one; a press only asks.

    Signals:
        chosen: the `value` of the segment that was pressed.
    """

    chosen = Signal(object)

    def __init__(self, segments: Sequence[Segment], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {segment.value: _SegmentButton(segment) for segment in segments}
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for segment in segments:
            button = self._buttons[segment.value]
            button.clicked.connect(lambda _=False, value=segment.value: self.chosen.emit(value))
            row.addWidget(button)
        self.setFixedHeight(_HEIGHT_PX)

    def button(self, value: Hashable) -> QPushButton:
        return self._buttons[value]

    def set_current(self, value: Hashable, available: Collection[Hashable]) -> None:
        """Show which one is chosen, and which can be."""
        for each, button in self._buttons.items():
            button.setEnabled(each in available)
            button.setChecked(each == value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.edge), 1.0))
        painter.setBrush(QColor(theme.well))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class _SegmentButton(QPushButton):
    """Words and, fainter, the key; filled when chosen."""

    def __init__(self, segment: Segment) -> None:
        super().__init__(segment.text)
        self._key = segment.key
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(f"{segment.tip} ({segment.key})")
        self.setAccessibleName(segment.tip)

    def nextCheckState(self) -> None:  # noqa: N802 - called by Qt
        """Leave the state alone: it comes down from the application."""

    def sizeHint(self) -> QSize:
        words_px = QFontMetrics(interface_font()).horizontalAdvance(self.text())
        return QSize(words_px + _GAP_PX + _KEY_PX + 2 * _PAD_PX - 4, _HEIGHT_PX - 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        ground = self._ground()
        if ground or self.hasFocus():
            ring = QPen(QColor(theme.link), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen
            painter.setPen(ring)
            painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        painter.setPen(QColor(self._ink()))
        painter.setFont(interface_font())
        words = rect.adjusted(_PAD_PX, 0, -_PAD_PX - _KEY_PX - _GAP_PX + 4, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        self._paint_key(painter, rect)

    def _paint_key(self, painter: QPainter, rect: QRectF) -> None:
        theme = current_theme()
        key = QRectF(rect.right() - _PAD_PX - _KEY_PX + 4, 0, _KEY_PX, _KEY_PX)
        key.moveTop((rect.height() - _KEY_PX) / 2)
        ink = QColor(self._ink() if self.isChecked() else theme.muted)
        if not self.isEnabled():
            ink = QColor(theme.disabled)
        painter.setFont(interface_font(-2))
        painter.setPen(ink)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._key)
        ink.setAlphaF(0.45)
        painter.setPen(QPen(ink, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _ground(self) -> str:
        theme = current_theme()
        if self.isChecked():
            return theme.accent if self.isEnabled() else theme.hover
        if self.isDown():
            return theme.pressed
        return theme.hover if self.isEnabled() and self.underMouse() else ""

    def _ink(self) -> str:
        theme = current_theme()
        if not self.isEnabled():
            return theme.disabled
        return theme.on_accent if self.isChecked() else theme.text
