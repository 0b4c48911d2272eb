"""GrabCut as a pure function of a picture and three masks, quick and safe against corner cases.

Rother, Kolmogorov, Blake: “GrabCut: interactive foreground extraction using iterated graph cuts”,
SIGGRAPH 2004, as OpenCV has it, but with colour models begun from a small sample: OpenCV's own
beginning, k-means over all pixels, takes five times as long as the cuts.

Letters in shapes: h, w working pixels; J colour components.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.mask_shapes import grow
from core.segmentation.working_picture import window_of

_MIN_PIXELS = 12  # five colour components each need a few pixels to be learned from
_N_COMPONENTS = 5
_N_SAMPLED = 300
_MARGIN_PX = 2
_FLAT_LEVELS = 0.7

ColourModel = npt.NDArray[np.float64]
"""(1, 65): J weights, J x 3 means, J x 9 covariances; OpenCV's own order."""


def cut(
    pixels: Pixels,
    likely: Mask,
    surely: Mask | None = None,
    never: Mask | None = None,
    n_rounds: int = 2,
) -> Mask:
    """Return the mask (h, w) that GrabCut finds when it starts from `likely`.

    Args:
        pixels: (h, w, 3) RGB; left as it is.
        likely: where the object is believed to be; may change either way.
        surely: pixels that stay inside; wins where it overlaps `never`.
        never: pixels that stay outside. Those far from all others are not even looked at.
        n_rounds: how often colours are learned and the cut made.

    Returns:
        The cut, or `likely` with the sure pixels applied where one side is too small to learn from.
    """
    marks = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if never is not None:
        marks[never] = cv2.GC_BGD
    if surely is not None:
        marks[surely] = cv2.GC_FGD
    found = _inside(marks)
    window = window_of(marks != cv2.GC_BGD)
    if window is None:
        return found
    by_px = _MARGIN_PX + 0.25 * math.sqrt(np.count_nonzero(found))
    part = window.grown(by_px, marks.shape[1], marks.shape[0]).slices
    found[part] = _cut(np.ascontiguousarray(pixels[part]), marks[part].copy(), n_rounds)
    return found


def _inside(marks: npt.NDArray[np.uint8]) -> Mask:
    return np.asarray((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD), np.bool_)


def _cut(pixels: Pixels, marks: npt.NDArray[np.uint8], n_rounds: int) -> Mask:
    inside = _inside(marks)
    n_inside = int(np.count_nonzero(inside))
    if min(n_inside, inside.size - n_inside) < _MIN_PIXELS:
        return inside
    if float(pixels.std(axis=(0, 1)).max()) < _FLAT_LEVELS:
        return inside  # nothing to cut along, and the cut takes longest where all is equal
    outer, inner = colour_model(pixels[~inside]), colour_model(pixels[inside])
    cv2.grabCut(pixels, marks, (0, 0, 1, 1), outer, inner, n_rounds, cv2.GC_EVAL)
    return _inside(marks)


def colour_model(colours: npt.NDArray[np.uint8]) -> ColourModel:
    """Return a mixture of Gaussians begun from an even sample of `colours` (n, 3), n > 0."""
    step = max(1, len(colours) // _N_SAMPLED)
    sample = colours[::step].astype(np.float32)
    order = np.argsort(sample @ np.array([0.3, 0.59, 0.11], np.float32), kind="stable")
    # Begun from the order of lightness, not from chance: the same question, the same answer.
    begin = np.empty((len(sample), 1), np.int32)
    begin[order, 0] = np.arange(len(sample)) * _N_COMPONENTS // len(sample)
    n_clusters = min(_N_COMPONENTS, len(sample))
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 4, 0.0)
    _, groups, _ = cv2.kmeans(sample, n_clusters, begin, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    weights, means = np.zeros(_N_COMPONENTS), np.zeros((_N_COMPONENTS, 3))
    spreads = np.tile(np.eye(3), (_N_COMPONENTS, 1, 1))
    for number in range(n_clusters):
        members = sample[groups[:, 0] == number]
        if len(members):
            weights[number] = len(members) / len(sample)
            means[number] = members.mean(axis=0)
            apart = members - means[number]
            spreads[number] = apart.T @ apart / len(members) + np.eye(3)
    return np.concatenate([weights, means.ravel(), spreads.ravel()])[None]


def cut_band(pixels: Pixels, start: Mask, band_px: float, n_rounds: int = 1) -> Mask:
    """Return `start` with only its edge, `band_px` to either side, cut anew."""
    surely = ~grow(~start, band_px)
    return cut(pixels, start, surely, ~grow(start, band_px) & ~surely, n_rounds)
