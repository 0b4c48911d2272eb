"""The video that shows what sounds: every frame, each source in its colour, names beside them."""

import numpy as np
import pytest

from core.domain.export import OverlayStyle
from core.domain.stem_colours import stem_colour_rgb
from core.files.sounding_video import (
    SoundingLook,
    draw_sounding,
    write_sounding_matte,
    write_sounding_overlay,
)
from core.progress import CancelToken, ignore
from tests.core.files.clips import read_frames
from tests.helpers.pictures import ArrayPictures, background
from tests.helpers.soundings import rectangle, sounding_frame, sounding_track

LEFT, RIGHT = rectangle(8, 20, 4, 20), rectangle(8, 20, 28, 44)
PIXELS = background(480, 270)
INSIDE_LEFT, INSIDE_RIGHT, OUTSIDE = (170, 120), (170, 360), (250, 240)


def _two():
    return sounding_frame(0, 0.0, {"church_bell": LEFT, "dog": RIGHT})


def test_each_source_is_tinted_in_its_own_colour():
    shown = draw_sounding(PIXELS, _two(), OverlayStyle.COLOUR).astype(int)

    for number, place in enumerate((INSIDE_LEFT, INSIDE_RIGHT)):
        was, colour = PIXELS[place].astype(int), np.array(stem_colour_rgb(number))
        assert np.abs(shown[place] - (0.55 * was + 0.45 * colour)).max() <= 1
    assert (shown[OUTSIDE] == PIXELS[OUTSIDE]).all()


def test_dimming_keeps_all_that_sounds_and_darkens_the_rest():
    shown = draw_sounding(PIXELS, _two(), OverlayStyle.DIM)

    for place in (INSIDE_LEFT, INSIDE_RIGHT):
        assert (shown[place] == PIXELS[place]).all()
    assert shown[OUTSIDE].sum() < 0.5 * PIXELS[OUTSIDE].sum()


def test_an_outline_leaves_the_inside_alone():
    shown = draw_sounding(PIXELS, _two(), OverlayStyle.OUTLINE)

    assert (shown[INSIDE_LEFT] == PIXELS[INSIDE_LEFT]).all()
    assert (shown != PIXELS).any()


def test_names_stay_inside_the_picture_whatever_touches_its_edge():
    top_left, right = rectangle(0, 5, 0, 3), rectangle(0, 27, 46, 48)
    frame = sounding_frame(0, 0.0, {"a_very_long_name_of_a_thing": top_left, "dog": right})

    shown = draw_sounding(PIXELS, frame, OverlayStyle.OUTLINE)

    # Whole words stand there: bright ink within a few pixels of neither edge is cut.
    assert shown.shape == PIXELS.shape
    assert (shown[:40, :200].max(2) > 200).any()


def test_it_says_where_something_is_heard_off_screen():
    quiet = draw_sounding(PIXELS, sounding_frame(0, 0.0, {}, is_heard=False), OverlayStyle.COLOUR)
    off = draw_sounding(PIXELS, sounding_frame(0, 0.0, {}), OverlayStyle.COLOUR)

    assert (quiet == PIXELS).all()
    assert (off[:40] != PIXELS[:40]).any()
    assert (off[60:] == PIXELS[60:]).all()


@pytest.fixture
def picture():
    return ArrayPictures([background(96, 64)] * 6)


def test_every_frame_is_written_and_the_callers_pixels_are_left_alone(picture, tmp_path):
    track = sounding_track(sounding_frame(0, 0.0, {"bell": LEFT}))
    before = picture.frame_at(int(picture.pts_table[0])).pixels.copy()
    path = tmp_path / "overlay.mp4"

    write_sounding_overlay(
        picture, SoundingLook(track), None, path, report=ignore, cancel=CancelToken()
    )

    assert len(read_frames(path)) == 6
    assert (picture.frame_at(int(picture.pts_table[0])).pixels == before).all()


def test_the_matte_is_white_where_anything_sounds(picture, tmp_path):
    track = sounding_track(sounding_frame(0, 0.0, {"bell": LEFT, "dog": RIGHT}))
    path = tmp_path / "matte.mp4"

    write_sounding_matte(picture, track, path, report=ignore, cancel=CancelToken())

    white = read_frames(path)[0][1][..., 0] > 128
    frame = track.frames[0]
    both = frame.mask(frame.sources[0], 64, 96) | frame.mask(frame.sources[1], 64, 96)
    assert (white != both).mean() < 0.01
