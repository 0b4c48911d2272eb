"""How an object is followed from frame to frame, apart from which frames are walked when.

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

from typing import Protocol

from core.domain.masks import Mask
from core.domain.pictures import PictureSource, Pixels
from core.segmentation.protocol import Anchor
from core.segmentation.tracker import Tracker
from core.segmentation.working_size import WorkingSize


class Stepper(Protocol):
    """Walks one way from one anchor, and remembers a bounded part of what it has seen."""

    def step(self, pixels: Pixels) -> tuple[Mask, float]:
        """Return the mask (h, w) on the next frame, and how sure it is, 0 to 1."""
        ...


class Follower(Protocol):
    """Begins such walks, all for one object on one clip."""

    def size_for(self, picture: PictureSource, masks: list[Mask], /) -> WorkingSize:
        """Return how large frames are while these masks (H, W) are followed."""
        ...

    def start(
        self, picture: PictureSource, anchor: Anchor, size: WorkingSize, *, is_forward: bool
    ) -> Stepper:
        """Return a walk whose first step is the frame beside the anchor's."""
        ...


class FlowFollower:
    """Follows by optical flow. A `Follower` that needs no weights."""

    def size_for(self, picture: PictureSource, masks: list[Mask]) -> WorkingSize:
        return WorkingSize.for_masks(picture, masks)

    def start(
        self,
        picture: PictureSource,
        anchor: Anchor,
        size: WorkingSize,
        *,
        is_forward: bool,  # noqa: ARG002 - flow is the same both ways
    ) -> Stepper:
        frame = picture.frame_at(anchor.pts)
        return Tracker(size.shrink(frame), size.shrink_mask(anchor.mask))
