"""Dense motion between two frames by DIS optical flow, and masks carried along by it.

Kroeger, Timofte, Dai, Van Gool: “Fast optical flow using dense inverse search”, ECCV 2016, as
OpenCV has it.

Letters in shapes: h, w working pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.segmentation.working_picture import Field

Gray = npt.NDArray[np.uint8]

_LEAST_SIDE_PX = 32
"""OpenCV reads beyond the ends of pictures that are wide and lower than that, and dies of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """From one frame to the next: where each pixel came from, and whether both ways agree."""

    back: Field  # (h, w, 2): a pixel of the new frame was at (x, y) + back in the old one
    is_sure: Mask  # (h, w)
    change: Field  # (h, w): grey levels that the motion does not explain

    def carry(self, soft: Field) -> Field:
        """Return a field of the old frame as it lies in the new one."""
        return _sample(soft, self.back)

    def typical_step(self, mask: Mask) -> tuple[float, float] | None:
        """Return the median way (x, y) of the mask's pixels into the new frame, if known."""
        known = mask & self.is_sure
        if np.count_nonzero(known) < 6:
            return None
        x, y = np.median(self.back[known], axis=0)
        return -float(x), -float(y)


class FlowMeter:
    """Measures motion; holds OpenCV's buffers, so one object belongs to one thread."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._check = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def between(self, old: Gray, new: Gray) -> Motion:
        back, forth = _measured(self._flow, new, old), _measured(self._check, old, new)
        disagreement = np.linalg.norm(back + _sample(forth, back), axis=2)
        allowed = 1.0 + 0.1 * np.linalg.norm(back, axis=2)
        explained = _sample(old.astype(np.float32), back)
        change = np.abs(new.astype(np.float32) - explained)
        return Motion(back, disagreement < allowed, np.asarray(change, np.float32))


def _measured(flow: cv2.DISOpticalFlow, start: Gray, goal: Gray) -> Field:
    """Return the way (x, y) of each pixel from one picture to another, (h, w, 2)."""
    high, wide = start.shape
    start, goal = _roomy(start), _roomy(goal)
    found = flow.calc(start, goal, np.zeros((*start.shape, 2), np.float32))
    return np.asarray(found[:high, :wide], np.float32)


def _roomy(gray: Gray) -> Gray:
    """Return a picture with its last row and column repeated until it is large enough."""
    down, across = (max(0, _LEAST_SIDE_PX - side) for side in gray.shape)
    return np.asarray(cv2.copyMakeBorder(gray, 0, down, 0, across, cv2.BORDER_REPLICATE), np.uint8)


def shifted(soft: Field, by_x: float, by_y: float) -> Field:
    """Return the field moved by (x, y) pixels; zero comes in at the edges."""
    way = np.array([[1, 0, by_x], [0, 1, by_y]], np.float32)
    return np.asarray(cv2.warpAffine(soft, way, (soft.shape[1], soft.shape[0])), np.float32)


def _sample(field: Field, offsets: Field) -> Field:
    high, wide = offsets.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    return np.asarray(
        cv2.remap(field, x + offsets[..., 0], y + offsets[..., 1], cv2.INTER_LINEAR), np.float32
    )
