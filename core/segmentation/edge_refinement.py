"""Lays a rough mask's edge onto the edges of the full-size picture.

First GrabCut over a narrow band at a moderate size, then a guided filter whose coefficients are
found at that size and applied at full size (He, Sun: “Fast guided filter”, 2015). Its guide is
the one colour axis that best tells inside from outside (Fisher's discriminant).

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.graph_cut import cut_band
from core.segmentation.mask_shapes import area, fill_holes, grow, signed_distance
from core.segmentation.working_picture import Field, look, window_of

_WORKING_SIDE_PX = 224
_RADIUS_PX = 3
_SOFTNESS = 0.02
"""Variance of the guide below which a patch counts as flat; inside and outside are 1 apart."""


def refine_edges(pixels: Pixels, mask: Mask) -> Mask:
    """Return the mask (H, W) with its edge moved by a few pixels to where the picture has one."""
    window = window_of(mask)
    if window is None:
        return mask.copy()
    high, wide = mask.shape
    room_px = max(6.0, 0.2 * math.sqrt(area(mask)))
    picture = look(pixels, window.grown(room_px, wide, high), _WORKING_SIDE_PX)
    rough = picture.shrink(mask)
    if not rough.any() or rough.all():
        return mask.copy()
    band_px = max(2.0, 0.035 * math.sqrt(area(rough)))
    found = fill_holes(cut_band(picture.pixels, rough, band_px))
    if not 0.6 < (area(found) + 1) / (area(rough) + 1) < 1.6:
        found = rough  # the colours do not tell inside from outside
    size = picture.window.width_px, picture.window.height_px
    part = pixels[picture.window.slices]
    full = np.zeros_like(mask)
    full[picture.window.slices] = _guided(picture.pixels, found, part, size)
    return full


def _guided(small: Pixels, mask: Mask, part: Pixels, size: tuple[int, int]) -> Mask:
    """Return `mask` (h, w) at the size of `part`, its edge along the edges of `part`."""
    axis = _telling_axis(small, mask)
    guide = small.astype(np.float32) @ axis
    wanted = mask.astype(np.float32)
    mean_guide, mean_wanted = _blur(guide), _blur(wanted)
    spread = _blur(guide * guide) - mean_guide**2
    slope = (_blur(guide * wanted) - mean_guide * mean_wanted) / (spread + _SOFTNESS)
    rest = mean_wanted - slope * mean_guide
    slope, rest = (cv2.resize(_blur(field), size) for field in (slope, rest))
    soft = slope * (part.astype(np.float32) @ axis) + rest
    # Only the edge is in question: deep inside and far outside the cut has the last word.
    depth = cv2.resize(signed_distance(mask), size)
    return np.asarray(np.where(np.abs(depth) < _RADIUS_PX, soft > 0.5, depth > 0), np.bool_)


def _blur(field: Field) -> Field:
    side = 2 * _RADIUS_PX + 1
    return np.asarray(cv2.blur(field, (side, side)), np.float32)


def _telling_axis(small: Pixels, mask: Mask) -> npt.NDArray[np.float32]:
    """Return (3,) the colour axis on which inside and outside, near the edge, lie 1 apart."""
    near = grow(mask, 4) & ~(~grow(~mask, 4))
    inside = small[near & mask].astype(np.float64)
    outside = small[near & ~mask].astype(np.float64)
    if len(inside) < 8 or len(outside) < 8:
        return np.full(3, 1 / 765, np.float32)
    step = inside.mean(axis=0) - outside.mean(axis=0)
    pooled = np.cov(inside.T) + np.cov(outside.T) + 25.0 * np.eye(3)
    axis = np.linalg.solve(pooled, step)
    apart = float(axis @ step)
    return (axis / max(apart, 1e-3)).astype(np.float32)
