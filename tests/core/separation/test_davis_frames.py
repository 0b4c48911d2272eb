from fractions import Fraction

import numpy as np
import pytest

from core.domain.masks import MaskTrack, TrackedMask
from core.errors import PromptError
from core.separation.davis_frames import box_around, object_frames, whole_frames
from tests.helpers.pictures import ArrayPictures, disc_mask

WIDTH_PX, HEIGHT_PX = 160, 90


def rectangle(left, top, right, bottom):
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def track(masks, confidence=1.0):
    """Masks a second apart, None for frames without one."""
    kept = [
        TrackedMask.pack(second, mask, confidence)
        for second, mask in enumerate(masks)
        if mask is not None
    ]
    return MaskTrack(Fraction(1), Fraction(0), tuple(kept))


def nobody():
    pass


@pytest.mark.parametrize(
    ("covered", "wanted"),
    [
        ((60, 30, 80, 50), (58, 28, 82, 52)),  # a tenth on each side
        ((0, 0, 20, 20), (0, 0, 24, 24)),  # moved where the frame ends
        ((140, 70, 160, 90), (136, 66, 160, 90)),
        ((60, 40, 100, 50), (56, 21, 104, 69)),  # as square as the frame allows
        ((10, 40, 150, 50), (0, 0, 160, 90)),
    ],
)
def test_a_box_with_a_margin_is_looked_at(covered, wanted):
    rows, columns = box_around(rectangle(*covered))

    assert (columns.start, rows.start, columns.stop, rows.stop) == wanted


def test_no_object_has_no_box():
    assert box_around(rectangle(0, 0, 0, 0)) is None


def test_frames_are_spread_over_the_stretch():
    masks = track([disc_mask(WIDTH_PX, HEIGHT_PX, 20 + k, 40, 9) for k in range(60)])

    frames = object_frames(masks, (10.0, 40.0), 3, nobody)

    assert list(frames) == [15, 25, 35]


def test_frames_without_the_object_are_left_out():
    empty = rectangle(0, 0, 0, 0)
    masks = track([empty, rectangle(5, 5, 20, 20), empty])

    assert list(object_frames(masks, (0.0, 3.0), 11, nobody)) == [1]


def test_an_object_out_of_sight_is_looked_at_where_it_was_seen_nearest():
    seen = rectangle(5, 5, 20, 20)
    masks = track([seen, seen, *[None] * 20, seen, seen])

    assert set(object_frames(masks, (18.0, 20.0), 2, nobody)) == {22, 23}


def test_masks_the_tracker_doubts_count_only_where_there_are_no_others():
    seen = rectangle(5, 5, 20, 20)
    doubted = track([seen, seen], confidence=0.2)
    mixed = doubted.with_masks([TrackedMask.pack(1, seen, 0.9)])

    assert list(object_frames(doubted, (0.0, 2.0), 11, nobody)) == [0, 1]
    assert list(object_frames(mixed, (0.0, 2.0), 11, nobody)) == [1]


def test_an_object_that_is_nowhere_is_refused_with_advice():
    with pytest.raises(PromptError) as caught:
        object_frames(track([rectangle(0, 0, 0, 0)] * 3), (0.0, 3.0), 11, nobody)

    assert "Click" in caught.value.advice


def test_whole_frames_are_spread_too_and_none_is_taken_twice():
    picture = ArrayPictures([np.zeros((9, 16, 3), np.uint8)] * 4, rate_hz=1)

    assert len(whole_frames(picture, (0.0, 4.0), 11)) == 4
    assert list(whole_frames(picture, (0.0, 4.0), 2)) == [90_000, 270_000]
