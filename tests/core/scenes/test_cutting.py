"""What a picture shows is cut out where that is sure, and left out where it isn't."""

import numpy as np

from core.scenes.cutting import cut_out
from core.scenes.plain_ground import outline_of
from core.segmentation.mask_shapes import overlap
from tests.helpers.cutouts import drawing
from tests.helpers.pictures import background, disc_mask


def test_a_drawing_is_cut_along_its_outline():
    pixels, true = drawing((200, 30, 30))

    found = cut_out(pixels, is_drawing=True)

    assert found is not None
    assert overlap(found, true) > 0.9


def test_a_drawing_on_no_gradient_is_left_out():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)

    assert cut_out(noise, is_drawing=True) is None


def test_a_thing_before_a_textured_ground_is_cut_by_several_beginnings():
    pixels = background(160, 120)
    # A plain outline must not be what finds it.
    pixels[::2] = np.clip(pixels[::2].astype(int) + 28, 0, 255).astype(np.uint8)
    true = disc_mask(160, 120, 84, 60, 34)
    pixels[true] = (210, 40, 30)
    assert outline_of(pixels) is None

    found = cut_out(pixels, is_drawing=False)

    assert found is not None
    assert overlap(found, true) > 0.85


def test_a_photograph_of_nothing_in_particular_is_left_out():
    pixels = background(160, 120)
    pixels[::2] = np.clip(pixels[::2].astype(int) + 28, 0, 255).astype(np.uint8)

    assert cut_out(pixels, is_drawing=False) is None


def test_a_photograph_framed_by_a_white_page_is_no_thing():
    page = np.full((120, 160, 3), 255, np.uint8)
    page[14:106, 16:144] = background(128, 92)
    page[15:105:2, 16:144] = 60

    found = cut_out(page, is_drawing=False)

    assert found is None or not found[20:100, 24:136].all()
