"""The frames between two anchors, where tracks from both sides meet and are blended.

Letters in shapes: h, w working pixels.
"""

from dataclasses import dataclass, field

import numpy as np

from core.domain.masks import Mask, TrackedMask
from core.segmentation.mask_shapes import overlap, signed_distance

_MAX_TWICE_FRAMES = 1500
"""How many frames are walked from both sides; keeps what is remembered bounded."""
_TOO_UNLIKE = 0.3  # overlap below which two masks show different things

Answer = tuple[Mask, float]
"""A mask (h, w) and its confidence."""


@dataclass(slots=True)
class Gap:
    """The frames between the anchors at indices `first` and `last`."""

    first: int
    last: int
    _waiting: dict[int, TrackedMask] = field(default_factory=dict)

    @property
    def forward_end(self) -> int:
        """Index before which the walk from the first anchor ends."""
        return min(self.last, (self.first + self.last + _MAX_TWICE_FRAMES) // 2)

    @property
    def backward_end(self) -> int:
        """Index after which the walk back from the last anchor ends."""
        return max(self.first, (self.first + self.last - _MAX_TWICE_FRAMES) // 2)

    def meet(self, index: int, answer: Answer, is_forward: bool) -> Answer:
        """Return one side's answer, blended with the other side's once that is known."""
        if not self.backward_end < index < self.forward_end:
            return answer
        other = self._waiting.pop(index, None)
        if other is None:
            self._waiting[index] = TrackedMask.pack(index, *answer)
            return answer
        known = other.unpack(), other.confidence
        forward, backward = (answer, known) if is_forward else (known, answer)
        share = (index - self.backward_end) / (self.forward_end - self.backward_end)
        return blend(forward, backward, share)


def blend(forward: Answer, backward: Answer, share: float) -> Answer:
    """Return two answers for one frame as one.

    Args:
        forward: what came from the earlier anchor.
        backward: what came from the later anchor.
        share: where the frame lies, 0 at the earlier anchor to 1 at the later.

    Each side weighs as much as it is sure, and as its anchor is near. Outlines are averaged by
    their distance maps; where the two show different things, the weightier is taken as it is.
    """
    weights = np.array([(1.0 - share) * forward[1] ** 2, share * backward[1] ** 2])
    if weights.sum() <= 0.0:
        return forward if share < 0.5 else backward
    weights /= weights.sum()
    stronger = forward if weights[0] >= weights[1] else backward
    if overlap(forward[0], backward[0]) < _TOO_UNLIKE:
        return stronger
    distance = weights[0] * signed_distance(forward[0]) + weights[1] * signed_distance(backward[0])
    confidence = float(weights @ np.array([forward[1], backward[1]]))
    return np.asarray(distance > 0, np.bool_), max(confidence, stronger[1])
