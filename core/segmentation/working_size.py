"""How large frames and masks are while an object is followed, and the way there and back.

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Frame, PictureSource, Pixels
from core.segmentation.mask_shapes import area

_SIDE_PX = 320
_MAX_SIDE_PX = 640
_WANTED_OBJECT_PX = 24.0
"""Side of a square as large as the object; smaller things make the working picture larger."""


@dataclass(frozen=True, slots=True)
class WorkingSize:
    """How large frames are while they are tracked."""

    width_px: int
    height_px: int

    @classmethod
    def for_masks(cls, picture: PictureSource, masks: list[Mask]) -> "WorkingSize":
        """Return a size at which even the smallest non-empty mask has some pixels."""
        longest = max(picture.width_px, picture.height_px)
        sizes = [area(mask) for mask in masks if mask.any()]
        object_px = min(sizes, default=longest**2) ** 0.5 * _SIDE_PX / longest
        side = min(_MAX_SIDE_PX, _SIDE_PX * max(1.0, _WANTED_OBJECT_PX / object_px))
        scale = min(1.0, side / longest)
        return cls(
            max(16, round(picture.width_px * scale)), max(16, round(picture.height_px * scale))
        )

    def shrink(self, frame: Frame) -> Pixels:
        size = self.width_px, self.height_px
        return np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def shrink_mask(self, mask: Mask) -> Mask:
        size = self.width_px, self.height_px
        small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        # A thing thinner than a working pixel must not vanish.
        return np.asarray(small >= min(0.5, float(small.max()) or 1.0), np.bool_)

    def enlarge(self, mask: Mask, picture: PictureSource) -> Mask:
        """Return the mask (h, w) at the frame's size (H, W), its edge drawn smoothly."""
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)
        size = picture.width_px, picture.height_px
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR) > 0.5, np.bool_)
