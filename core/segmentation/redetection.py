"""Finds a lost object again by the colours and the drawing it had when it was last seen well.

Letters in shapes: h, w working pixels.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.mask_shapes import area, grow
from core.segmentation.working_picture import Field, Window, window_of

_SCALES = (1.0, 0.85, 1.18)
_FINE_PX = 2


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """Where an object was found again: its mask (h, w) and how sure that is, 0 to 1."""

    mask: Mask
    quality: float


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A view of the object worth looking for."""

    pixels: Pixels
    mask: Mask
    fit: float
    """How well its colours stood out from around it, at most 2."""

    @classmethod
    def take(cls, pixels: Pixels, mask: Mask, evidence: Field) -> "Portrait | None":
        """Return the object's picture, or None where it is too small to be known again."""
        window = window_of(mask)
        if window is None or area(mask) < 16:
            return None
        part = window.grown(_margin(mask), mask.shape[1], mask.shape[0]).slices
        own = mask[part]
        fit = float((_kernel(own) * evidence[part]).sum())
        return cls(pixels[part].copy(), own.copy(), fit)


def find_again(
    portrait: Portrait, pixels: Pixels, evidence: Field, region: Window
) -> Sighting | None:
    """Return the best place for the portrait within `region`, if it is good enough to believe."""
    best: Sighting | None = None
    for scale in _SCALES:
        drawn, mask = _scaled(portrait, scale)
        seen = _best_place(drawn, mask, portrait.fit, (pixels, evidence), region)
        if seen is not None and (best is None or seen.quality > best.quality + 0.03):
            best = seen
    return best


def _margin(mask: Mask) -> float:
    return max(3.0, 0.25 * math.sqrt(area(mask)))


def _kernel(mask: Mask) -> Field:
    """Return weights that answer a blob of evidence of this shape with nothing around it."""
    around = grow(mask, _margin(mask)) & ~mask
    weights = mask / max(1, area(mask)) - around / max(1, area(around))
    return np.asarray(weights, np.float32)


def _scaled(portrait: Portrait, scale: float) -> tuple[Pixels, Mask]:
    if scale == 1.0:
        return portrait.pixels, portrait.mask
    pixels = cv2.resize(portrait.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    size = pixels.shape[1], pixels.shape[0]
    mask = cv2.resize(portrait.mask.astype(np.float32), size) > 0.5
    return np.asarray(pixels, np.uint8), np.asarray(mask, np.bool_)


def _best_place(
    drawn: Pixels, mask: Mask, best_fit: float, scene: tuple[Pixels, Field], region: Window
) -> Sighting | None:
    pixels, evidence = scene
    high, wide = mask.shape
    if not mask.any():
        return None
    # The middle of the object may be anywhere in the region, parts of it beyond the frame.
    around = np.pad(evidence, ((high // 2, high - high // 2), (wide // 2, wide - wide // 2)))
    padded = around[
        region.top_px : region.bottom_px + high, region.left_px : region.right_px + wide
    ]
    fits = cv2.matchTemplate(padded, _kernel(mask), cv2.TM_CCORR)
    y, x = np.unravel_index(int(fits.argmax()), fits.shape)
    fit = float(fits[y, x]) / max(best_fit, 0.3)
    left, top = region.left_px + int(x) - wide // 2, region.top_px + int(y) - high // 2
    likeness, left, top = _closest_drawing(drawn, mask, pixels, left, top)
    quality = min(1.0, fit) * 0.5 + likeness * 0.5
    # Colour alone is believed where it tells a lot; where it does not, the drawing must match.
    if fit < 0.55 or likeness < (0.35 if best_fit > 0.8 else 0.6):
        return None
    return Sighting(_placed(mask, pixels.shape[0], pixels.shape[1], left, top), quality)


def _closest_drawing(
    drawn: Pixels, mask: Mask, pixels: Pixels, left: int, top: int
) -> tuple[float, int, int]:
    """Return (likeness, left, top) of the best place within a few pixels of the one given."""
    tries = [
        (_likeness(drawn, mask, pixels, left + x, top + y), left + x, top + y)
        for y in range(-_FINE_PX, _FINE_PX + 1)
        for x in range(-_FINE_PX, _FINE_PX + 1)
    ]
    return max(tries)


def _likeness(drawn: Pixels, mask: Mask, pixels: Pixels, left: int, top: int) -> float:
    """Return 0 to 1: how alike the drawing and the picture under it are, inside the mask."""
    high, wide = mask.shape
    first_y, first_x = max(0, -top), max(0, -left)
    last_y, last_x = min(high, pixels.shape[0] - top), min(wide, pixels.shape[1] - left)
    own = mask[first_y:last_y, first_x:last_x]
    if np.count_nonzero(own) < 0.4 * np.count_nonzero(mask):
        return 0.0
    there = pixels[top + first_y : top + last_y, left + first_x : left + last_x][own]
    here = drawn[first_y:last_y, first_x:last_x][own]
    apart = np.abs(here.astype(np.float32) - there.astype(np.float32)).mean()
    spread = float(here.std(axis=0).mean()) + 18.0
    return float(np.clip(1.15 - apart / spread, 0.0, 1.0))


def _placed(mask: Mask, high: int, wide: int, left: int, top: int) -> Mask:
    full = np.zeros((high, wide), np.bool_)
    ys, xs = np.nonzero(mask)
    ys, xs = ys + top, xs + left
    inside = (ys >= 0) & (ys < high) & (xs >= 0) & (xs < wide)
    full[ys[inside], xs[inside]] = True
    return full
