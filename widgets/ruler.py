"""The ruler of media time above the waveform: scrubbing, and the loop as a bracket."""

from enum import Enum, auto

from PySide6.QtCore import QLine, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.span_drag import snap_to
from widgets.ticks import time_ticks
from widgets.time_axis import TimeAxis
from widgets.time_view import GUTTER_PX, TimeView
from widgets.timeline_colours import faded

RULER_PX = 30
_EDGE_PX = 5
_SNAP_PX = 6
_BRACKET_PX = 5


class _Drag(Enum):
    SCRUB = auto()
    LOOP = auto()


class Ruler(TimeView):
    """Ticks, labels and the loop. A drag scrubs; Shift+drag, or its ends, set the loop.

    Signals:
        scrub_started, scrub_ended: a drag that seeks is going on between the two.
        seek_requested: media time under the pointer.
        loop_changed: start and end of the loop in seconds, or None and None.
        menu_requested: media time and place on the screen of a right click.
    """

    scrub_started = Signal()
    scrub_ended = Signal()
    seek_requested = Signal(float)
    loop_changed = Signal(object, object)
    menu_requested = Signal(float, QPoint)

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.setFixedHeight(RULER_PX)
        self.setAccessibleName("Time ruler")
        self.setToolTip("Drag to scrub. Shift+drag to set the loop.")
        self._loop: tuple[float, float] | None = None
        self._preview: tuple[float, float] | None = None
        self._playhead_s = 0.0
        self._drag: _Drag | None = None
        self._anchor_s = 0.0

    @property
    def is_scrubbing(self) -> bool:
        return self._drag is _Drag.SCRUB

    @property
    def is_dragging(self) -> bool:
        return self._drag is not None

    @property
    def loop(self) -> tuple[float, float] | None:
        """The loop as shown, live while it is dragged."""
        return self._preview if self._drag is _Drag.LOOP else self._loop

    def set_loop(self, start_s: float | None, end_s: float | None) -> None:
        given = start_s is not None and end_s is not None and end_s > start_s
        self._loop = (start_s, end_s) if given and start_s is not None and end_s else None
        self.update()

    def set_playhead(self, time_s: float) -> None:
        """Take where ends of the loop snap to; the line itself is drawn by the overlay."""
        self._playhead_s = time_s

    def abandon(self) -> bool:
        """Forget the drag; tell whether there was one."""
        drag, self._drag, self._preview = self._drag, None, None
        if drag is _Drag.SCRUB:
            self.scrub_ended.emit()
        self.update()
        return drag is not None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.axis.is_empty:
            return
        x_px = event.position().x()
        kept_s = self._far_end_s(x_px)
        if kept_s is not None or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drag = _Drag.LOOP
            self._anchor_s = self._snapped_s(x_px) if kept_s is None else kept_s
            self._preview = self._loop
            return
        self._drag = _Drag.SCRUB
        self.scrub_started.emit()
        self.seek_requested.emit(self.axis.cut(self.time_s(x_px)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        x_px = event.position().x()
        if self._drag is _Drag.SCRUB:
            self.seek_requested.emit(self.axis.cut(self.time_s(x_px)))
        elif self._drag is _Drag.LOOP:
            start_s, end_s = sorted((self._anchor_s, self._snapped_s(x_px)))
            self._preview = (start_s, end_s)
            self.update()
        elif not event.buttons():
            at_edge = self._far_end_s(x_px) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        drag, preview = self._drag, self._preview
        self._drag = self._preview = None
        if drag is _Drag.SCRUB:
            self.scrub_ended.emit()
        elif drag is _Drag.LOOP and preview != self._loop:
            self._end_loop(preview)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.axis.is_empty:
            self.menu_requested.emit(self.time_s(event.pos().x()), event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.colours.panel)
        painter.setPen(self.colours.line)
        painter.drawLine(0, RULER_PX - 1, self.width(), RULER_PX - 1)
        if self.axis.is_empty:
            return
        self._paint_loop(painter)
        self._paint_ticks(painter)

    def _end_loop(self, preview: tuple[float, float] | None) -> None:
        if preview is None or preview[1] - preview[0] < self.seconds(2):
            self.loop_changed.emit(None, None)
        else:
            self.loop_changed.emit(*preview)

    def _far_end_s(self, x_px: float) -> float | None:
        """Return the end of the loop that stays when the one under the pointer is pulled."""
        if self._loop is None:
            return None
        start_s, end_s = self._loop
        if abs(x_px - self.x_px(end_s)) <= _EDGE_PX:
            return start_s
        return end_s if abs(x_px - self.x_px(start_s)) <= _EDGE_PX else None

    def _snapped_s(self, x_px: float) -> float:
        time_s = self.axis.cut(self.time_s(x_px))
        return snap_to(
            time_s, (self._playhead_s, 0.0, self.axis.duration_s), self.seconds(_SNAP_PX)
        )

    def _paint_ticks(self, painter: QPainter) -> None:
        ticks = time_ticks(self.axis.start_s, self.axis.end_s, self.content.width())
        painter.setPen(self.colours.line)
        painter.drawLines([self._tick(time_s, 5) for time_s in ticks.minor_s])
        painter.setPen(self.colours.faint)
        painter.drawLines([self._tick(time_s, 10) for time_s in ticks.major_s])
        for time_s in ticks.major_s:
            x_px = round(self.x_px(time_s))
            label = ticks.label(time_s)
            width_px = painter.fontMetrics().horizontalAdvance(label)
            # the first and last label move inwards instead of being cut off
            left = min(max(x_px - width_px // 2, GUTTER_PX // 2), self.width() - width_px - 2)
            box = QRect(left, 1, width_px + 2, RULER_PX - 11)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, label)

    def _tick(self, time_s: float, length_px: int) -> QLine:
        x_px = round(self.x_px(time_s))
        return QLine(x_px, RULER_PX - length_px, x_px, RULER_PX - 2)

    def _paint_loop(self, painter: QPainter) -> None:
        if self.loop is None:
            return
        left, right = (self.x_px(time_s) for time_s in self.loop)
        bar = QRectF(left, 0, right - left, RULER_PX - 1) & QRectF(self.content)
        painter.save()
        painter.fillRect(bar, faded(self.colours.accent, 0.22))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.colours.accent, 2))
        painter.setClipRect(self.content.adjusted(-2, 0, 2, 0))
        painter.setBrush(self.colours.accent)
        for x_px, inwards in ((left, _BRACKET_PX), (right, -_BRACKET_PX)):
            painter.drawLine(QPointF(x_px, 1), QPointF(x_px, RULER_PX - 2))
            corner = [QPointF(x_px, 1), QPointF(x_px + inwards, 1), QPointF(x_px, 1 + _BRACKET_PX)]
            painter.drawPolygon(QPolygonF(corner))
        painter.restore()
