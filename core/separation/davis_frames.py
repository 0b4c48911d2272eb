"""Which frames of a stretch show an object, and what of them: its box with a little around it.

papers/000 section 4.3, "Localized CLIP Embeddings": the box alone goes to CLIP. Frames are spread
evenly over the stretch; where the object is out of sight there, those nearest in time stand in.

Letters in shapes: H, W pixels.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.pictures import PictureSource, Pixels
from core.errors import PromptError

MARGIN = 0.1
"""Room around the box on each side, as a part of its longer side."""

SURE_FROM = 0.5
"""Confidence of the tracker from which a mask is believed to be on the object."""

Stretch = tuple[float, float]
"""Start and end in media seconds."""


def object_frames(
    track: MaskTrack, stretch_s: Stretch, n_frames: int, check: Callable[[], None]
) -> dict[int, tuple[slice, slice]]:
    """Return up to `n_frames` frames by pts, and in each the rows and columns to look at.

    Args:
        track: masks of the object, as far as it was followed.
        stretch_s: when.
        n_frames: at most.
        check: called for each mask that is looked at; may raise to stop.

    Raises:
        PromptError: the object is to be seen nowhere.
    """
    sure = [mask for mask in track.masks if mask.confidence >= SURE_FROM] or [*track.masks]
    start_s, end_s = stretch_s
    inside = [mask for mask in sure if start_s <= track.time_s(mask) < end_s]
    found = dict(_boxes(spread(inside, n_frames), check))
    if not found:
        middle_s = 0.5 * (start_s + end_s)
        near = sorted(sure, key=lambda mask: abs(track.time_s(mask) - middle_s))
        found = dict(_first(_boxes(near, check), n_frames))
    if not found:
        raise PromptError(
            "the region's mask is empty on every frame",
            advice="Click the thing that sounds, on a frame where it is to be seen.",
        )
    return found


def whole_frames(
    picture: PictureSource, stretch_s: Stretch, n_frames: int
) -> dict[int, tuple[slice, slice]]:
    """Return up to `n_frames` frames by pts, each to be looked at as a whole."""
    start_s, end_s = stretch_s
    middles = start_s + (np.arange(n_frames) + 0.5) / n_frames * (end_s - start_s)
    return {picture.pts_at(float(time_s)): (slice(None), slice(None)) for time_s in middles}


def cut_out(picture: PictureSource, pts: int, place: tuple[slice, slice]) -> Pixels:
    """Return rows and columns of the frame `pts`; `MediaError` where it can't be read."""
    return picture.frame_at(pts).pixels[place]


def box_around(mask: Mask) -> tuple[slice, slice] | None:
    """Return rows and columns of the object with a margin, None for no object.

    As square as the frame allows: what is not square is stretched before CLIP sees it.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    longer_px = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    side_px = round(longer_px * (1 + 2 * MARGIN))
    return _widened(rows, side_px, mask.shape[0]), _widened(columns, side_px, mask.shape[1])


def spread(masks: list[TrackedMask], n: int) -> list[TrackedMask]:
    """Return up to `n` of them, evenly from the first to the last."""
    if len(masks) <= n:
        return masks
    return [masks[(2 * place + 1) * len(masks) // (2 * n)] for place in range(n)]


def _boxes(
    masks: Iterable[TrackedMask], check: Callable[[], None]
) -> Iterator[tuple[int, tuple[slice, slice]]]:
    for mask in masks:
        check()
        place = box_around(mask.unpack())
        if place is not None:
            yield mask.pts, place


def _first(
    boxes: Iterator[tuple[int, tuple[slice, slice]]], n: int
) -> Iterator[tuple[int, tuple[slice, slice]]]:
    for _, box in zip(range(n), boxes, strict=False):
        yield box


def _widened(covered: npt.NDArray[np.intp], side_px: int, limit_px: int) -> slice:
    """Return `side_px` around what is covered, moved and cut to lie within 0 to `limit_px`."""
    first, last = int(covered[0]), int(covered[-1]) + 1
    side_px = min(side_px, limit_px)
    start = min(max(0, (first + last - side_px) // 2), limit_px - side_px)
    return slice(start, start + side_px)
