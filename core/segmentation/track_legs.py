"""One direction of tracking from one anchor, advanced in chunks of bounded size.

Letters in shapes: H, W frame pixels; h, w working pixels; K frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Frame, PictureSource, Pixels
from core.progress import CancelToken
from core.segmentation.mask_shapes import area
from core.segmentation.protocol import Anchor
from core.segmentation.tracker import Tracker

_SIDE_PX = 320
_MAX_SIDE_PX = 640
_WANTED_OBJECT_PX = 24.0
"""Side of a square as large as the object; smaller things make the working picture larger."""
_CHUNK_BYTES = 16 * 2**20
_FIRST_CHUNK_FRAMES = 8
_MAX_CHUNK_FRAMES = 64


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


class Leg:
    """Frames from the one after (or before) an anchor up to an end, tracked chunk by chunk."""

    def __init__(self, anchor: Anchor, start: int, end: int, step: int) -> None:
        """Cover frames `start`, `start + step`, … before `end`, indices into the pts table."""
        self._anchor = anchor
        self._next = start
        self._end = end
        self._step = step
        self._tracker: Tracker | None = None
        self._chunk_frames = _FIRST_CHUNK_FRAMES

    @property
    def is_done(self) -> bool:
        return (self._end - self._next) * self._step <= 0

    @property
    def is_forward(self) -> bool:
        return self._step > 0

    @property
    def n_left(self) -> int:
        return max(0, (self._end - self._next) * self._step)

    def advance(
        self, picture: PictureSource, size: WorkingSize, cancel: CancelToken
    ) -> Iterator[tuple[int, Mask, float]]:
        """Track one chunk; yield (frame index, mask (h, w), confidence)."""
        if self._tracker is None:
            frame = picture.frame_at(self._anchor.pts)
            self._tracker = Tracker(size.shrink(frame), size.shrink_mask(self._anchor.mask))
        count = min(self.n_left, self._chunk_frames)
        for index, pixels in self._read(picture, size, count, cancel):
            cancel.raise_if_cancelled()
            mask, confidence = self._tracker.step(pixels)
            yield index, mask, confidence
        self._next += self._step * count
        most = max(1, _CHUNK_BYTES // (3 * size.width_px * size.height_px))
        self._chunk_frames = min(2 * self._chunk_frames, most, _MAX_CHUNK_FRAMES)

    def _read(
        self, picture: PictureSource, size: WorkingSize, count: int, cancel: CancelToken
    ) -> Iterator[tuple[int, Pixels]]:
        """Yield the next frames in tracking order; read forward either way, shrunk at once."""
        last = self._next + self._step * (count - 1)
        low, high = min(self._next, last), max(self._next, last)
        table = picture.pts_table
        frames = picture.frames(int(table[low]), int(table[high]))
        if self._step > 0:
            for index, frame in enumerate(frames, low):
                yield index, size.shrink(frame)
            return
        chunk = []
        for index, frame in enumerate(frames, low):
            cancel.raise_if_cancelled()
            chunk.append((index, size.shrink(frame)))
        yield from reversed(chunk)
