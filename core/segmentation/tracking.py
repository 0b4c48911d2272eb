"""Tracks an object through a whole clip from its anchors, the frames nearest to them first.

Every stretch between two anchors is walked from both ends and blended; long stretches are walked
twice only around their middle, so that memory does not grow with the clip.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from core.domain.masks import TrackedMask
from core.domain.pictures import PictureSource
from core.progress import CancelToken, Progress, Report
from core.segmentation.follower import Follower
from core.segmentation.protocol import Anchor
from core.segmentation.track_gaps import Gap
from core.segmentation.track_legs import Leg

_STAGE = "Following the object"


def track_all(
    picture: PictureSource,
    anchors: Sequence[Anchor],
    follower: Follower,
    *,
    report: Report,
    cancel: CancelToken,
) -> Iterator[TrackedMask]:
    """Yield the anchors, then every other frame; a later answer for a frame is the better one.

    Raises:
        ValueError: no anchors, two on one frame, or one on a frame that is not in the clip.
    """
    ordered = sorted(anchors, key=lambda anchor: anchor.pts)
    places = _places(picture, ordered)
    return _walk(picture, ordered, places, follower, report, cancel)


def _places(picture: PictureSource, anchors: Sequence[Anchor]) -> list[int]:
    """Return the frame index of each anchor."""
    table = picture.pts_table
    pts = [anchor.pts for anchor in anchors]
    if not pts or len(set(pts)) < len(pts) or not np.isin(pts, table).all():
        raise ValueError(f"anchors at pts {pts} do not name one or more different frames")
    for anchor in anchors:
        if anchor.mask.shape != (picture.height_px, picture.width_px):
            raise ValueError(f"anchor mask {anchor.mask.shape} does not fit the picture")
    return [int(place) for place in np.searchsorted(table, pts)]


def _walk(
    picture: PictureSource,
    anchors: Sequence[Anchor],
    places: list[int],
    follower: Follower,
    report: Report,
    cancel: CancelToken,
) -> Iterator[TrackedMask]:
    for anchor in anchors:
        yield TrackedMask.pack(anchor.pts, anchor.mask, 1.0)
    size = follower.size_for(picture, [anchor.mask for anchor in anchors])
    gaps = [Gap(a, b) for a, b in itertools.pairwise(places)]
    legs = _legs(follower, anchors, places, gaps, len(picture.pts_table))
    total = sum(leg.n_left for leg, _ in legs)
    done = 0
    while legs:
        for leg, gap in legs:
            for index, mask, confidence in leg.advance(picture, size, cancel):
                if gap is not None:
                    mask, confidence = gap.meet(index, (mask, confidence), leg.is_forward)
                done += 1
                report(Progress(_STAGE, done, total))
                full = size.enlarge(mask, picture)
                yield TrackedMask.pack(int(picture.pts_table[index]), full, confidence)
        legs = [(leg, gap) for leg, gap in legs if not leg.is_done]


def _legs(
    follower: Follower,
    anchors: Sequence[Anchor],
    places: list[int],
    gaps: list[Gap],
    n_frames: int,
) -> list[tuple[Leg, Gap | None]]:
    legs: list[tuple[Leg, Gap | None]] = []
    for number, (anchor, place) in enumerate(zip(anchors, places, strict=True)):
        after = gaps[number] if number < len(gaps) else None
        before = gaps[number - 1] if number > 0 else None
        end = after.forward_end if after is not None else n_frames
        legs.append((Leg(follower, anchor, place + 1, end, 1), after))
        end = before.backward_end if before is not None else -1
        legs.append((Leg(follower, anchor, place - 1, end, -1), before))
    return [(leg, gap) for leg, gap in legs if not leg.is_done]
