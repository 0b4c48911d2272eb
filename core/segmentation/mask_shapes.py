"""Small things done to masks: keep the right pieces, fill holes, bands, discs, overlap.

Letters in shapes: H, W pixels.
"""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask


def area(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def overlap(one: Mask, other: Mask) -> float:
    """Return intersection over union; two empty masks overlap fully."""
    union = area(one | other)
    return area(one & other) / union if union else 1.0


def disc(shape: tuple[int, int], x: int, y: int, radius: int) -> Mask:
    """Return (H, W) with a filled disc around working pixel (x, y)."""
    drawn = np.zeros(shape, np.uint8)
    cv2.circle(drawn, (x, y), max(0, radius), 1, -1)
    return drawn.astype(np.bool_)


def fill_holes(mask: Mask) -> Mask:
    """Return the mask without holes: what the outside cannot reach belongs to it."""
    padded = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    _, pieces = cv2.connectedComponents(padded, connectivity=4)
    return np.asarray((pieces != pieces[0, 0])[1:-1, 1:-1], np.bool_)


def pieces_at(mask: Mask, places: Iterable[tuple[int, int]]) -> Mask:
    """Return the connected pieces that hold one of `places` (x, y); all False if none does."""
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    wanted = {int(pieces[y, x]) for x, y in places} - {0}
    return np.isin(pieces, list(wanted)) if wanted else np.zeros_like(mask)


def largest_pieces(mask: Mask, share: float = 0.15) -> Mask:
    """Return the largest connected piece and those of at least `share` of its size."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:
        return mask.copy()
    sizes = stats[:, cv2.CC_STAT_AREA].copy()
    sizes[0] = 0
    return np.asarray((sizes >= share * sizes.max())[pieces] & mask, np.bool_)


def grow(mask: Mask, by_px: float) -> Mask:
    """Return the mask grown (or, for a negative number, shrunk) by that many pixels all round.

    The world goes on beyond the edge of the picture, so shrinking does not start there.
    """
    # Distances cost the same for any reach; a round brush costs its square.
    if by_px < 0:
        return ~grow(~mask, -by_px)
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(away <= by_px, np.bool_) if mask.any() else mask.copy()


def signed_distance(mask: Mask) -> npt.NDArray[np.float32]:
    """Return pixels to the mask's edge: positive inside, negative outside."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(inside - outside, np.float32)
