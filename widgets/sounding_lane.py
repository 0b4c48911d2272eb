"""A thin lane of the timeline: when each thing in the picture sounds, and when it is elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.theme import stem_colour
from widgets.time_axis import TimeAxis
from widgets.time_view import GUTTER_PX, TimeView

MOST_ROWS = 5
_ROW_PX, _GAP_PX, _EDGE_PX = 5, 2, 4
_LEAST_PX = 2.0
_LEAST_GAP_PX = 1.0
"""Bars nearer than this are one: a gap that is not seen costs as much to paint as one that is."""


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One thing: its name, its colour by number (None for off screen), and when it sounds."""

    name: str
    colour: int | None
    stretches_s: tuple[tuple[float, float], ...]


class SoundingLane(TimeView):
    """Bars in the colours of the picture. There only while there is something to show.

    Signals:
        seek_requested: media time that was pressed.
    """

    seek_requested = Signal(float)

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.setAccessibleName("What sounds")
        self._rows: tuple[LaneRow, ...] = ()
        self._times_s: tuple[npt.NDArray[np.float64], ...] = ()
        self.hide()

    @property
    def rows(self) -> tuple[LaneRow, ...]:
        return self._rows

    def set_rows(self, rows: tuple[LaneRow, ...]) -> None:
        """Show these, those that sound longest where there are too many; none hides the lane."""
        longest = sorted(rows, key=lambda row: -sum(end - start for start, end in row.stretches_s))
        kept = longest[:MOST_ROWS]
        self._rows = tuple(row for row in rows if row in kept)
        self._times_s = tuple(np.reshape(row.stretches_s, (-1, 2)) for row in self._rows)
        self.setFixedHeight(max(1, self._height_px()))
        self.setVisible(bool(self._rows))
        self.update()

    def row_at(self, y_px: float) -> LaneRow | None:
        """Return the row at a height in this widget."""
        place = int((y_px - _EDGE_PX + _GAP_PX / 2) // (_ROW_PX + _GAP_PX))
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.colours.panel)
        painter.setPen(self.colours.faint)
        words = self.rect().adjusted(0, 0, GUTTER_PX - 12 - self.width(), 0)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if len(self._rows) > 1:
            painter.drawText(words, flags, "Sounds")
        painter.setClipRect(self.content)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, row in enumerate(self._rows):
            top = _EDGE_PX + place * (_ROW_PX + _GAP_PX)
            painter.setBrush(self._brush(row))
            for left, right in self.bars_px(place):
                painter.drawRect(QRectF(left, top, max(_LEAST_PX, right - left), _ROW_PX))

    def bars_px(self, place: int) -> list[tuple[float, float]]:
        """Return left and right of the bars of a row that are in sight, in this widget's pixels."""
        zero_px, second_px = self.x_px(0.0), self.x_px(1.0) - self.x_px(0.0)
        lefts, rights = (zero_px + second_px * self._times_s[place]).T
        is_seen = (rights > self.content.left() - _LEAST_PX) & (lefts <= self.content.right() + 1)
        lefts, rights = lefts[is_seen], rights[is_seen]
        if not len(lefts):
            return []
        is_apart = lefts[1:] - rights[:-1] >= _LEAST_GAP_PX
        firsts, lasts = np.append(True, is_apart), np.append(is_apart, True)
        return list(zip(lefts[firsts].tolist(), rights[lasts].tolist(), strict=True))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.axis.is_empty:
            self.seek_requested.emit(self.axis.cut(self.time_s(event.position().x())))

    def event(self, event: QEvent) -> bool:
        """Name what a bar stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos().y())
            QToolTip.showText(event.globalPos(), "" if row is None else row.name, self)
            return True
        return super().event(event)

    def _height_px(self) -> int:
        return len(self._rows) * (_ROW_PX + _GAP_PX) - _GAP_PX + 2 * _EDGE_PX

    def _brush(self, row: LaneRow) -> QBrush:
        if row.colour is None:
            # Nothing in the picture has this colour: it is hatched, and grey.
            return QBrush(self.colours.faint, Qt.BrushStyle.Dense4Pattern)
        return QBrush(stem_colour(row.colour))
