import pytest

from tests.helpers import mouse
from widgets.ruler import Ruler
from widgets.time_axis import TimeAxis


@pytest.fixture
def ruler(qtbot):
    axis = TimeAxis()
    axis.set_duration(10.0)
    widget = Ruler(axis)
    qtbot.addWidget(widget)
    widget.resize(1000, widget.height())
    widget.grab()
    return widget


@pytest.fixture
def wishes(ruler):
    heard: list[tuple] = []
    for name in ("scrub_started", "scrub_ended", "seek_requested", "loop_changed"):
        getattr(ruler, name).connect(lambda *said, name=name: heard.append((name, *said)))
    return heard


def test_a_drag_scrubs_between_one_start_and_one_end(ruler, wishes):
    mouse.drag(ruler, [(ruler.x_px(time_s), 10) for time_s in (2.0, 3.0, 4.0)])

    assert [wish[0] for wish in wishes] == [
        "scrub_started",
        "seek_requested",
        "seek_requested",
        "seek_requested",
        "scrub_ended",
    ]
    assert [wish[1] for wish in wishes[1:4]] == pytest.approx([2.0, 3.0, 4.0])


def test_scrubbing_stays_inside_the_clip(ruler, wishes):
    mouse.drag(ruler, [(ruler.x_px(9.0), 10), (5000, 10), (-400, 10)])

    assert [wish[1] for wish in wishes if wish[0] == "seek_requested"] == pytest.approx(
        [9.0, 10.0, 0.0]
    )


def test_shift_and_drag_sets_the_loop_in_either_direction(ruler, wishes):
    mouse.drag(ruler, [(ruler.x_px(6.0), 10), (ruler.x_px(3.0), 10)], mouse.SHIFT)

    [(wish, start_s, end_s)] = wishes
    assert wish == "loop_changed"
    assert (start_s, end_s) == (pytest.approx(3.0), pytest.approx(6.0))


def test_shift_and_click_clears_the_loop(ruler, wishes):
    ruler.set_loop(2.0, 4.0)

    mouse.click(ruler, (ruler.x_px(8.0), 10), mouse.SHIFT)
    mouse.drag(ruler, [(ruler.x_px(8.0), 10), (ruler.x_px(8.0) + 1, 10)], mouse.SHIFT)

    assert wishes == [("loop_changed", None, None)]


def test_an_end_of_the_loop_is_pulled_without_any_key(ruler, wishes):
    ruler.set_loop(2.0, 4.0)

    mouse.drag(ruler, [(ruler.x_px(4.0), 10), (ruler.x_px(5.0), 10)])

    assert wishes == [("loop_changed", 2.0, pytest.approx(5.0))]


def test_the_loop_snaps_to_the_playhead(ruler, wishes):
    ruler.set_playhead(6.0)

    mouse.drag(ruler, [(ruler.x_px(3.0), 10), (ruler.x_px(6.0) + 4, 10)], mouse.SHIFT)

    assert wishes[0][2] == 6.0


def test_an_abandoned_scrub_has_ended(ruler, wishes):
    mouse.press(ruler, (ruler.x_px(4.0), 10))

    assert ruler.abandon() is True
    mouse.release(ruler, (ruler.x_px(9.0), 10))

    assert [wish[0] for wish in wishes] == ["scrub_started", "seek_requested", "scrub_ended"]


def test_escape_leaves_the_loop_as_it_was(ruler, wishes):
    ruler.set_loop(2.0, 4.0)
    mouse.press(ruler, (ruler.x_px(4.0), 10))
    mouse.move(ruler, (ruler.x_px(9.0), 10))

    assert ruler.abandon() is True
    mouse.release(ruler, (ruler.x_px(9.0), 10))

    assert wishes == []
    assert ruler.loop == (2.0, 4.0)


def test_a_loop_of_no_length_is_no_loop(ruler):
    ruler.set_loop(2.0, 2.0)

    assert ruler.loop is None


def test_a_loop_from_the_very_start_is_one(ruler):
    ruler.set_loop(0.0, 1.0)

    assert ruler.loop == (0.0, 1.0)
