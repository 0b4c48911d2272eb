"""A thin lane says when each thing sounds; it is there only while there is something to say."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from tests.helpers import mouse
from widgets.sounding_lane import MOST_ROWS, LaneRow, SoundingLane
from widgets.theme import DARK, apply_theme, stem_colour
from widgets.time_axis import TimeAxis
from widgets.time_view import GUTTER_PX, MARGIN_PX

VIOLIN = LaneRow("violin", 0, ((0.0, 2.0), (6.0, 8.0)))
HIDDEN = LaneRow("Heard off screen", None, ((2.0, 6.0),))


@pytest.fixture
def window(qtbot, qapp) -> QWidget:
    apply_theme(qapp, DARK)
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def lane(window, qapp) -> SoundingLane:
    axis = TimeAxis(qapp)
    axis.set_duration(10.0)
    shown = SoundingLane(axis, window)
    shown.resize(GUTTER_PX + 1000 + MARGIN_PX, 20)
    return shown


def _at(lane: SoundingLane, time_s: float, y_px: int) -> QColor:
    return lane.grab().toImage().pixelColor(round(lane.x_px(time_s)), y_px)


def test_bars_lie_where_it_sounds_in_the_colours_of_the_picture(lane):
    lane.set_rows((VIOLIN, HIDDEN))

    assert _at(lane, 1.0, 6) == stem_colour(0)
    assert _at(lane, 7.0, 6) == stem_colour(0)
    assert _at(lane, 4.0, 6) != stem_colour(0)
    assert _at(lane, 9.0, 6) == _at(lane, 4.0, 6)


def test_the_lane_is_there_only_while_there_is_something_to_show(lane):
    assert lane.isHidden()

    lane.set_rows((VIOLIN,))
    assert not lane.isHidden()
    low = lane.height()
    lane.set_rows((VIOLIN, HIDDEN))
    assert lane.height() > low

    lane.set_rows(())
    assert lane.isHidden()


def test_of_too_many_those_that_sound_longest_are_shown_in_their_order(lane):
    rows = tuple(LaneRow(f"thing {n}", n, ((0.0, 1.0 + n % 7),)) for n in range(9))

    lane.set_rows(rows)

    assert len(lane.rows) == MOST_ROWS
    assert [row.colour for row in lane.rows] == [2, 3, 4, 5, 6]


def test_a_bar_can_be_named(lane):
    lane.set_rows((VIOLIN, HIDDEN))

    assert lane.row_at(6) == VIOLIN
    assert lane.row_at(13) == HIDDEN
    assert lane.row_at(60) is None


def test_a_press_goes_there(lane):
    lane.set_rows((VIOLIN,))
    wanted: list[float] = []
    lane.seek_requested.connect(wanted.append)

    mouse.click(lane, (lane.x_px(7.0), 5))

    assert wanted == [pytest.approx(7.0, abs=0.02)]


def test_of_two_restless_hours_no_more_bars_are_painted_than_are_told_apart(lane):
    lane.axis.set_duration(7200.0)
    restless = tuple((0.4 * turn, 0.4 * turn + 0.2) for turn in range(18_000))
    lane.set_rows((LaneRow("violin", 0, restless),))

    assert len(lane.bars_px(0)) == 1
    assert _at(lane, 3600.0, 6) == stem_colour(0)

    lane.axis.show(3600.0, 3610.0)

    assert len(lane.bars_px(0)) == pytest.approx(25, abs=1)
    assert _at(lane, 3600.1, 6) == stem_colour(0)
    assert _at(lane, 3600.3, 6) != stem_colour(0)


def test_far_beyond_what_is_shown_nothing_is_painted(lane):
    lane.axis.set_duration(100.0)
    lane.set_rows((VIOLIN,))
    lane.axis.show(50.0, 60.0)

    assert lane.bars_px(0) == []
