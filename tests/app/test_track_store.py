"""Tracks belong to the region that was asked for, and grow while they are made."""

from fractions import Fraction

import pytest

from app.track_store import TrackStore
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import Click, RegionPrompt
from tests.helpers.pictures import disc_mask

HERE, THERE = RegionPrompt((Click(1, 1, 0),)), RegionPrompt((Click(2, 2, 0),))


def _mask(pts: int, confidence: float = 1.0) -> TrackedMask:
    return TrackedMask.pack(pts, disc_mask(8, 8, 4, 4, 2), confidence)


@pytest.fixture
def store():
    store = TrackStore()
    store.begin(HERE, Fraction(1, 10), Fraction(0))
    return store


def test_masks_that_arrive_in_any_order_make_a_track_in_order(store):
    store.add(HERE, [_mask(5)])
    store.add(HERE, [_mask(1), _mask(9)])

    assert [mask.pts for mask in store.get(HERE)] == [1, 5, 9]
    assert store.at(HERE, 5) == _mask(5)
    assert store.at(HERE, 6) is None


def test_a_newer_mask_of_a_frame_replaces_the_older(store):
    store.add(HERE, [_mask(5, 0.2)])
    store.get(HERE)
    store.add(HERE, [_mask(5, 0.9)])

    assert store.get(HERE).at(5).confidence == 0.9


def test_a_track_under_way_is_not_whole_until_the_whole_is_put(store):
    store.add(HERE, [_mask(5)])
    assert not store.is_whole(HERE)

    store.put(HERE, MaskTrack(Fraction(1, 10), Fraction(0), (_mask(5), _mask(6))))

    assert store.is_whole(HERE)
    assert len(store.get(HERE)) == 2


def test_each_region_has_its_own_track_and_unknown_ones_have_none(store):
    store.add(HERE, [_mask(5)])

    assert store.get(THERE) is None
    assert not store.is_whole(THERE)
    assert store.snapshot([HERE, THERE]) == {}
    assert set(store.snapshot([HERE, THERE], with_partial=True)) == {HERE}


def test_what_was_handed_out_does_not_grow(store):
    store.add(HERE, [_mask(5)])
    before = store.get(HERE)

    store.add(HERE, [_mask(6)])

    assert len(before) == 1


def test_another_clip_starts_with_nothing(store):
    store.add(HERE, [_mask(5)])

    store.clear()

    assert store.get(HERE) is None


def test_beyond_the_limit_the_track_not_asked_for_longest_is_dropped():
    store = TrackStore(limit_bytes=500)
    others = [RegionPrompt((Click(n, n, 0),)) for n in range(3)]
    for region in others[:2]:
        store.put(region, MaskTrack(Fraction(1, 10), Fraction(0), (_mask(0),)))
    store.get(others[0])

    store.put(others[2], MaskTrack(Fraction(1, 10), Fraction(0), (_mask(0),)))

    assert store.get(others[1]) is None
    assert store.get(others[0]) is not None
    assert store.get(others[2]) is not None
