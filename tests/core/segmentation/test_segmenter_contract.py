"""The promises of `Segmenter`, asked of every one that is registered."""

import numpy as np
import pytest

from core.domain.prompts import Box, Click
from core.errors import PromptError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.segmentation import registry
from core.segmentation.protocol import Anchor, Segmenter
from tests.core.segmentation.scenes import disc_scene, frame_of, overlap, track, two_discs
from tests.helpers.pictures import ArrayPictures, moving_disc


@pytest.fixture(params=[info.name for info in registry.segmenters()])
def segmenter(request: pytest.FixtureRequest) -> Segmenter:
    return registry.build(request.param)


def test_the_registry_builds_what_it_lists(segmenter):
    assert segmenter.info in registry.segmenters()


def test_a_click_finds_the_thing_under_it(segmenter):
    pixels, true = disc_scene()

    mask = segmenter.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert mask.dtype == np.bool_
    assert mask.shape == true.shape
    assert overlap(mask, true) > 0.9


def test_a_box_finds_the_thing_that_fills_it(segmenter):
    pixels, true = disc_scene()

    mask = segmenter.segment(frame_of(pixels), [], [Box(19, 39, 61, 81, 0)], cancel=CancelToken())

    assert overlap(mask, true) > 0.9


def test_a_second_click_adds_another_thing(segmenter):
    pixels, left, right = two_discs()
    clicks = [Click(40, 60, 0), Click(110, 60, 0)]

    mask = segmenter.segment(frame_of(pixels), clicks, [], cancel=CancelToken())

    assert overlap(mask, left | right) > 0.85


def test_a_negative_click_takes_a_thing_away(segmenter):
    pixels, left, right = two_discs()
    marks = [Click(110, 60, 0, is_positive=False)]

    mask = segmenter.segment(
        frame_of(pixels), marks, [], previous=left | right, cancel=CancelToken()
    )

    assert overlap(mask, left) > 0.85


def test_what_was_believed_and_is_confirmed_stays_as_it_was(segmenter):
    pixels, left, right = two_discs()
    believed = left | right
    believed[10:20, 30:55] = True  # the person has seen it, and does not mind

    mask = segmenter.segment(
        frame_of(pixels), [Click(40, 60, 0)], [], previous=believed, cancel=CancelToken()
    )

    np.testing.assert_array_equal(mask, believed)
    assert mask is not believed


def test_the_same_question_has_the_same_answer(segmenter):
    # Noise, where every chance decision would show.
    pixels = np.random.default_rng(1).integers(0, 255, (90, 160, 3), np.uint8)
    ask = [frame_of(pixels), [Click(50, 66, 0)], []]

    first = segmenter.segment(*ask, cancel=CancelToken())
    second = segmenter.segment(*ask, cancel=CancelToken())

    np.testing.assert_array_equal(first, second)


def test_every_click_is_honoured_to_the_pixel(segmenter):
    pixels, _ = disc_scene()
    on = [Click(40, 60, 0), Click(150, 10, 0)]
    off = [Click(44, 60, 0, is_positive=False), Click(140, 110, 0, is_positive=False)]

    mask = segmenter.segment(frame_of(pixels), [*on, *off], [], cancel=CancelToken())

    assert all(mask[int(click.y_px), int(click.x_px)] for click in on)
    assert not any(mask[int(click.y_px), int(click.x_px)] for click in off)


@pytest.mark.parametrize("value", [0, 127, 255])
def test_a_click_on_a_blank_picture_gives_something_small(segmenter, value):
    pixels = np.full((90, 160, 3), value, np.uint8)

    mask = segmenter.segment(frame_of(pixels), [Click(80, 45, 0)], [], cancel=CancelToken())

    assert mask[45, 80]
    assert 0 < mask.mean() < 0.25


@pytest.mark.parametrize("place", [(0, 0), (159.9, 119.9), (0, 119.5)])
def test_a_click_in_a_corner_is_inside_its_mask(segmenter, place):
    pixels, _ = disc_scene()

    mask = segmenter.segment(frame_of(pixels), [Click(*place, 0)], [], cancel=CancelToken())

    assert mask[int(place[1]), int(place[0])]
    assert not mask.all()


def test_a_tiny_picture_can_be_clicked(segmenter):
    pixels = np.random.default_rng(0).integers(0, 255, (3, 5, 3), np.uint8)

    mask = segmenter.segment(frame_of(pixels), [Click(2, 1, 0)], [], cancel=CancelToken())

    assert mask[1, 2]


def test_a_click_outside_the_picture_is_refused_with_advice(segmenter):
    pixels, _ = disc_scene()

    with pytest.raises(PromptError, match="outside") as refused:
        segmenter.segment(frame_of(pixels), [Click(160, 60, 0)], [], cancel=CancelToken())

    assert "inside the picture" in refused.value.advice


