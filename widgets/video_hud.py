"""Words laid over the picture: a hint, what is being worked on, the zoom. Same in both themes."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from widgets.fonts import interface_font

_GROUND = QColor(14, 15, 18, 205)
_EDGE = QColor(255, 255, 255, 36)
_INK = QColor("#f4f5f7")
_FAINT = QColor(255, 255, 255, 60)

HEIGHT_PX = 28.0
_PAD_PX = 12.0
_SIGN_PX, _DOT_PX = 14.0, 10.0
SPINNER_STEPS = 24


def pill_width_px(text: str, *, has_sign: bool = False) -> float:
    width_px = QFontMetricsF(interface_font()).horizontalAdvance(text) + 2 * _PAD_PX
    return width_px + (_SIGN_PX + 8.0 if has_sign else 0.0)


def paint_pill(
    painter: QPainter,
    text: str,
    middle: QPointF,
    spinner_step: int | None = None,
    *,
    dot: QColor | None = None,
) -> QRectF:
    """Paint a line of text on a dark pill around `middle`, and return where it is.

    The pill is moved to stay inside the painter's window. Before the text `spinner_step` draws a
    turning arc, one of `SPINNER_STEPS`, and `dot` a spot of a colour.
    """
    has_sign = spinner_step is not None or dot is not None
    rect = QRectF(0, 0, pill_width_px(text, has_sign=has_sign), HEIGHT_PX)
    rect.moveCenter(middle)
    rect = _kept_inside(rect, QRectF(painter.window()).adjusted(8, 8, -8, -8))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_EDGE, 1.0))
    painter.setBrush(_GROUND)
    painter.drawRoundedRect(rect, HEIGHT_PX / 2, HEIGHT_PX / 2)
    words = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
    sign = QPointF(words.left() + _SIGN_PX / 2, words.center().y())
    if spinner_step is not None:
        _paint_spinner(painter, sign, spinner_step)
    elif dot is not None:
        painter.setPen(QPen(_EDGE, 1.0))
        painter.setBrush(dot)
        painter.drawEllipse(sign, _DOT_PX / 2, _DOT_PX / 2)
    if has_sign:
        words.setLeft(words.left() + _SIGN_PX + 8.0)
    painter.setFont(interface_font())
    painter.setPen(_INK)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(words, flags | Qt.TextFlag.TextSingleLine, text)
    return rect


def _paint_spinner(painter: QPainter, middle: QPointF, step: int) -> None:
    half_px = _SIGN_PX / 2 - 1.0
    box = QRectF(middle.x() - half_px, middle.y() - half_px, 2 * half_px, 2 * half_px)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_FAINT, 2.0))
    painter.drawEllipse(box)
    painter.setPen(QPen(_INK, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    # Qt counts angles in sixteenths of a degree, against the clock.
    painter.drawArc(box, -round(step * 5760 / SPINNER_STEPS), 1600)


def _kept_inside(rect: QRectF, bounds: QRectF) -> QRectF:
    moved = QRectF(rect)
    moved.moveLeft(max(bounds.left(), min(rect.left(), bounds.right() - rect.width())))
    moved.moveTop(max(bounds.top(), min(rect.top(), bounds.bottom() - rect.height())))
    return moved
