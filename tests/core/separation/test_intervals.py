import pytest

from core.separation.intervals import blocks, common, distance, grown, length, union, without


def test_touching_and_overlapping_intervals_become_one_and_empty_ones_vanish():
    assert union([(5, 9), (0, 2), (2, 3), (8, 12), (20, 20)]) == ((0, 3), (5, 12))


@pytest.mark.parametrize(
    ("taken", "rest"),
    [
        (((3, 5),), ((0, 3), (5, 10))),
        (((0, 10),), ()),
        (((-5, 2), (8, 30)), ((2, 8),)),
        ((), ((0, 10),)),
        (((10, 20),), ((0, 10),)),
    ],
)
def test_what_is_cut_out_leaves_the_rest(taken, rest):
    assert without(((0, 10),), taken) == rest


def test_what_two_sets_have_in_common_lies_in_both():
    assert common(((0, 5), (8, 12)), ((3, 10),)) == ((3, 5), (8, 10))


def test_intervals_that_grow_together_become_one():
    assert grown(((10, 20), (24, 30)), 2) == ((8, 32),)


def test_blocks_cover_every_sample_once():
    cut = blocks(((0, 25), (30, 34)), 10)

    assert cut == [(0, 10), (10, 20), (20, 25), (30, 34)]
    assert length(tuple(cut)) == 29


def test_distance_is_zero_inside_and_counts_to_the_nearest_edge_outside():
    assert distance((4, 6), ((0, 5),)) == 0
    assert distance((9, 12), ((0, 5), (20, 22))) == 4
