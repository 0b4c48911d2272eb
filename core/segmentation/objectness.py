"""How much a mask looks like a thing: it ends on edges, and differs from what surrounds it.

Letters in shapes: h, w working pixels.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.segmentation.mask_shapes import area, grow
from core.segmentation.working_picture import Field, WorkingPicture

_COLOUR_BINS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What every mask on one working picture is judged against."""

    edges: Field  # (h, w): 0 on flat ground to 1 on a strong edge
    colours: npt.NDArray[np.int32]  # (h, w), the number of each pixel's colour bin
    frame_share: float
    """Part of the frame's area that the picture shows."""
    open_sides: tuple[bool, bool, bool, bool]
    """Left, top, right, bottom: True where the frame goes on beyond the picture."""


def scene_of(picture: WorkingPicture, lab: Field, edges: Field) -> Scene:
    window = picture.window
    frame = picture.frame_width_px, picture.frame_height_px
    typical = float(np.percentile(edges, 70)) + 1.0
    strongest = cv2.dilate(edges / (edges + typical), np.ones((3, 3), np.uint8))
    return Scene(
        np.asarray(strongest, np.float32),
        _colour_bins(lab),
        window.width_px * window.height_px / (frame[0] * frame[1]),
        (
            window.left_px > 0,
            window.top_px > 0,
            window.right_px < frame[0],
            window.bottom_px < frame[1],
        ),
    )


def _colour_bins(lab: Field) -> npt.NDArray[np.int32]:
    """Return one number per pixel for its place in an even grid over the picture's own colours."""
    low = lab.reshape(-1, 3).min(axis=0)
    span = np.maximum(lab.reshape(-1, 3).max(axis=0) - low, (20.0, 20.0, 20.0))
    steps = np.minimum((lab - low) / span * _COLOUR_BINS, _COLOUR_BINS - 1).astype(np.int32)
    return np.asarray(steps @ np.array([_COLOUR_BINS**2, _COLOUR_BINS, 1], np.int32), np.int32)


def score(scene: Scene, mask: Mask, click: tuple[int, int]) -> float:
    """Return 0 (no thing at all) to 1 for a mask that holds the pixel `click` (x, y)."""
    size = area(mask)
    support = edge_support(scene, mask)
    if support == 0.0:
        return 0.0
    return (
        support
        * _likely_size(size / mask.size * scene.frame_share)
        * _closedness(scene, mask, area(_rim(mask)))
        * _roundness(mask, size)
        * _centred(mask, click, size)
    )


def edge_support(scene: Scene, mask: Mask) -> float:
    """Return 0 to 1: the mask ends on edges of the picture, and where colours change."""
    size, rim = area(mask), _rim(mask)
    if size < 9 or size > 0.92 * mask.size or area(rim) < 4:
        return 0.0
    return float(scene.edges[rim].mean()) * (0.25 + 0.75 * _contrast(scene, mask, size))


def _rim(mask: Mask) -> Mask:
    """Return the mask's outermost pixels, without those on the edge of the picture."""
    rim = mask & ~grow(mask, -1)
    rim[:, [0, -1]] = rim[[0, -1]] = False
    return rim


def _contrast(scene: Scene, mask: Mask, size: int) -> float:
    """Return how unlike the colours inside are to those around: 0 the same, 1 none in common."""
    around = grow(mask, max(2.0, 0.35 * math.sqrt(size))) & ~mask
    if not around.any():
        return 0.0
    n_bins = _COLOUR_BINS**3
    inside = np.bincount(scene.colours[mask], minlength=n_bins) / size
    outside = np.bincount(scene.colours[around], minlength=n_bins) / area(around)
    return 1.0 - float(np.sqrt(inside * outside).sum())


def _likely_size(share: float) -> float:
    """Things that people point at fill some hundredths of the frame; be gentle with smaller."""
    away = math.log(max(share, 1e-6) / 0.06)
    likely = math.exp(-0.5 * (away / (2.4 if away < 0 else 1.9)) ** 2)
    return likely * math.pow(min(1.0, 0.4 / max(share, 1e-6)), 4)


def _closedness(scene: Scene, mask: Mask, n_rim: int) -> float:
    """Return less than 1 for a mask that runs out of the picture."""
    sides = (mask[:, 0], mask[0], mask[:, -1], mask[-1])
    cost = 0.0
    for side, is_open in zip(sides, scene.open_sides, strict=True):
        # What leaves the window is cut off by us; what leaves the frame is cut off by the camera.
        cost += float(np.count_nonzero(side)) / n_rim * (5.0 if is_open else 0.6)
    return math.exp(-cost)


def _roundness(mask: Mask, size: int) -> float:
    """Return less than 1 for a ragged or straggling mask."""
    ys, xs = np.nonzero(mask)
    hull = cv2.convexHull(np.stack([xs, ys], axis=1).astype(np.int32))
    around = max(float(cv2.contourArea(hull)), float(size))
    return math.pow(size / around, 0.7)


def _centred(mask: Mask, click: tuple[int, int], size: int) -> float:
    """Return less than 1 where the click lies far from the middle: people aim at the middle."""
    ys, xs = np.nonzero(mask)
    away = math.hypot(click[0] - float(xs.mean()), click[1] - float(ys.mean()))
    return math.exp(-0.35 * (away / math.sqrt(size / math.pi)) ** 2)
