"""What sounds in a frame, kept small, and what is said between two frames that were looked at."""

from dataclasses import replace

import numpy as np
import pytest

from core.domain import soundings
from core.domain.soundings import NO_SOURCE, PackedMap, enlarged
from tests.helpers.soundings import rectangle, sounding_frame, sounding_track

LEFT, RIGHT = rectangle(5, 20, 4, 20), rectangle(5, 20, 28, 44)


def test_heat_survives_packing_to_within_half_a_level():
    heat = np.random.default_rng(0).random((27, 48), np.float32)

    packed = PackedMap.of_heat(heat)

    assert np.abs(packed.heat() - heat).max() <= 0.5 / 63 + 1e-6


def test_a_map_must_have_rows_and_columns():
    with pytest.raises(ValueError, match="must be"):
        PackedMap.of_heat(np.zeros((2, 3, 4), np.float32))


def test_each_source_has_its_own_mask_at_any_size():
    frame = sounding_frame(0, 0.0, {"bell": LEFT, "dog": RIGHT})
    bell, dog = frame.sources

    masks = frame.mask(bell, 270, 480), frame.mask(dog, 270, 480)

    assert [mask[100, 100] for mask in masks] == [True, False]
    assert [mask[100, 360] for mask in masks] == [False, True]
    assert not (masks[0] & masks[1]).any()
    assert masks[0].mean() == pytest.approx(LEFT.mean(), rel=0.1)


def test_what_is_heard_and_claimed_by_nothing_is_off_screen():
    assert sounding_frame(0, 0.0, {}, is_heard=True).is_off_screen
    assert not sounding_frame(0, 0.0, {}, is_heard=False).is_off_screen
    assert not sounding_frame(0, 0.0, {"bell": LEFT}).is_off_screen


def test_between_two_frames_heat_is_blended():
    track = sounding_track(
        sounding_frame(0, 0.0, {"bell": LEFT}), sounding_frame(200, 0.2, {"bell": RIGHT})
    )

    early = track.at(0.05)

    assert early.heat.heat()[10, 10] == pytest.approx(0.75 * 0.9, abs=0.02)
    assert early.heat.heat()[10, 36] == pytest.approx(0.25 * 0.9, abs=0.02)
    assert early.time_s == pytest.approx(0.05)
    assert track.at(0.0) == track.frames[0]


def test_nothing_is_carried_over_a_cut():
    first = sounding_frame(0, 0.0, {"bell": LEFT})
    cut = sounding_frame(200, 0.2, {"dog": RIGHT}, begins_shot=True)
    track = sounding_track(first, cut)

    assert track.at(0.19) == first
    assert track.at(0.2) == cut
    assert sounding_track(cut).at(0.1) is None


def test_far_from_what_was_looked_at_nothing_is_said():
    track = sounding_track(sounding_frame(1000, 1.0, {"bell": LEFT}))

    assert track.at(0.0) is None
    assert track.at(1.6) is None
    assert track.at(1.25).sources[0].label == "bell"
    assert track.at(0.8).sources[0].label == "bell"
    assert sounding_track().at(0.0) is None


def test_newer_frames_join_and_replace():
    old, new = sounding_frame(0, 0.0, {"bell": LEFT}), sounding_frame(0, 0.0, {"dog": LEFT})
    later = sounding_frame(200, 0.2, {"dog": LEFT})

    track = sounding_track(old).with_frames((later, new))

    assert track.frames == (new, later)
    assert track.labels == {0: "dog"}


def test_news_take_their_place_before_between_and_after_what_is_known():
    frames = [sounding_frame(200 * place, 0.2 * place, {}) for place in range(8)]
    track = sounding_track(frames[2], frames[3], frames[5])

    assert track.with_frames(frames[:2]).frames == (*frames[:4], frames[5])
    assert track.with_frames([frames[4]]).frames == tuple(frames[2:6])
    assert track.with_frames([frames[7], frames[6]]).frames[-2:] == (frames[6], frames[7])
    assert track.with_frames([frames[4], frames[1]]).frames == tuple(frames[1:6])
    assert track.with_frames([]).frames == track.frames


def test_of_what_is_known_only_the_places_around_news_are_looked_at(monkeypatch):
    looked_at = []
    frames = tuple(sounding_frame(200 * place, 0.2 * place, {}) for place in range(2000))
    track = sounding_track(*frames[:-1])
    monkeypatch.setattr(soundings, "_pts_of", lambda frame: looked_at.append(1) or frame.pts)

    assert track.with_frames(frames[-1:]).frames == frames

    assert len(looked_at) < 50


def test_a_source_keeps_the_name_it_has_in_other_frames():
    named, unnamed = sounding_frame(200, 0.2, {"bell": LEFT}), sounding_frame(0, 0.0, {"": LEFT})
    again = replace(unnamed, pts=400, time_s=0.4)

    assert sounding_track(unnamed, named, again).labels == {0: "bell"}
    assert sounding_track(unnamed).labels == {0: ""}


def test_frames_out_of_order_are_refused():
    frame = sounding_frame(0, 0.0, {})
    with pytest.raises(ValueError, match="rising"):
        sounding_track(frame, replace(frame, pts=-5))


def test_enlarging_keeps_a_level_field_level_and_meets_the_corners():
    level = np.full((9, 16), 0.3, np.float32)
    assert np.allclose(enlarged(level, 90, 160), 0.3, atol=1e-6)
    slope = np.tile(np.arange(16, dtype=np.float32), (9, 1))
    large = enlarged(slope, 90, 160)
    assert large[0, 0] == 0
    assert large[-1, -1] == 15
    assert (np.diff(large, axis=1) >= 0).all()
    assert large[45, 80] == pytest.approx(7.55, abs=1e-4)


def test_no_source_is_told_from_any_rank():
    frame = sounding_frame(0, 0.0, {"bell": LEFT})
    assert set(np.unique(frame.owners.owners())) == {0, NO_SOURCE}
