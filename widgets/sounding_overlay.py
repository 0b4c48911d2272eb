"""What sounds at one moment as a picture: heat in colours, and the lines around each source.

Letters in shapes: h, w of a small map.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from core.domain.soundings import CLAIMED_FROM, HeatMap, SeenSource, SoundingFrame
from widgets import colour_maps
from widgets.geometry import PictureGeometry, Point
from widgets.mask_overlay import Points, corners_of

_N_TIMES = 3
"""By this a small map is enlarged before its outline is drawn, which melts its stairs."""
_LEAST_CELLS = 3
_N_LEVELS = 256
_SEEN_FROM, _FULL_AT = 0.15, 0.85
"""Heat between which the tint rises from nothing."""
_MOST_ALPHA = 0.5
_COOL, _HOT = 0.3, 0.82
"""The part of the colour map that is used: its ends would be taken for shade and for light."""

Colours = npt.NDArray[np.uint32]
"""(256,), each as Qt keeps a pixel: alpha, red, green, blue, with the alpha multiplied in."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceShape:
    """One source and the lines around it, the longest first; the picture is 1 wide and 1 high."""

    source: SeenSource
    lines: tuple[Points, ...]

    def in_view(self, geometry: PictureGeometry) -> list[Points]:
        """Return its lines in view pixels."""
        left, top, width_px, height_px = geometry.picture_rect
        size = np.array([width_px, height_px], np.float32)
        origin = np.array([left, top], np.float32)
        return [line * size + origin for line in self.lines]


class SoundingOverlay:
    """One moment, prepared once so that painting it again costs little."""

    def __init__(self, frame: SoundingFrame) -> None:
        self.frame = frame
        heat, owners = frame.heat.heat(), frame.owners.owners()
        self._heat, self._image = heat, QImage()
        masks = [_own(heat, owners == rank) for rank in range(len(frame.sources))]
        self._masks = masks
        # By number, not by certainty: a key shall mean the same from one moment to the next.
        self.shapes = tuple(
            sorted(
                (_shape(one, mask) for one, mask in zip(frame.sources, masks, strict=True)),
                key=lambda shape: shape.source.number,
            )
        )

    def at(self, place: Point, size_px: tuple[int, int]) -> SeenSource | None:
        """Return the source at a position in a frame of width and height `size_px`."""
        across, down = place[0] / size_px[0], place[1] / size_px[1]
        if not (0 <= across < 1 and 0 <= down < 1):
            return None
        for source, mask in zip(self.frame.sources, self._masks, strict=True):
            high, wide = mask.shape
            if mask[int(down * high), int(across * wide)]:
                return source
        return None

    def paint_heat(self, painter: QPainter, geometry: PictureGeometry) -> None:
        """Lay the heat over the picture; where nothing sounds the picture is left as it is."""
        if self._image.isNull():
            self._image = heat_image(self._heat)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rows, columns = (np.flatnonzero((self._heat > _SEEN_FROM).any(axis)) for axis in (1, 0))
        if not len(rows):
            return
        high, wide = self._heat.shape
        # Only the part that is warm, with a margin for the smooth edge: a whole picture of
        # nothing costs as much to paint as one of something.
        x0, x1 = max(0, int(columns[0]) - 1), min(wide, int(columns[-1]) + 2)
        y0, y1 = max(0, int(rows[0]) - 1), min(high, int(rows[-1]) + 2)
        left, top, width_px, height_px = geometry.picture_rect
        across, down = width_px / wide, height_px / high
        target = QRectF(left + x0 * across, top + y0 * down, (x1 - x0) * across, (y1 - y0) * down)
        painter.drawImage(target, self._image, QRectF(x0, y0, x1 - x0, y1 - y0))


def heat_image(heat: HeatMap) -> QImage:
    """Return heat (h, w) as a small image to be laid over the picture."""
    levels = np.rint(np.clip(heat, 0.0, 1.0) * (_N_LEVELS - 1)).astype(np.intp)
    pixels = np.ascontiguousarray(_tints()[levels])
    high, wide = pixels.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, wide, high, 4 * wide, kind).copy()


@lru_cache(maxsize=1)
def _tints() -> Colours:
    """Return the tint of each level of heat: what is hotter is lighter, and covers more."""
    level = np.linspace(0.0, 1.0, _N_LEVELS)
    place = np.rint((_COOL + (_HOT - _COOL) * level) * 255).astype(np.intp)
    rise = np.clip((level - _SEEN_FROM) / (_FULL_AT - _SEEN_FROM), 0.0, 1.0)
    alpha = _MOST_ALPHA * rise * rise * (3.0 - 2.0 * rise)
    rgb = colour_maps.colours(colour_maps.DEFAULT)[place] * alpha[:, None]
    parts = np.rint(np.concatenate([255 * alpha[:, None], rgb], 1)).astype(np.uint32)
    packed = parts[:, 0] << 24 | parts[:, 1] << 16 | parts[:, 2] << 8 | parts[:, 3]
    return np.asarray(packed, np.uint32)


def _own(heat: HeatMap, is_own: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return where a source sounds, enlarged smoothly: (3 h, 3 w)."""
    import cv2  # here, since the first window shows none of this

    own = np.where(is_own, heat, np.float32(0))
    size = own.shape[1] * _N_TIMES, own.shape[0] * _N_TIMES
    return np.asarray(cv2.resize(own, size, interpolation=cv2.INTER_LINEAR) > CLAIMED_FROM)


def _shape(source: SeenSource, mask: npt.NDArray[np.bool_]) -> SourceShape:
    high, wide = mask.shape
    lines, size = corners_of(mask), np.array([wide, high], np.float32)
    # Specks beside a thing only make it restless; what is nothing but a speck is shown.
    seen = [line for line in lines if np.ptp(line, axis=0).max() >= _LEAST_CELLS * _N_TIMES]
    return SourceShape(source, tuple(line / size for line in seen or lines[:1]))
