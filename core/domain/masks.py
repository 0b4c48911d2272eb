"""Which pixels belong to an object, now and through time. Masks are keyed by pts, never by index.

Letters in shapes: H, W pixels.
"""

import bisect
import itertools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from core.units import pts_to_seconds

Mask = npt.NDArray[np.bool_]
"""bool, (H, W), True where the object is, in frame pixels of the upright picture."""


@dataclass(frozen=True, slots=True)
class TrackedMask:
    """One frame's mask, packed small, with how sure the tracker is (0 to 1)."""

    pts: int
    height_px: int
    width_px: int
    packed: bytes
    confidence: float = 1.0

    @classmethod
    def pack(cls, pts: int, mask: Mask, confidence: float = 1.0) -> "TrackedMask":
        if mask.ndim != 2 or mask.dtype != np.bool_:
            raise ValueError(f"mask must be bool (H, W), got {mask.dtype} {mask.shape}")
        packed = zlib.compress(np.packbits(mask).tobytes(), 1)
        height_px, width_px = mask.shape
        return cls(pts, height_px, width_px, packed, float(min(1.0, max(0.0, confidence))))

    def unpack(self) -> Mask:
        """Return the mask as bool (H, W); a new array each time."""
        bits = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        flat = np.unpackbits(bits, count=self.height_px * self.width_px)
        return flat.astype(np.bool_).reshape(self.height_px, self.width_px)


@dataclass(frozen=True, slots=True, eq=False)
class MaskTrack:
    """One object's mask over time: rising pts, one `TrackedMask` each. Frames may be missing."""

    time_base: Fraction
    origin_s: Fraction
    masks: tuple[TrackedMask, ...]

    def __post_init__(self) -> None:
        pts = [mask.pts for mask in self.masks]
        if any(later <= earlier for earlier, later in itertools.pairwise(pts)):
            raise ValueError("the masks of a track must have rising pts")

    def __len__(self) -> int:
        return len(self.masks)

    def __iter__(self) -> Iterator[TrackedMask]:
        return iter(self.masks)

    def time_s(self, mask: TrackedMask) -> float:
        return pts_to_seconds(mask.pts, self.time_base, self.origin_s)

    def at(self, pts: int) -> TrackedMask | None:
        """Return the mask of exactly the frame `pts`, or None if that frame is not tracked yet."""
        place = bisect.bisect_left(self.masks, pts, key=lambda mask: mask.pts)
        if place < len(self.masks) and self.masks[place].pts == pts:
            return self.masks[place]
        return None

    def with_masks(self, newer: Iterable[TrackedMask]) -> "MaskTrack":
        """Return a track in which `newer` masks replace or join the old ones."""
        merged = {mask.pts: mask for mask in self.masks}
        merged.update({mask.pts: mask for mask in newer})
        masks = tuple(merged[pts] for pts in sorted(merged))
        return MaskTrack(self.time_base, self.origin_s, masks)
