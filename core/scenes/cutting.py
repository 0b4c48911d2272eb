"""Finds the pixels of what a picture shows, so that it can stand in another picture.

Drawings and things photographed on plain paper are told from the gradient they lie on. Of other
photographs several cuts are made from different beginnings: where they come to the same mask, and
it ends on edges and not at the picture's rim, it is believed; else the picture is not used.

Letters in shapes: H, W pixels; h, w working pixels.
"""

import math
from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.scenes.plain_ground import outline_of
from core.segmentation.graph_cut import cut, cut_band
from core.segmentation.mask_shapes import area, fill_holes, grow, largest_pieces, overlap
from core.segmentation.objectness import edge_support, scene_of
from core.segmentation.region_tree import gradient
from core.segmentation.working_picture import WorkingPicture, lab_of, look, whole, window_of

_COARSE_PX, _FINE_PX = 72, 144
"""Longest sides at which cuts are compared, and at which the best one gets its edge."""

_BAND_PX = 4
_BOXES = ((0.96, 0.96), (0.8, 0.8), (0.94, 0.72))
"""Parts of the picture's width and height, around its middle, that the thing is looked for in."""

_LEAST_AGREEMENT = 0.8
_LEAST_WORTH = 0.24
_LARGEST_CONTACT = 0.16
_GOOD_WORTH = 0.55
"""From here on no other box is tried."""

_SIZES = (0.06, 0.72)
"""Of the picture, that a thing may fill."""

_LARGEST_FULLNESS = 0.88
"""Of its own box: what fills more is mostly the box that it was looked for in."""


def cut_out(pixels: Pixels, *, is_drawing: bool) -> Mask | None:
    """Return the mask (H, W) of the thing that `pixels` (H, W, 3) show; None where it is unsure."""
    outline = outline_of(pixels)
    if is_drawing:
        return outline
    # A photograph on a white page has the outline of a box.
    return outline if outline is not None and _is_thing(outline) else _cut_photograph(pixels)


def _cut_photograph(pixels: Pixels) -> Mask | None:
    all_of_it = whole(pixels.shape[1], pixels.shape[0])
    coarse = _best_cut(look(pixels, all_of_it, _COARSE_PX))
    if coarse is None:
        return None
    picture = look(pixels, all_of_it, _FINE_PX)
    size = picture.size
    start = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) >= 0.5
    fine = _tidied(cut_band(picture.pixels, np.asarray(start, np.bool_), _BAND_PX))
    return picture.enlarge(fine if overlap(fine, start) >= _LEAST_AGREEMENT else start)


def _best_cut(picture: WorkingPicture) -> Mask | None:
    """Return the mask (h, w) that is believed most; None where none is."""
    calm = np.asarray(cv2.medianBlur(picture.pixels, 3), np.uint8)
    lab = lab_of(calm)
    scene = scene_of(picture, lab, gradient(lab))
    best, best_worth = None, 0.0
    for wide, high in _BOXES:
        inside = _box((calm.shape[0], calm.shape[1]), wide, high)
        masks = [_tidied(mask) for mask in _cuts(calm, inside)]
        for one, other in combinations(masks, 2):
            agreement = overlap(one, other)
            both = _tidied(one & other)
            worth = agreement * edge_support(scene, both) * (1 - _contact(both, inside))
            if agreement >= _LEAST_AGREEMENT and worth > best_worth and _is_good(both, inside):
                best, best_worth = both, worth
        if best_worth >= _GOOD_WORTH:
            break
    return best if best_worth >= _LEAST_WORTH else None


def _cuts(pixels: Pixels, inside: Mask) -> Iterator[Mask]:
    """Yield what GrabCut makes of a box (h, w) when it begins from its oval, its core, and all."""
    high, wide = inside.shape
    window = window_of(inside)
    if window is None:
        return
    size = window.width_px, window.height_px
    for part, core in ((0.92, 0.0), (0.75, 0.3), (0.6, 0.2)):
        start = _oval((high, wide), size, part) & inside
        surely = _oval((high, wide), size, core) if core else None
        yield cut(pixels, start, surely, ~inside, n_rounds=2)


def _is_good(mask: Mask, inside: Mask) -> bool:
    return _is_thing(mask) and _contact(mask, inside) <= _LARGEST_CONTACT


def _is_thing(mask: Mask) -> bool:
    """Return whether a mask is neither a speck nor a box, and no scatter of pieces."""
    window = window_of(mask)
    if window is None or not _SIZES[0] <= area(mask) / mask.size <= _SIZES[1]:
        return False
    fullness = area(mask) / (window.width_px * window.height_px)
    return fullness <= _LARGEST_FULLNESS and _solidity(mask) >= 0.3


def _contact(mask: Mask, inside: Mask) -> float:
    """Return the part of the mask's rim at which only the box ends it, 0 to 1."""
    rim = mask & ~(grow(mask, -1.5) if mask.any() else mask)
    stopped = ~grow(inside, -2.5)
    return area(rim & stopped) / max(1, area(rim))


def _solidity(mask: Mask) -> float:
    """Return the part of its convex hull that the mask fills."""
    points = cv2.findNonZero(mask.astype(np.uint8))
    hull = float(cv2.contourArea(cv2.convexHull(points)))
    return area(mask) / max(hull, 1.0)


def _tidied(mask: Mask) -> Mask:
    """Return the large pieces without hairs and small holes."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    kept = largest_pieces(opened.astype(np.bool_), 0.1)
    holes = fill_holes(kept) & ~kept
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(holes.astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < 0.02 * max(1, area(kept))
    small[0] = False
    return np.asarray(kept | small[pieces], np.bool_) if count > 1 else kept


def _box(shape: tuple[int, int], wide: float, high: float) -> Mask:
    inside = np.zeros(shape, np.bool_)
    left, top = math.ceil(shape[1] * (1 - wide) / 2), math.ceil(shape[0] * (1 - high) / 2)
    inside[top : shape[0] - top, left : shape[1] - left] = True
    return inside


def _oval(shape: tuple[int, int], size: tuple[int, int], part: float) -> Mask:
    """Return the oval around the middle that fills `part` of a box of this width and height."""
    drawn = np.zeros(shape, np.uint8)
    axes = max(1, round(size[0] * part / 2)), max(1, round(size[1] * part / 2))
    cv2.ellipse(drawn, (shape[1] // 2, shape[0] // 2), axes, 0, 0, 360, 1, -1)
    return drawn.astype(np.bool_)
