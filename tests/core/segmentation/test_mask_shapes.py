"""The small operations on masks that everything else is made of."""

import numpy as np

from core.segmentation.mask_shapes import (
    fill_holes,
    grow,
    largest_pieces,
    overlap,
    pieces_at,
    signed_distance,
)
from tests.helpers.pictures import disc_mask


def _blocks(*places: tuple[slice, slice]) -> np.ndarray:
    mask = np.zeros((20, 30), np.bool_)
    for place in places:
        mask[place] = True
    return mask


A, B = np.s_[2:10, 2:10], np.s_[4:6, 20:22]


def test_holes_are_filled_but_bays_are_not():
    mask = _blocks(A)
    mask[5, 5] = mask[2:5, 8] = False

    filled = fill_holes(mask)

    assert filled[5, 5]
    assert not filled[3, 8]


def test_a_hole_at_the_edge_of_the_picture_is_a_bay():
    mask = np.ones((6, 6), np.bool_)
    mask[0, 3] = False

    assert not fill_holes(mask)[0, 3]


def test_only_pieces_that_were_pointed_at_are_kept():
    kept = pieces_at(_blocks(A, B), [(20, 4)])

    np.testing.assert_array_equal(kept, _blocks(B))
    assert not pieces_at(_blocks(A, B), [(15, 15)]).any()


def test_crumbs_are_dropped():
    np.testing.assert_array_equal(largest_pieces(_blocks(A, B), 0.15), _blocks(A))
    np.testing.assert_array_equal(largest_pieces(_blocks(A, B), 0.05), _blocks(A, B))


def test_growing_and_shrinking_move_the_edge_by_as_much():
    disc = disc_mask(80, 80, 40, 40, 15)

    assert overlap(grow(disc, 5), disc_mask(80, 80, 40, 40, 20)) > 0.95
    assert overlap(grow(disc, -5), disc_mask(80, 80, 40, 40, 10)) > 0.9


def test_shrinking_does_not_start_at_the_edge_of_the_picture():
    left = np.zeros((20, 20), np.bool_)
    left[:, :10] = True

    np.testing.assert_array_equal(grow(left, -3), np.arange(20) < 7 * np.ones((20, 1)))


def test_nothing_grows_from_nothing():
    nothing = np.zeros((8, 8), np.bool_)

    assert not grow(nothing, 3).any()
    assert grow(~nothing, -3).all()


def test_distance_is_positive_inside_and_negative_outside():
    distance = signed_distance(disc_mask(60, 60, 30, 30, 10))

    assert 9 < distance[30, 30] < 12
    assert -12 < distance[30, 50] < -8
