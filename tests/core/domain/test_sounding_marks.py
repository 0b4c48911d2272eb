"""Something that sounds becomes a click and a box, as if a person had made them."""

from dataclasses import replace

import numpy as np
import pytest

from core.domain.prompts import RegionPrompt
from core.domain.sounding_marks import region_of
from core.domain.soundings import PackedMap
from tests.helpers.sounding_moments import GUITAR, LEFT, RIGHT, VIOLIN, moment

SIZE_PX = (640, 360)
CELL_PX = 4


def _marks(region: RegionPrompt | None):
    assert region is not None
    (click,), (box,) = region.clicks, region.boxes
    return click, box


def test_the_click_is_in_the_middle_and_the_box_around_it():
    click, box = _marks(region_of(moment(LEFT, RIGHT), GUITAR, 77, SIZE_PX))

    assert (click.pts, box.pts, click.is_positive) == (77, 77, True)
    assert (click.x_px, click.y_px) == pytest.approx((480, 180), abs=2 * CELL_PX)
    edges = box.x0_px, box.y0_px, box.x1_px, box.y1_px
    assert edges == pytest.approx((424, 124, 536, 236), abs=2 * CELL_PX)


def test_of_two_pieces_the_one_that_was_pointed_at_is_meant():
    two = moment((VIOLIN, 0.2, 0.5, 14), (VIOLIN, 0.8, 0.5, 8))

    click, box = _marks(region_of(two, VIOLIN, 0, SIZE_PX, (512.0, 180.0)))
    assert click.x_px == pytest.approx(512, abs=2 * CELL_PX)
    assert box.x0_px > 400

    click, _ = _marks(region_of(two, VIOLIN, 0, SIZE_PX))
    assert click.x_px == pytest.approx(128, abs=2 * CELL_PX)  # the thicker one


def test_a_thing_at_the_edge_gets_marks_inside_the_picture():
    click, box = _marks(region_of(moment((VIOLIN, 0.0, 1.0, 14)), VIOLIN, 0, SIZE_PX))

    assert 4 < click.x_px < 60
    assert 300 < click.y_px < 356
    assert (box.x0_px, box.y1_px) == (0, 360)


def test_a_source_that_is_nowhere_gives_no_marks():
    frame = moment((VIOLIN, 0.5, 0.5, -2))

    assert region_of(frame, VIOLIN, 0, SIZE_PX) is None


def test_a_thing_that_winds_is_one_piece():
    frame = moment((VIOLIN, 0.5, 0.5, -2))
    winding = np.zeros((90, 160), np.float32)
    winding[10:80:2] = 0.9
    winding[11:80:4, -1] = winding[13:80:4, 0] = 0.9
    owners = PackedMap.of_owners(np.zeros(winding.shape, np.uint8))
    frame = replace(frame, heat=PackedMap.of_heat(winding), owners=owners)

    _, box = _marks(region_of(frame, VIOLIN, 0, SIZE_PX, (4.0, 42.0)))

    assert (box.x0_px, box.y0_px, box.x1_px, box.y1_px) == (0, 40, 640, 320)


def test_pieces_that_touch_at_a_corner_are_two():
    frame = moment((VIOLIN, 0.5, 0.5, -2))
    heat = np.zeros((90, 160), np.float32)
    heat[:30, :30] = heat[30:80, 30:80] = 0.9
    owners = PackedMap.of_owners(np.zeros(heat.shape, np.uint8))
    frame = replace(frame, heat=PackedMap.of_heat(heat), owners=owners)

    _, box = _marks(region_of(frame, VIOLIN, 0, SIZE_PX, (40.0, 40.0)))

    assert (box.x1_px, box.y1_px) == (120, 120)
