"""How the classic tracker behaves at occlusions and cuts, and between two anchors."""

import numpy as np

from core.domain.pictures import Pixels
from core.domain.prompts import Click
from core.progress import CancelToken, ignore
from core.segmentation.classic import ClassicSegmenter
from core.segmentation.optical_flow import FlowMeter
from core.segmentation.protocol import Anchor
from core.segmentation.shot_change import cut_likelihood
from core.segmentation.track_gaps import Gap, blend
from core.segmentation.tracker import View
from tests.core.segmentation.scenes import (
    behind_a_pole,
    cut_to_elsewhere,
    frame_of,
    mean_overlap,
    overlap,
    track,
)
from tests.helpers.pictures import ArrayPictures, background, disc_mask, moving_disc

CLASSIC = ClassicSegmenter()


def test_a_clicked_disc_is_followed_to_the_pixel():
    frames, masks = moving_disc(30)
    clicked = CLASSIC.segment(frame_of(frames[0]), [Click(45, 63, 0)], [], cancel=CancelToken())

    found = track(CLASSIC, frames, [(0, clicked)])

    assert mean_overlap(found, masks) > 0.9


def test_confidence_falls_while_hidden_and_recovers_afterwards():
    frames, masks, hidden = behind_a_pole()

    found = track(CLASSIC, frames, [(0, masks[0])])

    confidence = [mask.confidence for mask in found]
    assert min(confidence[:20]) > 0.9
    # Half of it is hidden at frame 23.
    assert 0.3 < confidence[24] < 0.85
    assert max(confidence[number] for number in hidden) < 0.3
    assert min(confidence[-3:]) > 0.7
    assert not any(found[number].unpack().any() for number in hidden)
    assert mean_overlap(found[-5:], masks[-5:]) > 0.9


def test_something_that_passes_in_front_is_not_taken_along():
    frames, masks = moving_disc(50, 240, 120, speed_px=1.0)
    for number, (frame, mask) in enumerate(zip(frames, masks, strict=True)):
        left, right = (max(0, 230 - 6 * number + side) for side in (0, 30))
        frame[:, left:right] = (200, 200, 60)
        frame[::5, left:right] = (150, 150, 30)
        mask[:, left:right] = False

    found = track(CLASSIC, frames, [(0, masks[0])])

    assert mean_overlap(found[-5:], masks[-5:]) > 0.9
    # Nothing of the passer-by, wherever it has gone.
    for tracked, true in zip(found, masks, strict=True):
        assert np.count_nonzero(tracked.unpack() & ~true) < 0.3 * 18**2 * np.pi


def test_after_a_cut_the_tracker_owns_up():
    frames, masks = cut_to_elsewhere()

    found = track(CLASSIC, frames, [(0, masks[0])])

    assert min(mask.confidence for mask in found[:12]) > 0.7
    assert max(mask.confidence for mask in found[12:]) < 0.3
    assert not any(mask.unpack().any() for mask in found[12:])


def test_a_slow_dissolve_is_not_trusted_either():
    frames, masks = cut_to_elsewhere()
    room = frames[-1].astype(float)
    for step in range(10):
        mixed = frames[11] * (1 - step / 9) + room * (step / 9)
        frames[12 + step] = mixed.astype(np.uint8)
    frames += [frames[-1]] * 8

    found = track(CLASSIC, frames, [(0, masks[0])])

    assert max(mask.confidence for mask in found[-8:]) < 0.5


def test_what_comes_back_after_a_cutaway_is_found_again():
    frames, masks = moving_disc(24)
    room = cut_to_elsewhere()[0][-1]
    frames[8:14] = [room] * 6

    found = track(CLASSIC, frames, [(0, masks[0])])

    assert max(mask.confidence for mask in found[8:14]) < 0.3
    assert mean_overlap(found[-4:], masks[-4:]) > 0.9
    assert found[-1].confidence > 0.6


def test_a_second_anchor_mends_what_lies_behind_a_cut():
    frames, masks = moving_disc(24)
    backdrop = background(160, 120, seed=9)[::-1, ::-1] // 2
    for number in range(12, 24):
        shown = backdrop.copy()
        shown[masks[number]] = frames[number][masks[number]]
        frames[number] = shown

    found = track(CLASSIC, frames, [(0, masks[0]), (23, masks[23])])

    assert mean_overlap(found, masks) > 0.9


def test_small_things_in_large_frames_are_followed():
    true, frames = [], []
    for number in range(12):
        pixels = np.repeat(np.repeat(background(160, 90), 6, axis=0), 6, axis=1)
        mask = disc_mask(960, 540, 300 + 9 * number, 300 + 4 * number, 7)
        pixels[mask] = (230, 220, 40)
        frames.append(pixels)
        true.append(mask)

    found = track(CLASSIC, frames, [(0, true[0])])

    assert mean_overlap(found, true) > 0.8


def test_an_empty_anchor_is_followed_by_nothing():
    frames, masks = moving_disc(4)

    found = track(CLASSIC, frames, [(0, np.zeros_like(masks[0]))])

    assert not any(mask.unpack().any() for mask in found)
    assert found[3].confidence == 0.0


def test_a_blend_lies_between_its_two_sides():
    early, late = disc_mask(80, 60, 30, 30, 12), disc_mask(80, 60, 36, 30, 12)

    middle, confidence = blend((early, 0.9), (late, 0.9), 0.5)
    near_early, _ = blend((early, 0.9), (late, 0.9), 0.05)

    assert overlap(middle, disc_mask(80, 60, 33, 30, 12)) > 0.85
    assert overlap(near_early, early) > 0.9
    assert confidence == 0.9


def test_a_blend_believes_the_side_that_is_sure():
    right, lost = disc_mask(80, 60, 30, 30, 12), np.zeros((60, 80), np.bool_)

    mask, confidence = blend((lost, 0.05), (right, 0.9), 0.1)

    np.testing.assert_array_equal(mask, right)
    assert confidence > 0.8


def test_a_long_gap_is_walked_twice_only_around_its_middle():
    gap = Gap(0, 100_000)

    assert 0 < gap.backward_end < 50_000 < gap.forward_end < 100_000
    assert gap.forward_end - gap.backward_end <= 1500


def test_a_frame_between_two_anchors_is_first_guessed_and_then_settled():
    frames, masks = moving_disc(9)
    picture = ArrayPictures(frames)
    anchors = [Anchor(int(picture.pts_table[number]), masks[number]) for number in (0, 8)]

    pts = [
        mask.pts for mask in CLASSIC.track(picture, anchors, report=ignore, cancel=CancelToken())
    ]

    assert pts.count(int(picture.pts_table[0])) == 1
    assert pts.count(int(picture.pts_table[4])) == 2


def _change(old: Pixels, new: Pixels) -> float:
    one, two = View.of(old, 1), View.of(new, 1)
    motion = FlowMeter().between(one.gray, two.gray)
    return cut_likelihood(one.colours, two.colours, two.gray, motion)


def test_a_cut_is_told_from_a_moving_camera():
    frames, _ = cut_to_elsewhere()
    moved = np.roll(frames[0], 6, axis=1)

    assert _change(frames[0], frames[1]) < 0.1
    assert _change(frames[0], moved) < 0.3
    assert _change(frames[11], frames[12]) > 0.7
