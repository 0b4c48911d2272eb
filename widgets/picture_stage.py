"""A widget that a picture lies in: fitted, zoomed about the pointer, panned. Paints nothing."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.geometry import PictureGeometry

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0


class PictureStage(QWidget):
    """Keeps the geometry of one picture through resizing, zooming and panning.

    Signals:
        zoom_changed: device pixels per frame pixel, after the zoom was changed here.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._geometry: PictureGeometry | None = None

    @property
    def picture_geometry(self) -> PictureGeometry | None:
        """Where the picture lies now; None without a picture."""
        return self._geometry

    def set_picture_size(self, width_px: int, height_px: int) -> None:
        """Fit a picture of a new size; one of the same size keeps its zoom."""
        now = self._geometry
        if now is None or (now.picture_width_px, now.picture_height_px) != (width_px, height_px):
            size = (self.width(), self.height(), self.devicePixelRatioF())
            self._geometry = PictureGeometry(width_px, height_px, *size)
            self.update()

    def clear_picture(self) -> None:
        self._geometry = None
        self.update()

    def fit_picture(self) -> None:
        """Show the whole picture."""
        if self._geometry is not None:
            self._zoom_to(self._geometry.fitted())

    def show_actual_size(self) -> None:
        """Show each pixel of the frame as one of the screen, about the middle of the view."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float) -> None:
        """Show `zoom` device pixels per frame pixel, about the middle of the view."""
        if (geometry := self._geometry) is not None:
            self._zoom_to(geometry.zoomed(zoom, self.width() / 2, self.height() / 2))

    def pan_by(self, dx_px: float, dy_px: float) -> None:
        """Move a zoomed picture by view pixels."""
        if self._geometry is not None:
            self._geometry = self._geometry.panned(dx_px, dy_px)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if (geometry := self._geometry) is None:
            event.ignore()
            return
        at = event.position()
        zoom = geometry.shown_zoom * _ZOOM_PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
        self._zoom_to(geometry.zoomed(zoom, at.x(), at.y()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Answer a pinch on the touchpad, and a move to a screen of another sharpness."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._refit()
        if isinstance(event, QNativeGestureEvent) and self._pinch(event):
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        geometry = self._geometry
        is_zoom = event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        if geometry is None or not is_zoom:
            return False
        zoom, at = geometry.shown_zoom * max(0.1, 1.0 + event.value()), event.position()
        self._zoom_to(geometry.zoomed(zoom, at.x(), at.y()))
        return True

    def _refit(self) -> None:
        if self._geometry is not None:
            size = (self.width(), self.height(), self.devicePixelRatioF())
            self._geometry = self._geometry.in_view(*size)
            self.update()

    def _zoom_to(self, geometry: PictureGeometry) -> None:
        if geometry != self._geometry:
            self._geometry = geometry
            self.update()
            self.zoom_changed.emit(geometry.shown_zoom)
