import itertools

import pytest

from widgets.ticks import time_ticks
from widgets.time_axis import SHORTEST_VIEW_S, TimeAxis


def axis_of(duration_s: float) -> TimeAxis:
    axis = TimeAxis()
    axis.set_duration(duration_s)
    return axis


def test_a_new_clip_is_shown_whole():
    axis = axis_of(12.0)

    assert (axis.start_s, axis.end_s) == (0.0, 12.0)
    assert axis.is_fitted


def test_zoom_keeps_the_moment_under_the_pointer_in_place():
    axis = axis_of(100.0)

    axis.zoom(4.0, about_s=30.0)

    assert axis.length_s == pytest.approx(25.0)
    assert axis.to_px(30.0, 1000) == pytest.approx(300.0)


def test_zoom_ends_at_the_shortest_view_and_at_the_whole_clip():
    axis = axis_of(100.0)

    axis.zoom(1e12, about_s=50.0)
    assert axis.length_s == pytest.approx(SHORTEST_VIEW_S)

    axis.zoom(1e-12, about_s=50.0)
    assert axis.is_fitted


def test_pan_stops_at_the_ends_without_changing_the_zoom():
    axis = axis_of(100.0)
    axis.show(10.0, 30.0)

    axis.pan(-50.0)
    assert (axis.start_s, axis.end_s) == (0.0, 20.0)

    axis.pan(500.0)
    assert (axis.start_s, axis.end_s) == (80.0, 100.0)


def test_pixels_and_seconds_convert_both_ways():
    axis = axis_of(100.0)
    axis.show(20.0, 40.0)

    assert axis.to_s(axis.to_px(27.5, 800), 800) == pytest.approx(27.5)


def test_reveal_turns_the_page_only_when_the_moment_is_out_of_sight():
    axis = axis_of(100.0)
    axis.show(0.0, 10.0)

    axis.reveal(9.0)
    assert axis.start_s == 0.0

    axis.reveal(10.5)
    assert axis.start_s == pytest.approx(10.0)
    assert axis.length_s == pytest.approx(10.0)


def test_a_shorter_clip_pulls_the_view_back_inside():
    axis = axis_of(100.0)
    axis.show(80.0, 90.0)

    axis.set_duration(50.0)

    assert axis.end_s <= 50.0
    assert axis.length_s == pytest.approx(10.0)


def test_the_axis_says_so_once_when_it_changes_and_never_when_it_does_not(qtbot):
    axis = axis_of(10.0)
    heard: list[None] = []
    axis.changed.connect(lambda: heard.append(None))

    axis.show(2.0, 4.0)
    axis.show(2.0, 4.0)

    assert len(heard) == 1


@pytest.mark.parametrize("length_s", [0.003, 0.5, 12.0, 75.0, 700.0, 10_800.0])
@pytest.mark.parametrize("width_px", [300, 1200, 2560])
def test_labels_of_the_ruler_never_crowd(length_s, width_px):
    ticks = time_ticks(3.0, 3.0 + length_s, width_px)

    gaps_px = [
        (later - earlier) / length_s * width_px
        for earlier, later in itertools.pairwise(ticks.major_s)
    ]
    assert ticks.major_s
    assert all(gap_px >= 89.9 for gap_px in gaps_px)


@pytest.mark.parametrize("length_s", [0.003, 0.5, 12.0, 75.0, 700.0, 10_800.0])
def test_every_label_of_the_ruler_is_different_and_every_major_tick_is_a_minor_one(length_s):
    ticks = time_ticks(0.0, length_s, 1200)

    labels = [ticks.label(time_s) for time_s in ticks.major_s]
    minor = {round(time_s, 9) for time_s in ticks.minor_s}
    assert len(set(labels)) == len(labels)
    assert all(round(time_s, 9) in minor for time_s in ticks.major_s)
