"""Draws a row of a list: a title and beneath it, smaller, what is worth knowing."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from widgets.fonts import interface_font


def paint_two_lines(
    painter: QPainter, rect: QRect, lines: tuple[str, str], colours: tuple[str, str]
) -> None:
    """Write both lines into `rect`, the first at its top and the second at its bottom.

    Args:
        painter: its font and pen are changed.
        rect: where; what does not fit ends in an ellipsis.
        lines: the title and the smaller line.
        colours: of the title and of the smaller line.
    """
    places = (Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom)
    for step, (line, colour, place) in enumerate(zip(lines, colours, places, strict=True)):
        painter.setFont(interface_font(-step))
        painter.setPen(QColor(colour))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | place, shown)


def paint_chosen(painter: QPainter, rect: QRect, colour: str) -> None:
    """Draw what shows that a row is chosen, or that the mouse is over it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4)
