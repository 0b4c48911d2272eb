"""One direction of tracking from one anchor, advanced in chunks of bounded size.

Letters in shapes: H, W frame pixels; h, w working pixels; K frames.
"""

from collections.abc import Iterator

from core.domain.masks import Mask
from core.domain.pictures import PictureSource, Pixels
from core.progress import CancelToken
from core.segmentation.follower import Follower, Stepper
from core.segmentation.protocol import Anchor
from core.segmentation.working_size import WorkingSize

_CHUNK_BYTES = 64 * 2**20
"""Of frames that wait to be walked backward; each chunk costs a new start at a key frame."""
_FIRST_CHUNK_FRAMES = 8
_MAX_CHUNK_FRAMES = 64


class Leg:
    """Frames from the one after (or before) an anchor up to an end, tracked chunk by chunk."""

    def __init__(self, follower: Follower, anchor: Anchor, start: int, end: int, step: int) -> None:
        """Cover frames `start`, `start + step`, … before `end`, indices into the pts table."""
        self._follower, self._anchor = follower, anchor
        self._next = start
        self._end = end
        self._step = step
        self._tracker: Stepper | None = None
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
            self._tracker = self._follower.start(
                picture, self._anchor, size, is_forward=self.is_forward
            )
        count = min(self.n_left, self._chunk_frames, self._most_held(size))
        for index, pixels in self._read(picture, size, count, cancel):
            cancel.raise_if_cancelled()
            mask, confidence = self._tracker.step(pixels)
            yield index, mask, confidence
        self._next += self._step * count
        self._chunk_frames = min(2 * self._chunk_frames, _MAX_CHUNK_FRAMES)

    def _most_held(self, size: WorkingSize) -> int:
        """Return how many frames may be in memory; forward they are walked as they are read."""
        if self.is_forward:
            return _MAX_CHUNK_FRAMES
        return max(1, _CHUNK_BYTES // (3 * size.width_px * size.height_px))

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
