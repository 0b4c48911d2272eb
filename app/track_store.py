"""Mask tracks of the clip on the desk, keyed by the region prompt that they belong to.

Undo brings back an earlier region and so its earlier track; nothing is rewritten. While tracking
goes on, new masks are added one by one, at a cost that does not grow with the clip.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import RegionPrompt

LIMIT_BYTES = 512 * 2**20
"""Beyond this the tracks that were not asked for longest are dropped, and made anew if wanted:
every click makes another region, and an hour of masks takes some hundred megabytes."""

_OVERHEAD_BYTES = 160
"""What Python needs for a mask beside its packed bits."""


@dataclass(slots=True)
class _Growing:
    """A track under way: masks by pts, and the frozen track made of them when asked for."""

    time_base: Fraction
    origin_s: Fraction
    masks: dict[int, TrackedMask] = field(default_factory=dict)
    is_whole: bool = False
    frozen: MaskTrack | None = None

    @property
    def size_bytes(self) -> int:
        return sum(len(mask.packed) + _OVERHEAD_BYTES for mask in self.masks.values())

    def track(self) -> MaskTrack:
        if self.frozen is None:
            masks = tuple(self.masks[pts] for pts in sorted(self.masks))
            self.frozen = MaskTrack(self.time_base, self.origin_s, masks)
        return self.frozen


class TrackStore:
    """Lives on the window's thread."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._tracks: OrderedDict[RegionPrompt, _Growing] = OrderedDict()

    def begin(self, region: RegionPrompt, time_base: Fraction, origin_s: Fraction) -> None:
        """Start an empty track; one that exists is kept."""
        self._tracks.setdefault(region, _Growing(time_base, origin_s))

    def add(self, region: RegionPrompt, masks: Iterable[TrackedMask]) -> None:
        """Add masks to a track that was begun; one of the same frame is replaced."""
        growing = self._tracks[region]
        growing.masks.update({mask.pts: mask for mask in masks})
        growing.frozen = None

    def put(self, region: RegionPrompt, track: MaskTrack) -> None:
        """Keep a whole track, in place of what was there."""
        masks = {mask.pts: mask for mask in track}
        self._tracks[region] = _Growing(track.time_base, track.origin_s, masks, True, track)
        self._tracks.move_to_end(region)
        self._trim()

    def get(self, region: RegionPrompt) -> MaskTrack | None:
        """Return what is known of the region, frozen as it is now."""
        growing = self._tracks.get(region)
        if growing is None:
            return None
        self._tracks.move_to_end(region)
        return growing.track()

    def at(self, region: RegionPrompt, pts: int) -> TrackedMask | None:
        """Return the mask on the frame `pts`, or None if it is not known."""
        growing = self._tracks.get(region)
        return growing.masks.get(pts) if growing is not None else None

    def is_whole(self, region: RegionPrompt) -> bool:
        """Whether tracking has ended for this region."""
        growing = self._tracks.get(region)
        return growing is not None and growing.is_whole

    def snapshot(
        self, regions: Iterable[RegionPrompt], *, with_partial: bool = False
    ) -> Mapping[RegionPrompt, MaskTrack]:
        """Return the finished tracks of these regions; unfinished ones only if asked for.

        A part of a track is good enough to listen to, but must not be kept in a file as the whole.
        """
        known = {region: self._tracks[region] for region in regions if region in self._tracks}
        return {
            region: growing.track()
            for region, growing in known.items()
            if growing.is_whole or (with_partial and growing.masks)
        }

    def forget(self, region: RegionPrompt) -> None:
        self._tracks.pop(region, None)

    def clear(self) -> None:
        """Forget everything: another clip has other pixels under the same clicks."""
        self._tracks.clear()

    def _trim(self) -> None:
        sizes = {region: growing.size_bytes for region, growing in self._tracks.items()}
        total = sum(sizes.values())
        for region in [*self._tracks][:-1]:
            if total <= self._limit_bytes:
                return
            total -= sizes[region]
            del self._tracks[region]
