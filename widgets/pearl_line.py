"""A line of dots along an outline, stamped one by one: ten times as quick as a dotted pen."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.mask_overlay import Points

EVERY_PX = 8.0
_DOT_PX, _CASING_PX = 4.0, 6.0
_SIDE_PX = 8
_DARK, _LIGHT = QColor(0, 0, 0, 150), QColor(255, 255, 255, 170)
_LIGHT_BELOW = 0.5
"""Brightness of a colour that would drown in a dark casing."""


def paint_pearls(painter: QPainter, lines: Iterable[Points], colour: QColor) -> None:
    """Stamp dots along closed lines in view pixels, `EVERY_PX` apart."""
    stamp = _stamp(colour.rgb(), painter.device().devicePixelRatioF())
    window = painter.window()
    left, right = window.left() - _SIDE_PX, window.right() + _SIDE_PX
    top, bottom = window.top() - _SIDE_PX, window.bottom() + _SIDE_PX
    half_px = _SIDE_PX // 2
    # On whole pixels a stamp is only copied.
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for corners in lines:
        for x_px, y_px in np.rint(_spaced(corners)).astype(int).tolist():
            if left < x_px < right and top < y_px < bottom:
                painter.drawImage(QPoint(x_px - half_px, y_px - half_px), stamp)


def _spaced(corners: Points) -> npt.NDArray[np.float64]:
    """Return places (n, 2) along a closed line through `corners` (m, 2), the same way apart."""
    corners = np.concatenate([corners, corners[:1]])
    steps = np.hypot(*np.diff(corners, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    n_dots = max(1, round(float(way[-1]) / EVERY_PX))
    wanted = np.arange(n_dots) * (way[-1] / n_dots)
    return np.stack([np.interp(wanted, way, corners[:, axis]) for axis in (0, 1)], axis=1)


@lru_cache(maxsize=32)
def _stamp(rgb: int, pixel_ratio: float) -> QImage:
    side = round(_SIDE_PX * pixel_ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(pixel_ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = QColor(rgb)
    brightness = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    casing = _LIGHT if brightness < _LIGHT_BELOW else _DARK
    for ink, across_px in ((casing, _CASING_PX), (colour, _DOT_PX)):
        rim_px = (_SIDE_PX - across_px) / 2
        painter.setBrush(ink)
        painter.drawEllipse(QRectF(rim_px, rim_px, across_px, across_px))
    painter.end()
    return image
