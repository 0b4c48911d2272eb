"""A uint8 picture and a table of 256 colours become a pixmap, in one gather and one copy."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPixmap

Table = npt.NDArray[np.uint32]
"""(256,) premultiplied ARGB."""


def opaque_table(lut: npt.NDArray[np.uint8]) -> Table:
    """Return the table of a colour map (256, 3)."""
    red, green, blue = (lut[:, part].astype(np.uint32) for part in range(3))
    return np.asarray(0xFF000000 | red << 16 | green << 8 | blue, np.uint32)


def coverage_table(colour: QColor) -> Table:
    """Return a table from nothing to `colour`, for coverage."""
    alpha = np.arange(256, dtype=np.float64) * colour.alphaF()
    part = alpha / 255.0
    channels = [np.rint(alpha)]
    channels += [np.rint(part * value) for value in (colour.red(), colour.green(), colour.blue())]
    a, red, green, blue = (channel.astype(np.uint32) for channel in channels)
    return np.asarray(a << 24 | red << 16 | green << 8 | blue, np.uint32)


def to_pixmap(picture: npt.NDArray[np.uint8], table: Table, pixel_ratio: float) -> QPixmap:
    """Return `picture` (Y, X) through `table`, marked as made for `pixel_ratio`."""
    height_px, width_px = picture.shape
    pixels = np.ascontiguousarray(table[picture])
    image = QImage(
        pixels.data, width_px, height_px, 4 * width_px, QImage.Format.Format_ARGB32_Premultiplied
    )
    # fromImage copies, so the array may go
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(pixel_ratio)
    return pixmap
