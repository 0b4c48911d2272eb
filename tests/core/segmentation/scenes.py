"""Scenes in which an object moves, is hidden, leaves the shot; and a way to track them."""

from collections.abc import Sequence

import numpy as np

from core.domain.masks import Mask, TrackedMask
from core.domain.pictures import Frame, Pixels
from core.progress import CancelToken, ignore
from core.segmentation.protocol import Anchor, Segmenter
from tests.helpers.pictures import ArrayPictures, background, moving_disc


def overlap(one: Mask, other: Mask) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


def frame_of(pixels: Pixels) -> Frame:
    return Frame(pixels, 0, 0.0)


def disc_scene() -> tuple[Pixels, Mask]:
    """One frame with a red disc of radius 18 around (40, 60), and its mask."""
    frames, masks = moving_disc(1)
    return frames[0], masks[0]


def two_discs() -> tuple[Pixels, Mask, Mask]:
    """A frame with a red disc around (40, 60) and an equal one around (110, 60)."""
    frames, masks = moving_disc(36)
    left, right = frames[0].copy(), masks[35]
    left[right] = frames[35][right]
    return left, masks[0], right


def behind_a_pole() -> tuple[list[Pixels], list[Mask], range]:
    """A disc that passes behind a green pole, and the frames on which nothing of it shows."""
    frames, masks = moving_disc(60, 240, 120)
    hidden = range(33, 36)
    for frame, mask in zip(frames, masks, strict=True):
        frame[:, 85:130] = (40, 120, 60)
        frame[::7, 85:130] = (20, 80, 30)
        mask[:, 85:130] = False
    return frames, masks, hidden


def cut_to_elsewhere() -> tuple[list[Pixels], list[Mask]]:
    """Twelve frames with a disc, then twelve of a still room without it."""
    frames, masks = moving_disc(12)
    room = background(160, 120, seed=3)
    room[20:60, 20:70] = (180, 160, 60)
    room[70:110, 60:150] = (60, 50, 140)
    return frames + [room] * 12, masks + [np.zeros_like(masks[0])] * 12


def track(
    segmenter: Segmenter, frames: list[Pixels], anchors: Sequence[tuple[int, Mask]]
) -> list[TrackedMask]:
    """Return the track, one mask per frame, from anchors given by frame number."""
    picture = ArrayPictures(frames)
    placed = [Anchor(int(picture.pts_table[number]), mask) for number, mask in anchors]
    found = {
        mask.pts: mask
        for mask in segmenter.track(picture, placed, report=ignore, cancel=CancelToken())
    }
    return [found[int(pts)] for pts in picture.pts_table]


def mean_overlap(found: Sequence[TrackedMask], true: Sequence[Mask]) -> float:
    pairs = zip(found, true, strict=True)
    return float(np.mean([overlap(mask.unpack(), truth) for mask, truth in pairs]))
