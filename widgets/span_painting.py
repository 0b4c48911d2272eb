"""How spans look: + is a filled band, − is a hatched one, told apart without their colour."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QLinearGradient, QPainter, QPen

from widgets.timeline_colours import faded

GLYPH_PX = 14
_STRIPE_PX = 4.5


@dataclass(frozen=True, slots=True)
class SpanLook:
    """How one span is shown."""

    colour: QColor
    is_positive: bool
    is_selected: bool = False
    is_preview: bool = False
    """True while it is being dragged."""


def paint_band(
    painter: QPainter, band: QRectF, look: SpanLook, edge: QColor, veil: float = 1.0
) -> None:
    """Draw a span over a picture: see-through, with clear edges.

    Args:
        painter: at rest; its state is restored.
        band: the whole height of the view.
        look: what kind of span it is.
        edge: dark or light line that sets the coloured edges off from any picture.
        veil: how much of the picture is covered, 1 for the usual.
    """
    painter.save()
    strength = 1.5 if look.is_selected or look.is_preview else 1.0
    if look.is_positive:
        painter.fillRect(band, faded(look.colour, 0.17 * strength * veil))
    else:
        painter.fillRect(band, faded(edge, 0.3 * veil))
        painter.fillRect(band, hatching(faded(look.colour, 0.62 * veil)))
    width_px = 2.0 if look.is_selected or look.is_preview else 1.4
    for x_px in (band.left(), band.right()):
        painter.setPen(QPen(faded(edge, 0.55), width_px + 2))
        painter.drawLine(round(x_px), round(band.top()), round(x_px), round(band.bottom()))
        painter.setPen(_edge_pen(look, width_px))
        painter.drawLine(round(x_px), round(band.top()), round(x_px), round(band.bottom()))
    painter.restore()


def paint_block(painter: QPainter, block: QRectF, look: SpanLook, ground: QColor) -> None:
    """Draw a span as a solid block in its lane."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = block.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(inner, 4, 4)
    if look.is_positive:
        painter.setBrush(faded(look.colour, 0.9 if look.is_selected else 0.72))
    else:
        painter.setBrush(hatching(faded(look.colour, 0.9)))
    painter.setPen(_edge_pen(look, 2.0 if look.is_selected else 1.2))
    painter.drawRoundedRect(inner, 4, 4)
    painter.restore()


def paint_tab(painter: QPainter, tab: QRectF, look: SpanLook, ground: QColor, text: QColor) -> None:
    """Draw the sign of a span on a small plate; narrow ones show the plate alone."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plate = look.colour if look.is_positive else ground
    painter.setPen(QPen(look.colour, 1.2))
    painter.setBrush(plate)
    painter.drawRoundedRect(tab, 3, 3)
    if tab.width() >= GLYPH_PX - 2:
        font = QFont(painter.font())
        font.setPixelSize(13)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(ink_on(plate) if look.is_positive else text)
        painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, "+" if look.is_positive else "−")
    painter.restore()


def ink_on(colour: QColor) -> QColor:
    """Return black or white, whichever reads better on `colour`."""
    brightness = 0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue()
    return QColor("#101216") if brightness > 140 else QColor("#ffffff")


def _edge_pen(look: SpanLook, width_px: float) -> QPen:
    pen = QPen(look.colour, width_px)
    if not look.is_positive:
        pen.setDashPattern([3, 2])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def hatching(colour: QColor) -> QBrush:
    """Return diagonal stripes; Qt's own patterns ignore the scale of a fine screen."""
    stripes = QLinearGradient(QPointF(0, 0), QPointF(_STRIPE_PX, _STRIPE_PX))
    stripes.setSpread(QLinearGradient.Spread.RepeatSpread)
    clear = faded(colour, 0.0)
    for place, shade in ((0.0, colour), (0.17, colour), (0.27, clear), (0.9, clear), (1.0, colour)):
        stripes.setColorAt(place, shade)
    return QBrush(stripes)
