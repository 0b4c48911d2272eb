"""What everything drawn along the shared time axis has in common: a gutter, zoom and pan."""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.time_axis import TimeAxis
from widgets.timeline_colours import TimelineColours

GUTTER_PX = 88
"""Room at the left of every view for labels, equal so that time lines up."""

MARGIN_PX = 12
"""Room at the right of every view, where the lanes keep their scroll bar."""

_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.3
_PAN_PER_NOTCH = 0.12


class TimeView(QWidget):
    """A strip of the timeline. Knows where each moment lies; draws nothing itself."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.colours = TimelineColours.of(self.palette())
        self._pan_from: tuple[float, float] | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        axis.changed.connect(self.redraw)

    @property
    def content(self) -> QRect:
        """The part along which time runs, in this widget's pixels."""
        return QRect(
            GUTTER_PX, 0, max(1, self.width() - GUTTER_PX - MARGIN_PX), max(1, self.height())
        )

    def redraw(self) -> None:
        """Draw anew; views that keep a picture throw it away first."""
        self.update()

    def x_px(self, time_s: float) -> float:
        """Return where `time_s` lies in this widget, also where that is out of sight."""
        return GUTTER_PX + self.axis.to_px(time_s, self.content.width())

    def time_s(self, x_px: float) -> float:
        """Return the media time at `x_px`, not cut at the clip's ends."""
        return self.axis.to_s(x_px - GUTTER_PX, self.content.width())

    def seconds(self, n_px: float) -> float:
        """Return how much time `n_px` pixels are."""
        return n_px / self.content.width() * self.axis.length_s

    def zoom_vertically(self, factor: float, y_px: float) -> None:
        """Answer Ctrl+wheel; views that have a vertical zoom do."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Wheel zooms at the pointer, Shift+wheel and sideways pan, Ctrl+wheel zooms upwards."""
        turn = event.angleDelta()
        notches, sideways = turn.y() / _NOTCH, turn.x() / _NOTCH
        held = event.modifiers()
        if held & Qt.KeyboardModifier.ShiftModifier:
            self._pan_by(-(notches or sideways))
        elif abs(sideways) > abs(notches):
            self._pan_by(-sideways)
        elif held & Qt.KeyboardModifier.ControlModifier:
            self.zoom_vertically(_ZOOM_PER_NOTCH**notches, event.position().y())
        else:
            self.axis.zoom(_ZOOM_PER_NOTCH**notches, self.time_s(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = (event.position().x(), self.axis.start_s)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            x_px, start_s = self._pan_from
            wanted_s = start_s - self.seconds(event.position().x() - x_px)
            self.axis.pan(wanted_s - self.axis.start_s)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = None
            self.unsetCursor()

    def event(self, event: QEvent) -> bool:
        """Answer a pinch on the touchpad like the wheel."""
        if isinstance(event, QNativeGestureEvent) and (
            event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.axis.zoom(max(0.1, 1.0 + event.value()), self.time_s(event.position().x()))
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.colours = TimelineColours.of(self.palette())
            self.redraw()
        super().changeEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self.redraw()

    def holds(self, position: QPointF) -> bool:
        """Tell whether a point lies where time runs, rather than in the gutter."""
        return self.content.contains(position.toPoint())

    def _pan_by(self, notches: float) -> None:
        self.axis.pan(notches * _PAN_PER_NOTCH * self.axis.length_s)
