"""A video frame made ready for painting: converted once, shrunk without shimmer."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from core.domain.pictures import Frame, Pixels


class FramePicture:
    """Paints one frame at any scale in a few milliseconds; keeps what it has converted."""

    def __init__(self, frame: Frame) -> None:
        self._pixels = frame.pixels
        self._halvings = -1
        self._image = QImage()

    def paint(
        self, painter: QPainter, target: QRectF, zoom: float, *, is_smooth: bool = True
    ) -> None:
        """Paint the frame into `target`, at `zoom` device pixels per frame pixel.

        Without `is_smooth`, what is enlarged shows its pixels as squares.
        """
        # Bilinear scaling is clean down to a half; what shrinks further is halved before.
        halvings = 0
        while zoom * 2 ** (halvings + 1) <= 1.0 and halvings < 5:
            halvings += 1
        if halvings != self._halvings:
            self._image, self._halvings = _image(_halved(self._pixels, halvings)), halvings
        is_scaled = zoom * 2**halvings != 1.0
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, is_scaled and (is_smooth or zoom < 1.0)
        )
        painter.drawImage(target, self._image)


def _halved(pixels: Pixels, n_times: int) -> Pixels:
    if not n_times:
        return pixels
    import cv2  # 0.5 ms for 1080p, where Qt and numpy need 8 ms and more

    height_px, width_px = pixels.shape[:2]
    size = max(1, width_px >> n_times), max(1, height_px >> n_times)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _image(pixels: Pixels) -> QImage:
    """Return the pixels as a 32 bit image of their own, which paints six times faster than 24."""
    pixels = np.ascontiguousarray(pixels)
    height_px, width_px = pixels.shape[:2]
    view = QImage(pixels.data, width_px, height_px, 3 * width_px, QImage.Format.Format_RGB888)
    return view.convertToFormat(QImage.Format.Format_RGB32)
