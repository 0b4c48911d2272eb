"""The promises of `Segmenter`, asked of every one that is registered.

Those with large weights are built from tiny checkpoints that nobody taught: whatever the weights,
shapes, marks, anchors, order and memory are as promised. What a mask covers is asked only of
segmenters that know what they are doing (`taught`).
"""

import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from core.domain.pictures import Frame
from core.domain.prompts import Box, Click
from core.errors import PromptError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.segmentation import registry
from core.segmentation.protocol import Anchor, Segmenter
from core.store.places import models_folder
from tests.core.segmentation.scenes import disc_scene, frame_of, overlap, track, two_discs
from tests.helpers.finders import install_edgetam, install_sam2
from tests.helpers.pictures import ArrayPictures, moving_disc

NAMES = [info.name for info in registry.segmenters()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Segmenter]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLOIST_HOME", str(tmp_path_factory.mktemp("installed")))
        install_sam2(models_folder())
        install_edgetam(models_folder())
        yield {name: registry.build(name, "cpu") for name in NAMES}


@pytest.fixture(params=NAMES)
def segmenter(request: pytest.FixtureRequest, built: dict[str, Segmenter]) -> Segmenter:
    return built[request.param]


@pytest.fixture(params=["classic"])
def taught(request: pytest.FixtureRequest, built: dict[str, Segmenter]) -> Segmenter:
    """One whose answers make sense without a download."""
    return built[request.param]


def test_the_registry_builds_what_it_lists(segmenter):
    listed = {info.name: info.title for info in registry.segmenters()}

    assert listed[segmenter.info.name] == segmenter.info.title


@pytest.mark.parametrize(
    ("clicks", "boxes"),
    [([Click(45, 63, 0)], []), ([], [Box(19, 39, 61, 81, 0)])],
    ids=["click", "box"],
)
def test_marks_give_a_mask_of_the_frame_with_something_in_it(segmenter, clicks, boxes):
    pixels, true = disc_scene()

    mask = segmenter.segment(frame_of(pixels), clicks, boxes, cancel=CancelToken())

    assert (mask.dtype, mask.shape) == (np.bool_, true.shape)
    assert mask.any()


def test_a_click_finds_the_thing_under_it(taught):
    pixels, true = disc_scene()

    mask = taught.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert overlap(mask, true) > 0.9


def test_a_box_finds_the_thing_that_fills_it(taught):
    pixels, true = disc_scene()

    mask = taught.segment(frame_of(pixels), [], [Box(19, 39, 61, 81, 0)], cancel=CancelToken())

    assert overlap(mask, true) > 0.9


def test_a_second_click_adds_another_thing(taught):
    pixels, left, right = two_discs()
    clicks = [Click(40, 60, 0), Click(110, 60, 0)]

    mask = taught.segment(frame_of(pixels), clicks, [], cancel=CancelToken())

    assert overlap(mask, left | right) > 0.85


def test_a_negative_click_takes_a_thing_away(taught):
    pixels, left, right = two_discs()
    marks = [Click(110, 60, 0, is_positive=False)]

    mask = taught.segment(frame_of(pixels), marks, [], previous=left | right, cancel=CancelToken())

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
def test_a_click_on_a_blank_picture_gives_something_small(taught, value):
    pixels = np.full((90, 160, 3), value, np.uint8)

    mask = taught.segment(frame_of(pixels), [Click(80, 45, 0)], [], cancel=CancelToken())

    assert mask[45, 80]
    assert 0 < mask.mean() < 0.25


@pytest.mark.parametrize("place", [(0, 0), (159.9, 119.9), (0, 119.5)])
def test_a_click_in_a_corner_is_inside_its_mask(segmenter, place):
    pixels, _ = disc_scene()

    mask = segmenter.segment(frame_of(pixels), [Click(*place, 0)], [], cancel=CancelToken())

    assert mask[int(place[1]), int(place[0])]


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
def test_every_frame_gets_one_mask_of_its_size_whichever_was_clicked(segmenter, anchor):
    frames, masks = moving_disc(16)

    found = track(segmenter, frames, [(anchor, masks[anchor])])

    assert [tracked.unpack().shape for tracked in found] == [mask.shape for mask in masks]
    assert all(0.0 <= tracked.confidence <= 1.0 for tracked in found)
    np.testing.assert_array_equal(found[anchor].unpack(), masks[anchor])


@pytest.mark.parametrize("anchor", [0, 7, 15])
def test_a_moving_thing_is_followed_both_ways(taught, anchor):
    frames, masks = moving_disc(16)

    found = track(taught, frames, [(anchor, masks[anchor])])

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


class _FleetingPictures(ArrayPictures):
    """Makes each frame anew, and counts how many of them are alive at once."""

    def __init__(self, frames):
        super().__init__(frames)
        self._made: list[weakref.ref[np.ndarray]] = []
        self.most_alive = 0

    def frame_at(self, pts):
        kept = super().frame_at(pts)
        fresh = Frame(kept.pixels.copy(), kept.pts, kept.time_s)
        self._made = [made for made in self._made if made() is not None]
        self._made.append(weakref.ref(fresh.pixels))
        self.most_alive = max(self.most_alive, len(self._made))
        return fresh


@pytest.mark.parametrize("anchor", [0, 149])
def test_no_more_than_a_few_frames_are_alive_however_long_the_clip(segmenter, anchor):
    frames, masks = moving_disc(1, 80, 60, radius_px=10)
    picture = _FleetingPictures(frames * 150)
    start = Anchor(int(picture.pts_table[anchor]), masks[0])

    for _ in segmenter.track(picture, [start], report=ignore, cancel=CancelToken()):
        pass

    assert picture.most_alive <= 4


def test_tracking_without_an_anchor_is_the_callers_mistake(segmenter):
    frames, _ = moving_disc(3)

    with pytest.raises(ValueError, match="anchors"):
        list(segmenter.track(ArrayPictures(frames), [], report=ignore, cancel=CancelToken()))
