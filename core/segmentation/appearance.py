"""How an object's colours differ from those around it, as a table looked up per pixel.

Letters in shapes: h, w working pixels; Q colour bins.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.working_picture import Field

_BINS = 16
_N_COLOURS = _BINS**3
_FLOOR = 2e-4
"""Share given to colours never seen, so that one stray pixel proves nothing."""

Colours = npt.NDArray[np.int32]
"""(h, w): the number of each pixel's colour bin."""
Histogram = npt.NDArray[np.float32]
"""(Q,): shares that sum to 1."""


def colour_numbers(pixels: Pixels) -> Colours:
    """Return the bin of each pixel in an even grid over L*a*b*, finer in colour than in light."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.int32)
    light = lab[..., 0] * _BINS // 256
    # Colours of pictures lie within the middle half of a and b.
    hue = np.clip((lab[..., 1:] - 64) * _BINS // 128, 0, _BINS - 1)
    return np.asarray((light * _BINS + hue[..., 0]) * _BINS + hue[..., 1], np.int32)


def histogram(colours: Colours, mask: Mask) -> Histogram:
    """Return the shares of colours inside the mask; all zero where it is empty."""
    counts = np.bincount(colours[mask], minlength=_N_COLOURS).astype(np.float32)
    return np.asarray(counts / max(1.0, float(counts.sum())), np.float32)


def alike(one: Histogram, other: Histogram) -> float:
    """Return 0 (no colour in common) to 1 (the same), after Bhattacharyya, on blurred shares."""
    return float(np.sqrt(_blurred(one) * _blurred(other)).sum())


def _blurred(shares: Histogram) -> Histogram:
    cube = shares.reshape(_BINS, _BINS, _BINS).copy()
    for axis in range(3):
        before = np.roll(cube, 1, axis)
        after = np.roll(cube, -1, axis)
        for moved, edge in ((before, 0), (after, -1)):
            place: list[int | slice] = [slice(None)] * 3
            place[axis] = edge
            moved[tuple(place)] = 0
        cube = 0.5 * cube + 0.25 * (before + after)
    return cube.ravel()


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """An object's colours against its surroundings'."""

    inside: Histogram
    outside: Histogram
    evidence: Histogram
    """(Q,) -1 (surely not the object) to 1 (surely the object), per colour."""

    @classmethod
    def learn(cls, inside: Histogram, outside: Histogram) -> "Appearance":
        own, other = _blurred(inside) + _FLOOR, _blurred(outside) + _FLOOR
        evidence = np.tanh(0.5 * np.log(own / other))
        return cls(inside, outside, np.asarray(evidence, np.float32))

    def evidence_at(self, colours: Colours) -> Field:
        """Return (h, w), -1 to 1."""
        return np.asarray(self.evidence[colours], np.float32)

    def with_outside(self, outside: Histogram, share: float) -> "Appearance":
        """Return the appearance before surroundings that have partly changed."""
        mixed = (1 - share) * self.outside + share * outside
        return Appearance.learn(self.inside, np.asarray(mixed, np.float32))

    def with_inside(self, inside: Histogram, share: float) -> "Appearance":
        mixed = (1 - share) * self.inside + share * inside
        return Appearance.learn(np.asarray(mixed, np.float32), self.outside)
