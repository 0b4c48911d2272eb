"""Finds what lies on plain ground: a drawing on a gradient, a thing before white paper.

Letters in shapes: H, W pixels.
"""

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels

_PLAIN_OFF = 10.0
"""Of 255: how far nearly all of the rim may lie from a gradient for the ground to be plain."""

_OBJECT_OFF = 20.0
"""How far a pixel lies from the ground to belong to the object."""


def outline_of(pixels: Pixels) -> Mask | None:
    """Return what differs from the gradient that the picture's rim lies on, or None.

    None where the rim is no gradient, or where next to nothing or nearly everything differs.
    """
    height_px, width_px = pixels.shape[:2]
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    plane = np.stack([np.ones_like(x), x / width_px - 0.5, y / height_px - 0.5], 2)  # (H, W, 3)
    rim = np.ones((height_px, width_px), np.bool_)
    rim[3:-3, 3:-3] = False
    level = cv2.blur(pixels, (3, 3)).astype(np.float32)
    slopes = _fitted(plane[rim], level[rim])
    if np.percentile(np.abs(level[rim] - plane[rim] @ slopes).max(1), 90) > _PLAIN_OFF:
        return None
    off = np.abs(pixels.astype(np.float32) - plane @ slopes).max(2)
    differs = (off > _OBJECT_OFF).astype(np.uint8)
    closed = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    filled = _filled(np.asarray(opened, np.uint8))
    return filled if 0.05 < filled.mean() < 0.85 else None


def _fitted(
    plane: npt.NDArray[np.float32], level: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return slopes (3, 3) of a gradient through most of `level`: an object may touch the rim."""
    kept = np.ones(len(level), np.bool_)
    for _ in range(3):
        slopes = np.linalg.lstsq(plane[kept], level[kept], rcond=None)[0]
        off = np.abs(level - plane @ slopes).max(1)
        kept = off <= max(4.0, float(np.percentile(off, 75)))
    return np.asarray(slopes, np.float32)


def _filled(mask: npt.NDArray[np.uint8]) -> Mask:
    """Return the large pieces of a mask, without holes."""
    drawn = np.zeros_like(mask)
    pieces, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [piece for piece in pieces if cv2.contourArea(piece) > 0.003 * mask.size]
    cv2.drawContours(drawn, large, -1, 1, cv2.FILLED)
    return drawn.astype(np.bool_)