def test_a_box_that_leaves_the_picture_is_refused_with_advice(segmenter):
    pixels, _ = disc_scene()

    with pytest.raises(PromptError) as refused:
        segmenter.segment(frame_of(pixels), [], [Box(0, 0, 161, 50, 0)], cancel=CancelToken())

    assert refused.value.advice


def test_only_negative_clicks_are_refused_with_advice(segmenter):
    pixels, _ = disc_scene()
    clicks = [Click(40, 60, 0, is_positive=False)]

    with pytest.raises(PromptError) as refused:
        segmenter.segment(frame_of(pixels), clicks, [], cancel=CancelToken())

    assert "Click the thing" in refused.value.advice


def test_the_callers_arrays_are_left_alone(segmenter):
    pixels, left, right = two_discs()
    believed = left | right
    pixels_before, believed_before = pixels.copy(), believed.copy()

    segmenter.segment(
        frame_of(pixels),
        [Click(110, 60, 0, is_positive=False)],
        [],
        previous=believed,
        cancel=CancelToken(),
    )

    np.testing.assert_array_equal(pixels, pixels_before)
    np.testing.assert_array_equal(believed, believed_before)


def test_a_cancelled_click_gives_no_mask(segmenter):
    pixels, _ = disc_scene()
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        segmenter.segment(frame_of(pixels), [Click(40, 60, 0)], [], cancel=cancel)


@pytest.mark.parametrize("anchor", [0, 7, 15])
def test_every_frame_is_tracked_whichever_was_clicked(segmenter, anchor):
    frames, masks = moving_disc(16)

    found = track(segmenter, frames, [(anchor, masks[anchor])])

    for tracked, true in zip(found, masks, strict=True):
        assert overlap(tracked.unpack(), true) > 0.9
        assert tracked.confidence > 0.7


def test_an_anchor_is_never_contradicted(segmenter):
    frames, masks = moving_disc(10)
    wrong = np.zeros_like(masks[0])
    wrong[5:15, 5:15] = True  # the person's word, whatever the picture says

    found = track(segmenter, frames, [(0, masks[0]), (5, wrong), (9, masks[9])])

    np.testing.assert_array_equal(found[5].unpack(), wrong)
    assert found[5].confidence == 1.0


def test_the_frames_nearest_to_the_anchor_come_first(segmenter):
    frames, masks = moving_disc(40)
    picture = ArrayPictures(frames)
    anchor = Anchor(int(picture.pts_table[20]), masks[20])

    found = [
        int(np.searchsorted(picture.pts_table, mask.pts))
        for mask in segmenter.track(picture, [anchor], report=ignore, cancel=CancelToken())
    ]

    assert found[0] == 20
    # Both sides grow: after half of the frames neither end is reached.
    half = found[:20]
    assert min(half) > 0
    assert max(half) < 39
    assert min(half) < 20 < max(half)


def test_tracking_tells_how_far_it_is(segmenter):
    frames, masks = moving_disc(12)
    picture = ArrayPictures(frames)
    told: list[Progress] = []

    for _ in segmenter.track(
        picture, [Anchor(0, masks[0])], report=told.append, cancel=CancelToken()
    ):
        pass

    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) > 4


def test_tracking_stops_at_the_next_frame_once_cancelled(segmenter):
    frames, masks = moving_disc(30)
    cancel = CancelToken()
    tracking = segmenter.track(
        ArrayPictures(frames), [Anchor(0, masks[0])], report=ignore, cancel=cancel
    )
    next(tracking)
    next(tracking)

    cancel.cancel()

    with pytest.raises(Cancelled):
        next(tracking)


class _CountingPictures(ArrayPictures):
    """Remembers how many frames one reading spanned."""

    longest = 0

    def frames(self, first_pts, last_pts):
        inside = (self.pts_table >= first_pts) & (self.pts_table <= last_pts)
        self.longest = max(self.longest, int(np.count_nonzero(inside)))
        return super().frames(first_pts, last_pts)


def test_long_clips_are_read_in_pieces_of_bounded_length(segmenter):
    frames, masks = moving_disc(1, 80, 60, radius_px=10)
    picture = _CountingPictures([frames[0]] * 200)

    tracking = segmenter.track(
        picture,
        [Anchor(int(picture.pts_table[199]), masks[0])],
        report=ignore,
        cancel=CancelToken(),
    )

    assert sum(1 for _ in tracking) == 200
    assert picture.longest <= 64


def test_tracking_without_an_anchor_is_the_callers_mistake(segmenter):
    frames, _ = moving_disc(3)

    with pytest.raises(ValueError, match="anchors"):
        list(segmenter.track(ArrayPictures(frames), [], report=ignore, cancel=CancelToken()))
