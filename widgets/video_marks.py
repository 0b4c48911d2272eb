"""The person's own marks on the picture: clicks, boxes, and the box being dragged."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.domain.prompts import Box, Click
from widgets.geometry import PictureGeometry, Point
from widgets.video_hud import paint_pill

_RADIUS_PX = 8.0
_SIGN_PX = 3.5
_RING_PX, _ARM_PX = 11.0, 19.0
_CASING = QColor(0, 0, 0, 150)


def paint_clicks(
    painter: QPainter, geometry: PictureGeometry, clicks: Iterable[Click], colour: QColor
) -> None:
    """Paint clicks: on the object filled with a plus, off it hollow with a minus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for click in clicks:
        middle = QPointF(*geometry.to_view(click.x_px, click.y_px))
        painter.setPen(QPen(_CASING, 4.5))
        painter.setBrush(colour if click.is_positive else QColor(0, 0, 0, 120))
        painter.drawEllipse(middle, _RADIUS_PX, _RADIUS_PX)
        painter.setPen(QPen(QColor("white"), 2.0))
        painter.drawEllipse(middle, _RADIUS_PX, _RADIUS_PX)
        sign = QColor("white") if not click.is_positive else _ink_on(colour)
        painter.setPen(QPen(sign, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        across, along = QPointF(_SIGN_PX, 0), QPointF(0, _SIGN_PX)
        painter.drawLine(middle - across, middle + across)
        if click.is_positive:
            painter.drawLine(middle - along, middle + along)


def paint_crosshair(painter: QPainter, at: QPointF) -> None:
    """Paint the crosshair of the keyboard: a ring and four arms, white in a dark casing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width_px in ((_CASING, 5.0), (QColor("white"), 2.0)):
        painter.setPen(QPen(colour, width_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawEllipse(at, _RING_PX, _RING_PX)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QPointF(x, y)
            painter.drawLine(at + way * 5.0, at + way * _ARM_PX)


def paint_boxes(
    painter: QPainter, geometry: PictureGeometry, boxes: Iterable[Box], colour: QColor
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for box in boxes:
        rect = _view_rect(geometry, (box.x0_px, box.y0_px), (box.x1_px, box.y1_px))
        _paint_rect(painter, rect, colour, Qt.PenStyle.SolidLine)


def paint_dragged_box(
    painter: QPainter, geometry: PictureGeometry, corner: Point, opposite: Point, colour: QColor
) -> None:
    """Paint a box between two frame positions, with its size beside the second."""
    rect = _view_rect(geometry, corner, opposite)
    shade = QColor(colour)
    shade.setAlphaF(0.14)
    painter.fillRect(rect, shade)
    _paint_rect(painter, rect, colour, Qt.PenStyle.DashLine)
    width_px, height_px = abs(opposite[0] - corner[0]), abs(opposite[1] - corner[1])
    text = f"{width_px:.0f} × {height_px:.0f} px"
    paint_pill(painter, text, QPointF(rect.center().x(), rect.bottom() + 20))


def _paint_rect(painter: QPainter, rect: QRectF, colour: QColor, style: Qt.PenStyle) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    join = Qt.PenJoinStyle.MiterJoin
    painter.setPen(QPen(_CASING, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, join))
    painter.drawRect(rect)
    painter.setPen(QPen(colour, 2.0, style, Qt.PenCapStyle.FlatCap, join))
    painter.drawRect(rect)


def _view_rect(geometry: PictureGeometry, corner: Point, opposite: Point) -> QRectF:
    first, second = geometry.to_view(*corner), geometry.to_view(*opposite)
    return QRectF(QPointF(*first), QPointF(*second)).normalized()


def _ink_on(colour: QColor) -> QColor:
    """Return black or white, whichever reads better on `colour`."""
    brightness = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    return QColor("#101216") if brightness > 0.55 else QColor("white")
