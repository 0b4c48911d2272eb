import numpy as np
import pytest

from widgets.paint_stroke import Cell, brush, rectangle


def raster(cells: tuple[Cell, ...], size_px: int = 200) -> np.ndarray:
    painted = np.zeros((size_px, size_px), int)
    for cell in cells:
        painted[round(cell.y0_px) : round(cell.y1_px), round(cell.x0_px) : round(cell.x1_px)] += 1
    return painted


def test_a_rectangle_lies_between_its_corners_whichever_was_first():
    assert rectangle((10, 40), (30, 20)) == rectangle((30, 20), (10, 40)) == (Cell(10, 20, 30, 40),)


def test_a_rectangle_too_thin_to_be_meant_is_nothing():
    assert rectangle((10, 10), (11, 90)) == ()


def test_a_touch_of_the_brush_is_a_disc():
    painted = raster(brush([(100, 100)], 18))

    y, x = np.mgrid[0:200, 0:200] + 0.5
    disc = (x - 100) ** 2 + (y - 100) ** 2 <= 18**2
    overlap = (painted.astype(bool) & disc).sum() / disc.sum()
    assert overlap > 0.9
    assert painted.sum() < 1.15 * disc.sum()


def test_a_fast_stroke_leaves_no_holes():
    painted = raster(brush([(20, 100), (180, 100)], 12))

    assert (painted[100, 20:180] == 1).all()


def test_strips_of_a_stroke_do_not_overlap_even_where_it_crosses_itself():
    painted = raster(brush([(40, 60), (150, 60), (150, 140), (40, 140), (90, 20)], 10))

    assert painted.max() == 1


def test_the_inside_of_a_bent_stroke_stays_free():
    painted = raster(brush([(40, 50), (150, 50), (150, 150), (40, 150)], 10))

    assert painted[100, 80] == 0
    assert painted[50, 80] == painted[150, 80] == 1


@pytest.mark.parametrize("length_px", [100, 1000])
def test_a_level_stroke_is_few_rectangles_however_long(length_px):
    assert len(brush([(50, 100), (50 + length_px, 100)], 12)) < 20
