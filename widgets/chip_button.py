"""A pill that can be pressed: a word that is offered, or an opinion that can be changed."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.fonts import interface_font
from widgets.icons import paint_icon
from widgets.theme import current_theme

_HEIGHT_PX, _ICON_PX, _PAD_PX, _GAP_PX, _CHEVRON_PX = 28, 16, 11, 6, 12


class ChipButton(QAbstractButton):
    """Icon, words and, where it opens a menu, a chevron; any of them may be missing.

    Takes the focus from the Tab key only, so that Space keeps meaning "play" after a press.
    """

    def __init__(
        self,
        icon_name: str = "",
        parent: QWidget | None = None,
        *,
        has_menu: bool = False,
        is_left_round: bool = True,
        is_right_round: bool = True,
    ) -> None:
        """Two of which the facing ends are not round look like one that was cut in two."""
        super().__init__(parent)
        self._icon_name, self._tint = icon_name, "muted"
        self._has_menu = has_menu
        self._is_left_round, self._is_right_round = is_left_round, is_right_round
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_as(self, text: str, tip: str, icon_name: str = "", tint: str = "muted") -> None:
        """Show other words, and another icon where one is named."""
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text or tip)
        self.setAccessibleDescription(tip)
        self._icon_name, self._tint = icon_name or self._icon_name, tint
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        parts = [_ICON_PX] * bool(self._icon_name) + [_CHEVRON_PX] * self._has_menu
        if self.text():
            parts.append(QFontMetrics(interface_font()).horizontalAdvance(self.text()) + 1)
        pad_px = _PAD_PX if self.text() else _PAD_PX - 3
        return QSize(2 * pad_px + sum(parts) + _GAP_PX * (len(parts) - 1), _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.warning if self._tint == "warning" else theme.edge
        painter.setPen(QPen(QColor(theme.link if self.hasFocus() else edge), 1.0))
        painter.setBrush(QColor(self._ground()))
        painter.drawPath(self._outline())
        self._paint_inside(painter)

    def _paint_inside(self, painter: QPainter) -> None:
        theme = current_theme()
        room = QRectF(self.rect())
        pad_px = _PAD_PX if self.text() else _PAD_PX - 3
        left, middle = room.left() + pad_px, room.center().y()
        if self._icon_name:
            box = QRectF(left, middle - _ICON_PX / 2, _ICON_PX, _ICON_PX)
            paint_icon(painter, self._icon_name, box, QColor(getattr(theme, self._tint)))
            left += _ICON_PX + _GAP_PX
        right = room.right() - pad_px
        if self._has_menu:
            box = QRectF(right - _CHEVRON_PX, middle - _CHEVRON_PX / 2, _CHEVRON_PX, _CHEVRON_PX)
            paint_icon(painter, "chevron_down", box, QColor(theme.muted))
            right -= _CHEVRON_PX + _GAP_PX
        painter.setFont(interface_font())
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.disabled))
        words = QRectF(QPointF(left, room.top()), QPointF(right + 2, room.bottom()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _ground(self) -> str:
        theme = current_theme()
        if self.isDown():
            return theme.pressed
        return theme.hover if self.underMouse() and self.isEnabled() else theme.raised

    def _outline(self) -> QPainterPath:
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if not self._is_right_round:
            rect.setRight(rect.right() + 0.5)
        if not self._is_left_round:
            rect.setLeft(rect.left() - 0.5)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        radius_px = rect.height() / 2
        path.addRoundedRect(rect, radius_px, radius_px)
        square = QPainterPath()
        if not self._is_left_round:
            square.addRect(QRectF(rect.left(), rect.top(), radius_px, rect.height()))
        if not self._is_right_round:
            square.addRect(QRectF(rect.right() - radius_px, rect.top(), radius_px, rect.height()))
        return path.united(square) if not square.isEmpty() else path

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()
