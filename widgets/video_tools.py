"""What the mouse does over the picture, and the cursor that says so."""

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

_SIDE_PX = 32
_CENTRE_PX = 12.5
_SHARPNESS = 2


class Tool(StrEnum):
    """CLICK points at things, and boxes them when dragged; BOX says so plainly; HAND moves."""

    CLICK = "click"
    BOX = "box"
    HAND = "hand"


def tool_cursor(tool: Tool, *, is_positive: bool = True) -> QCursor:
    """Return the cursor of a tool that is not in use; needs a running application."""
    if tool is Tool.HAND:
        return QCursor(Qt.CursorShape.OpenHandCursor)
    badge = "box" if tool is Tool.BOX else "plus" if is_positive else "minus"
    return _cross(badge)


def _cross(badge: str) -> QCursor:
    """Return a cross hair, white in a dark casing, with a small sign beside it."""
    pixmap = QPixmap(_SIDE_PX * _SHARPNESS, _SIDE_PX * _SHARPNESS)
    pixmap.setDevicePixelRatio(_SHARPNESS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width_px in ((QColor(0, 0, 0, 170), 3.5), (QColor("white"), 1.5)):
        painter.setPen(QPen(colour, width_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        _draw_cross(painter)
        _draw_badge(painter, badge)
    painter.end()
    return QCursor(pixmap, round(_CENTRE_PX - 0.5), round(_CENTRE_PX - 0.5))


def _draw_cross(painter: QPainter) -> None:
    middle = _CENTRE_PX
    for near_px, far_px in ((-10.0, -3.5), (3.5, 10.0)):
        painter.drawLine(QPointF(middle + near_px, middle), QPointF(middle + far_px, middle))
        painter.drawLine(QPointF(middle, middle + near_px), QPointF(middle, middle + far_px))


def _draw_badge(painter: QPainter, badge: str) -> None:
    x, y, half_px = 23.5, 23.5, 4.0
    if badge == "box":
        painter.drawRect(QRectF(x - half_px, y - half_px + 1, 2 * half_px, 2 * half_px - 2))
        return
    painter.drawLine(QPointF(x - half_px, y), QPointF(x + half_px, y))
    if badge == "plus":
        painter.drawLine(QPointF(x, y - half_px), QPointF(x, y + half_px))
