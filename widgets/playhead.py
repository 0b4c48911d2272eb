"""The playhead over ruler, waveform, spectrogram and lanes, without drawing any of them anew."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.ruler import RULER_PX
from widgets.time_axis import TimeAxis
from widgets.time_view import GUTTER_PX, MARGIN_PX
from widgets.timeline_colours import TimelineColours, faded

_HALF_PX = 7
_BUBBLE_BOTTOM_PX = 60


class CoveredStack(QWidget):
    """Holds what lies under the sheet, and keeps the sheet as large as itself."""

    cover: QWidget | None = None

    def resizeEvent(self, _event: QResizeEvent) -> None:
        if self.cover is not None:
            self.cover.setGeometry(self.rect())


class PlayheadOverlay(QWidget):
    """A see-through sheet that the mouse does not notice. Moving a line repaints two strips."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = axis
        self._time_s = 0.0
        self._hover_s: float | None = None
        self._loop: tuple[float, float] | None = None
        self._bubble: tuple[str, float] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        axis.changed.connect(self.update)

    def set_time(self, time_s: float) -> None:
        """Move the playhead."""
        before, self._time_s = self._time_s, time_s
        self._refresh(before, time_s)

    def set_hover(self, time_s: float | None) -> None:
        """Show a thin line under the pointer; None takes it away."""
        before, self._hover_s = self._hover_s, time_s
        self._refresh(before, time_s)

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        """Carry the ends of the loop down through all views."""
        if loop != self._loop:
            self._loop = loop
            self.update()

    def set_bubble(self, text: str, time_s: float = 0.0) -> None:
        """Show a short text above the sound, centred on `time_s`; an empty one takes it away."""
        self._bubble = (text, time_s) if text else None
        self.update(0, RULER_PX, self.width(), _BUBBLE_BOTTOM_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._axis.is_empty:
            return
        colours = TimelineColours.of(self.palette())
        painter = QPainter(self)
        painter.setClipRect(
            event.rect() & QRect(GUTTER_PX - _HALF_PX, 0, self._room_px() + 2 * _HALF_PX, 9999)
        )
        for time_s in self._loop or ():
            self._line(painter, time_s, QPen(faded(colours.accent, 0.7), 1, Qt.PenStyle.DashLine))
        if self._hover_s is not None:
            self._line(painter, self._hover_s, QPen(faded(colours.text, 0.35), 1))
        if self._axis.shows(self._time_s):
            # a dark rim keeps the light line visible on the brightest spectrogram
            self._line(painter, self._time_s, QPen(faded(colours.ground, 0.6), 3))
            self._line(painter, self._time_s, QPen(colours.playhead, 1))
            self._paint_cap(painter, colours)
        if self._bubble:
            self._paint_bubble(painter, *self._bubble, colours)

    def _paint_cap(self, painter: QPainter, colours: TimelineColours) -> None:
        x_px = self._x_px(self._time_s) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(faded(colours.ground, 0.7), 1))
        painter.setBrush(colours.playhead)
        shape = [(-5.5, 16.0), (5.5, 16.0), (5.5, 22.0), (0.0, 29.0), (-5.5, 22.0)]
        painter.drawPolygon(QPolygonF([QPointF(x_px + x, y) for x, y in shape]))

    def _paint_bubble(
        self, painter: QPainter, text: str, time_s: float, colours: TimelineColours
    ) -> None:
        metrics = painter.fontMetrics()
        width_px, height_px = metrics.horizontalAdvance(text) + 16, metrics.height() + 6
        left = min(
            max(GUTTER_PX + 2, self._x_px(time_s) - width_px // 2),
            self.width() - MARGIN_PX - width_px - 2,
        )
        plate = QRect(left, RULER_PX + 20, width_px, height_px)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(faded(colours.panel, 0.94))
        painter.drawRoundedRect(plate, 5, 5)
        painter.setPen(colours.text)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _line(self, painter: QPainter, time_s: float, pen: QPen) -> None:
        x_px = self._x_px(time_s) + 0.5
        painter.setPen(pen)
        painter.drawLine(QPointF(x_px, 0), QPointF(x_px, self.height()))

    def _refresh(self, *times_s: float | None) -> None:
        for time_s in times_s:
            if time_s is not None:
                self.update(self._x_px(time_s) - _HALF_PX, 0, 2 * _HALF_PX + 1, self.height())

    def _x_px(self, time_s: float) -> int:
        return GUTTER_PX + round(self._axis.to_px(time_s, self._room_px()))

    def _room_px(self) -> int:
        return max(1, self.width() - GUTTER_PX - MARGIN_PX)
