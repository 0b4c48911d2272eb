"""Which frames show the object of a region best, and what is in them.

An object stays what it is: a handful of frames of the whole clip is looked at, however long it is,
so that a preview and the whole agree. Those a person marked come first.

Letters in shapes: H, W pixels.
"""

from collections.abc import Callable, Iterable

from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.pictures import PictureSource, Pixels
from core.domain.prompts import RegionPrompt

N_FRAMES = 6
SURE_FROM = 0.5
"""Confidence of the tracker from which a mask is believed to be on the object."""

Shown = list[tuple[Pixels, Mask]]


def frames_of(
    picture: PictureSource, region: RegionPrompt, track: MaskTrack, check: Callable[[], None]
) -> Shown:
    """Return up to `N_FRAMES` frames (H, W, 3) with the object's mask (H, W), which isn't empty.

    Args:
        picture: read on this thread.
        region: what was marked.
        track: its masks, as far as it was followed.
        check: called before each frame; may raise to stop.

    Raises:
        MediaError: a frame can't be read.
    """
    shown: Shown = []
    for tracked in sorted(_chosen(region, track), key=lambda one: one.pts):
        check()
        pixels = picture.frame_at(tracked.pts).pixels
        mask = tracked.unpack()
        if mask.shape == pixels.shape[:2]:
            shown.append((pixels, mask))
    return shown


def _chosen(region: RegionPrompt, track: MaskTrack) -> list[TrackedMask]:
    marked = [mask for pts in region.anchor_pts if (mask := track.at(pts)) is not None]
    chosen = _with_something(marked)[:N_FRAMES]
    sure = [mask for mask in track.masks if mask.confidence >= SURE_FROM and mask not in chosen]
    for mask in _spread(sure, N_FRAMES - len(chosen)):
        chosen += _with_something([mask])
    return chosen


def _with_something(masks: Iterable[TrackedMask]) -> list[TrackedMask]:
    return [mask for mask in masks if mask.unpack().any()]


def _spread(masks: list[TrackedMask], n: int) -> list[TrackedMask]:
    """Return up to `n` of them, evenly from the first to the last."""
    if len(masks) <= n:
        return masks
    return [masks[(2 * place + 1) * len(masks) // (2 * n)] for place in range(n)]
