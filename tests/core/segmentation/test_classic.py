"""What the weight-free segmenter can do with clicks, on scenes whose answer is known."""

import cv2
import numpy as np
import pytest

from core.domain.prompts import Box, Click
from core.progress import CancelToken
from core.segmentation.classic import ClassicSegmenter
from tests.core.segmentation.scenes import disc_scene, frame_of, overlap, two_discs
from tests.helpers.pictures import background, disc_mask


def _mask(pixels, clicks, boxes=(), previous=None):
    return ClassicSegmenter().segment(
        frame_of(pixels), clicks, boxes, previous=previous, cancel=CancelToken()
    )


@pytest.mark.parametrize("scale", [1, 4, 12])
def test_size_of_the_frame_does_not_matter(scale):
    pixels, _ = disc_scene()
    large = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    true = disc_mask(160 * scale, 120 * scale, 40.5 * scale, 60.5 * scale, 18 * scale)

    mask = _mask(large, [Click(40.5 * scale, 60.5 * scale, 0)])

    assert overlap(mask, true) > 0.9


def test_small_things_in_large_frames_are_found():
    pixels = np.repeat(np.repeat(background(160, 90), 6, axis=0), 6, axis=1)
    true = disc_mask(960, 540, 700, 300, 14)
    pixels[true] = (230, 220, 40)

    mask = _mask(pixels, [Click(698, 303, 0)])

    assert overlap(mask, true) > 0.8


def test_bars_in_front_do_not_cut_a_thing_apart():
    pixels, true = disc_scene()
    pixels = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    true = cv2.resize(true.astype(np.uint8), None, fx=4, fy=4) > 0
    for start in range(8, 640, 30):
        pixels[:, start : start + 6] = 200
        pixels[start : start + 6] = 200

    mask = _mask(pixels, [Click(136, 236, 0)])

    assert overlap(mask, true) > 0.85


def test_a_mask_has_no_holes_and_is_one_piece_with_the_click():
    pixels, true = disc_scene()
    pixels[54:66, 34:46] = (60, 90, 70)  # a spot in the colours of the backdrop

    mask = _mask(pixels, [Click(50, 66, 0)])

    n_pieces, _ = cv2.connectedComponents(mask.astype(np.uint8))
    assert n_pieces == 2  # the backdrop and the disc
    assert mask[60, 40]
    assert overlap(mask, true) > 0.9


def test_nothing_of_a_boxed_thing_lies_outside_the_box():
    pixels, true = disc_scene()
    boxed = np.zeros_like(true)
    boxed[40:66, 20:48] = True  # cuts the disc

    mask = _mask(pixels, [], [Box(20, 40, 48, 66, 0)])

    assert not (mask & ~boxed).any()
    assert overlap(mask, true & boxed) > 0.7


def test_a_box_around_nothing_in_particular_still_gives_a_mask():
    pixels = np.full((90, 160, 3), 90, np.uint8)

    mask = _mask(pixels, [], [Box(20, 20, 80, 70, 0)])

    assert 0.1 < mask[20:70, 20:80].mean() <= 1.0
    assert mask.sum() == mask[20:70, 20:80].sum()


@pytest.mark.parametrize("box", [(0, 0, 160, 120), (0, 0, 2, 2), (158, 118, 160, 120)])
def test_extreme_boxes_give_a_mask_within_them(box):
    pixels, _ = disc_scene()

    mask = _mask(pixels, [], [Box(*box, 0)])

    assert mask.any()
    outside = mask.copy()
    outside[box[1] : box[3], box[0] : box[2]] = False
    assert not outside.any()


def test_a_negative_click_near_a_positive_one_cuts_between_them():
    pixels, left, _ = two_discs()
    pixels[57:64, 40:110] = pixels[60, 40]  # a bridge of the same red joins the two

    mask = _mask(pixels, [Click(40, 60, 0), Click(112, 66, 0, is_positive=False)])

    assert overlap(mask & left, left) > 0.8
    assert not mask[66, 112]


def test_a_mask_of_another_size_is_the_callers_mistake():
    pixels, _ = disc_scene()

    with pytest.raises(ValueError, match="mask"):
        _mask(pixels, [Click(40, 60, 0)], previous=np.zeros((10, 10), np.bool_))
