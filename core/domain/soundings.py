"""Where the sound of a clip comes from, frame by frame: heat over the picture, source by source.

Maps are kept small and packed, a few kilobytes each, so that hours fit in memory. A map covers the
whole upright picture, whatever its size.

Letters in shapes: h, w of a small map; H, W pixels of a frame.
"""

import bisect
import operator
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask

HeatMap = npt.NDArray[np.float32]
"""float32, (h, w), 0 to 1: how likely each place sounds."""

CLAIMED_FROM = 0.5
"""Heat from which a place is said to sound."""

LEAST_CLAIM = 5e-4
"""Of a frame, that a source must claim to be one."""

NO_SOURCE = 255
"""In a map of owners: no source claims anything here."""

_LEVELS = 63
"""Of heat, besides 0: more would only keep noise."""

Owners = npt.NDArray[np.uint8]
"""uint8, (h, w): which of a frame's sources each place belongs to, by place in the list."""


@dataclass(frozen=True, slots=True)
class PackedMap:
    """A small map of bytes, packed."""

    height: int
    width: int
    packed: bytes

    @classmethod
    def of_heat(cls, heat: HeatMap) -> "PackedMap":
        """Pack heat (h, w), 0 to 1, in 64 levels."""
        return cls.of_owners(np.rint(np.clip(heat, 0.0, 1.0) * _LEVELS).astype(np.uint8))

    @classmethod
    def of_owners(cls, owners: Owners) -> "PackedMap":
        """Pack (h, w).

        Raises:
            ValueError: it has another shape.
        """
        if owners.ndim != 2:
            raise ValueError(f"a map must be (h, w), not {owners.shape}")
        return cls(owners.shape[0], owners.shape[1], zlib.compress(owners.tobytes(), 6))

    def heat(self) -> HeatMap:
        """Return float32 (h, w), 0 to 1; a new array each time."""
        return self.owners().astype(np.float32) / np.float32(_LEVELS)

    def owners(self) -> Owners:
        """Return uint8 (h, w)."""
        levels = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return levels.reshape(self.height, self.width)


@dataclass(frozen=True, slots=True)
class SeenSource:
    """One of the things that are heard and seen in a frame.

    Attributes:
        number: from 0; the same thing has the same number in all frames of a clip.
        label: what it is taken for; empty where the segmenter has no names.
        score: how sure it is, 0 to 1.
    """

    number: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class SoundingFrame:
    """What sounds at one moment.

    Attributes:
        pts: of the frame that was looked at.
        time_s: media time of that frame.
        heat: of all sources together.
        owners: which source each place belongs to, were it to sound.
        sources: the surest first; empty where nothing that is seen sounds.
        is_heard: whether there is any sound around this moment.
        begins_shot: whether the picture before it was another one.
    """

    pts: int
    time_s: float
    heat: PackedMap
    owners: PackedMap
    sources: tuple[SeenSource, ...]
    is_heard: bool = True
    begins_shot: bool = False

    @property
    def is_off_screen(self) -> bool:
        """Whether something is heard and nothing that is seen claims it."""
        return self.is_heard and not self.sources

    def mask(self, source: SeenSource, height_px: int, width_px: int) -> Mask:
        """Return the pixels of one of its sources in a frame, bool (H, W)."""
        own = self.owners.owners() == self.sources.index(source)
        heat = np.where(own, self.heat.heat(), np.float32(0))
        return enlarged(heat, height_px, width_px) > CLAIMED_FROM


_pts_of = operator.attrgetter("pts")


@dataclass(frozen=True, slots=True, eq=False)
class SoundingTrack:
    """What sounds in a clip: frames with rising pts, `step_s` apart; some may be missing.

    Attributes:
        time_base: of pts, in seconds.
        origin_s: media time of pts 0.
        step_s: from one frame that is looked at to the next.
        frames: those that are known.
    """

    time_base: Fraction
    origin_s: Fraction
    step_s: float
    frames: tuple[SoundingFrame, ...] = ()

    def __post_init__(self) -> None:
        pts = [frame.pts for frame in self.frames]
        if not all(map(operator.lt, pts, pts[1:])):
            raise ValueError("the frames of a track must have rising pts")

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[SoundingFrame]:
        return iter(self.frames)

    def with_frames(self, newer: Iterable[SoundingFrame]) -> "SoundingTrack":
        """Return a track in which `newer` frames replace or join the old ones.

        News mostly follow each other: the old frames around them are only copied, since a window
        asks for this several times a second, hours into a clip.
        """
        by_pts = {frame.pts: frame for frame in newer}
        if not by_pts:
            return self
        start = bisect.bisect_left(self.frames, min(by_pts), key=_pts_of)
        stop = bisect.bisect_right(self.frames, max(by_pts), key=_pts_of)
        between = {frame.pts: frame for frame in self.frames[start:stop]} | by_pts
        ordered = tuple(between[pts] for pts in sorted(between))
        return replace(self, frames=self.frames[:start] + ordered + self.frames[stop:])

    def at(self, time_s: float) -> SoundingFrame | None:
        """Return what sounds at a moment: blended between two frames where both are of one shot.

        None where no frame within reach has been looked at yet.
        """
        before, after = self.around(time_s)
        if before is None or after is None:
            return before or after
        share = (time_s - before.time_s) / (after.time_s - before.time_s)
        return before if share < 1e-6 else _blended(before, after, share)

    @property
    def reach_s(self) -> float:
        """How far a frame speaks for what lies beside it: what is farther apart doesn't follow."""
        return 1.5 * self.step_s

    def around(self, time_s: float) -> tuple[SoundingFrame | None, SoundingFrame | None]:
        """Return the frames within reach before and after a moment that tell of its shot."""
        place = bisect.bisect_right(self.frames, time_s + 1e-9, key=lambda frame: frame.time_s)
        before = self.frames[place - 1] if place else None
        after = self.frames[place] if place < len(self.frames) else None
        if before is not None and time_s - before.time_s > self.reach_s:
            before = None
        # What begins a shot says nothing of the picture before it.
        if after is not None and (after.begins_shot or after.time_s - time_s > self.reach_s):
            after = None
        return before, after

    @property
    def labels(self) -> dict[int, str]:
        """Return the label of each source by its number, in order of number.

        A source goes without a name in frames in which that isn't sure enough; it is empty here
        only where it never was.
        """
        found: dict[int, str] = {}
        for frame in self.frames:
            for source in frame.sources:
                found[source.number] = found.get(source.number) or source.label
        return dict(sorted(found.items()))


def enlarged(heat: HeatMap, height_px: int, width_px: int) -> HeatMap:
    """Return a small map (h, w) at the size of a frame (H, W), bilinear."""
    import cv2  # here, since the first window shows none of this

    large = cv2.resize(heat, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


def _blended(before: SoundingFrame, after: SoundingFrame, share: float) -> SoundingFrame:
    """Return the frame `share` (0 to 1) of the way; whose places are is as in the nearer one."""
    nearer = before if share < 0.5 else after
    heat = (1 - share) * before.heat.heat() + share * after.heat.heat()
    return replace(
        nearer,
        time_s=before.time_s + share * (after.time_s - before.time_s),
        heat=PackedMap.of_heat(heat),
    )
