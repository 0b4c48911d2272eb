"""The mask over the picture: a tint inside and a crisp outline, weaker where it is less sure."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.domain.masks import Mask
from widgets.geometry import PictureGeometry

UNSURE_BELOW = 0.5
"""Confidence under which the outline is dashed."""

_OUTLINE_PX = 2.0
_CASING_PX = 4.0
_N_CORNERS = 800
_N_PARTS = 100
_DOUBLE_UNDER = 250_000

Points = npt.NDArray[np.float32]
"""(n, 2), x and y in frame pixels."""


class MaskOverlay:
    """One mask, kept as its outline in frame pixels so that painting costs under a millisecond."""

    def __init__(self, mask: Mask, colour: QColor, confidence: float = 1.0) -> None:
        self._outline = outline_of(mask)
        self._colour = QColor(colour)
        self._confidence = min(1.0, max(0.0, confidence))

    @property
    def is_unsure(self) -> bool:
        return self._confidence < UNSURE_BELOW

    def paint(self, painter: QPainter, geometry: PictureGeometry, opacity: float) -> None:
        """Paint over the picture; `opacity` (0 to 1) is that of the tint at full confidence."""
        left, top = geometry.origin
        scale = geometry.scale
        path = QTransform(scale, 0, 0, scale, left, top).map(self._outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(self._colour)
        tint.setAlphaF(opacity * (0.3 + 0.7 * self._confidence))
        painter.fillPath(path, tint)
        # A dark casing keeps the line visible over a background of its own colour. Smoothing its
        # faint edge would take four times as long as all the rest.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.strokePath(path, self._pen(QColor(0, 0, 0, 110), _CASING_PX))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.strokePath(path, self._pen(self._colour, _OUTLINE_PX))

    def _pen(self, colour: QColor, width_px: float) -> QPen:
        pen = QPen(colour, width_px)
        # Round joins take three times as long.
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        if self.is_unsure:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            # Dashes are counted in pen widths; both pens shall break at the same places.
            pen.setDashPattern([8.0 / width_px, 6.0 / width_px])
        return pen


def outline_of(mask: Mask) -> QPainterPath:
    """Return the outline of all parts of a mask in frame pixels, holes left open."""
    return path_of(corners_of(mask))


def corners_of(mask: Mask) -> list[Points]:
    """Return the corners of each closed line around a mask, in frame pixels, the longest first.

    They follow the pixels to within a pixel or so; a ragged mask is smoothed further, and only its
    largest parts are kept, so that painting stays a matter of milliseconds.
    """
    return _simplified(*_contours(mask))


def path_of(lines: Iterable[Points]) -> QPainterPath:
    """Return closed lines through corners (n, 2)."""
    path = QPainterPath()
    for corners in lines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners.tolist()]))
        path.closeSubpath()
    return path


def _contours(mask: Mask) -> tuple[list[Points], float]:
    """Return closed contours (n, 2) in frame pixels, largest first, and their step in pixels."""
    import cv2  # 0.3 ms for 1080p; here, since the first window needs no mask

    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return [], 0.0
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : rows[-1] + 1, left : columns[-1] + 1].view(np.uint8)
    # Contours run through the middle of pixels; on a doubled mask a quarter of a pixel from the
    # true edge. A large mask hides half a pixel and is spared the work.
    n_times = 2 if part.size < _DOUBLE_UNDER else 1
    part = np.repeat(np.repeat(part, n_times, axis=0), n_times, axis=1)
    found, _ = cv2.findContours(part, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    longest = sorted(found, key=len, reverse=True)[:_N_PARTS]
    steps = [np.asarray((line[:, 0, :] + 0.5) / n_times, np.float32) for line in longest]
    offset = np.array([left, top], np.float32)
    return [_smooth(line, n_times) + offset for line in steps], 1.0 / n_times


def _smooth(line: Points, n_per_px: int) -> Points:
    """Return a closed line averaged over five pixels of its way, which melts the stairs."""
    n_points = 4 * n_per_px + 1
    if len(line) < 3 * n_points:
        return line
    half = n_points // 2
    around = np.concatenate([line[-half:], line, line[:half]])
    kernel = np.full(n_points, 1.0 / n_points)
    sides = [np.convolve(around[:, axis], kernel, "valid") for axis in (0, 1)]
    return np.stack(sides, axis=1).astype(np.float32)


def _simplified(contours: list[Points], step_px: float) -> list[Points]:
    """Return the contours with as few corners as their raggedness allows."""
    import cv2

    simple = contours
    for tolerance_px in (0.4 * step_px**2, 1.0, 3.0, 6.0):
        simple = [
            np.asarray(cv2.approxPolyDP(line, tolerance_px, True)[:, 0, :], np.float32)
            for line in contours
        ]
        if sum(map(len, simple)) <= _N_CORNERS:
            break
    return simple
