"""The picture view: what hands do becomes frame pixels; what is known is drawn over the frame."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.domain.pictures import Frame
from core.domain.prompts import Box, Click
from tests.helpers.pictures import background, disc_mask
from widgets.theme import DARK, apply_theme, stem_colour
from widgets.video_gestures import CLICK_TOLERANCE_PX
from widgets.video_tools import Tool
from widgets.video_view import VideoView

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
Heard = list[tuple[object, ...]]


def frame(width_px: int = 320, height_px: int = 180, pts: int = 0) -> Frame:
    return Frame(background(width_px, height_px), pts, 0.0)


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> VideoView:
    """640 x 400 around a picture of 320 x 180: twice as large, 20 px of stage above and below."""
    apply_theme(qapp, DARK)
    shown = VideoView()
    qtbot.addWidget(shown)
    shown.resize(640, 400)
    shown.set_frame(frame())
    return shown


@pytest.fixture
def heard(view: VideoView) -> Heard:
    """Every wish of the view, in order, by name."""
    wishes: Heard = []

    def ear(name: str) -> Callable[..., None]:
        return lambda *values: wishes.append((name, *values))

    view.click_requested.connect(ear("click"))
    view.box_requested.connect(ear("box"))
    view.outside_clicked.connect(ear("outside"))
    view.play_requested.connect(ear("play"))
    return wishes


def drag(view: VideoView, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(view, button, NONE, start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, button, NONE, end)


def turn_wheel(view: VideoView, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def colour_at(view: VideoView, x_px: int, y_px: int) -> QColor:
    return view.grab().toImage().pixelColor(x_px, y_px)


# What hands do -----------------------------------------------------------------------------------


def test_a_click_is_given_in_frame_pixels(view: VideoView, heard: Heard) -> None:
    QTest.mouseClick(view, LEFT, NONE, QPoint(101, 121))

    assert heard == [("click", 50.5, 50.5, True)]


@pytest.mark.parametrize(("button", "held"), [(RIGHT, NONE), (LEFT, ALT)])
def test_the_right_button_or_alt_says_not_this(
    view: VideoView, heard: Heard, button: Qt.MouseButton, held: Qt.KeyboardModifier
) -> None:
    QTest.mouseClick(view, button, held, QPoint(100, 120))

    assert heard == [("click", 50.0, 50.0, False)]


def test_a_click_is_right_after_zooming_and_panning(view: VideoView, heard: Heard) -> None:
    turn_wheel(view, QPoint(400, 300), 4)
    drag(view, QPoint(200, 200), QPoint(163, 229), MIDDLE)
    assert view.picture_geometry is not None
    wanted = view.picture_geometry.to_frame(333, 222)

    QTest.mouseClick(view, LEFT, NONE, QPoint(333, 222))

    assert heard == [("click", *wanted, True)]


def test_a_click_beside_the_picture_asks_for_nothing_in_it(view: VideoView, heard: Heard) -> None:
    QTest.mouseClick(view, LEFT, NONE, QPoint(300, 10))

    assert heard == [("outside",)]


def test_an_unsteady_hand_still_clicks_where_it_pressed(view: VideoView, heard: Heard) -> None:
    drag(view, QPoint(100, 120), QPoint(100 + int(CLICK_TOLERANCE_PX) - 1, 118))

    assert heard == [("click", 50.0, 50.0, True)]


@pytest.mark.parametrize("tool", [Tool.CLICK, Tool.BOX])
def test_a_drag_draws_a_box_in_any_direction(view: VideoView, heard: Heard, tool: Tool) -> None:
    view.set_tool(tool)

    drag(view, QPoint(300, 220), QPoint(100, 120))

    assert heard == [("box", 50.0, 50.0, 150.0, 100.0)]


def test_a_box_ends_at_the_edge_of_the_picture(view: VideoView, heard: Heard) -> None:
    drag(view, QPoint(500, 300), QPoint(700, 500))

    assert heard == [("box", 250.0, 140.0, 320.0, 180.0)]


def test_a_drag_beside_the_picture_is_no_box(view: VideoView, heard: Heard) -> None:
    drag(view, QPoint(100, 2), QPoint(300, 15))

    assert heard == [("outside",)]


def test_escape_takes_back_the_box_under_way(view: VideoView, heard: Heard) -> None:
    QTest.mousePress(view, LEFT, NONE, QPoint(100, 120))
    QTest.mouseMove(view, QPoint(200, 200))
    assert view.dragged_box is not None

    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, NONE, QPoint(200, 200))

    assert view.dragged_box is None
    assert heard == []


def test_the_hand_moves_the_picture_and_marks_nothing(view: VideoView, heard: Heard) -> None:
    view.zoom_to(4.0)
    view.set_tool(Tool.HAND)
    assert view.picture_geometry is not None
    held = view.picture_geometry.to_frame(300, 200)

    drag(view, QPoint(300, 200), QPoint(340, 170))

    assert heard == []
    assert view.picture_geometry.to_view(*held) == pytest.approx((340, 170), abs=1)


def test_the_wheel_zooms_at_the_pointer(view: VideoView) -> None:
    assert view.picture_geometry is not None
    before = view.picture_geometry.to_frame(500, 100)

    turn_wheel(view, QPoint(500, 100), 3)

    assert view.picture_geometry.shown_zoom == pytest.approx(2 * 1.25**3)
    # Half a screen pixel is a quarter frame pixel at this zoom.
    assert view.picture_geometry.to_frame(500, 100) == pytest.approx(before, abs=0.25)


def test_the_zoom_is_told_when_the_person_changes_it(view: VideoView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.zoom_changed) as told:
        view.show_actual_size()

    assert told.args == [1.0]


def test_fitting_again_shows_all_of_the_picture(view: VideoView) -> None:
    view.zoom_to(8.0)

    view.fit_picture()

    assert view.picture_geometry is not None
    assert view.picture_geometry.is_fitted


def test_nothing_can_be_clicked_without_a_picture(view: VideoView, heard: Heard) -> None:
    view.set_frame(None)

    QTest.mouseClick(view, LEFT, NONE, QPoint(100, 120))
    turn_wheel(view, QPoint(100, 120), 1)

    assert heard == []


# Keys --------------------------------------------------------------------------------------------


class Listener(QWidget):
    """A parent that remembers which keys reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


def test_arrow_keys_pass_through_to_the_window(qtbot: QtBot) -> None:
    parent = Listener()
    qtbot.addWidget(parent)
    view = VideoView(parent)
    view.set_frame(frame())

    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Down)

    assert parent.keys == [Qt.Key.Key_Left, Qt.Key.Key_Down]


def claims(view: VideoView, key: Qt.Key) -> bool:
    """Tell whether the view takes a key before the window's shortcuts see it."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NONE)
    event.ignore()
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def test_space_stays_the_windows_own_while_the_whole_picture_is_seen(view: VideoView) -> None:
    assert not claims(view, Qt.Key.Key_Space)
    assert not claims(view, Qt.Key.Key_Escape)


def test_space_and_drag_pans_a_zoomed_picture(view: VideoView, heard: Heard) -> None:
    view.zoom_to(4.0)
    assert view.picture_geometry is not None
    centre = view.picture_geometry.centre
    assert claims(view, Qt.Key.Key_Space)

    QTest.keyPress(view, Qt.Key.Key_Space)
    drag(view, QPoint(300, 200), QPoint(340, 170))
    QTest.keyRelease(view, Qt.Key.Key_Space)

    assert view.picture_geometry.centre == (centre[0] - 10, centre[1] + 7.5)
    assert heard == []


def test_a_tap_on_space_still_plays_a_zoomed_picture(view: VideoView, heard: Heard) -> None:
    view.zoom_to(4.0)

    QTest.keyClick(view, Qt.Key.Key_Space)

    assert heard == [("play",)]


@pytest.mark.parametrize(
    ("tool", "shape"),
    [
        (Tool.HAND, Qt.CursorShape.OpenHandCursor),
        (Tool.CLICK, Qt.CursorShape.BitmapCursor),
        (Tool.BOX, Qt.CursorShape.BitmapCursor),
    ],
)
def test_each_tool_has_its_cursor(view: VideoView, tool: Tool, shape: Qt.CursorShape) -> None:
    view.set_tool(tool)

    assert view.cursor().shape() == shape


# What is shown -----------------------------------------------------------------------------------


def test_nothing_is_asked_for_when_the_state_comes_down(view: VideoView, heard: Heard) -> None:
    view.set_frame(frame(pts=7))
    view.set_mask(disc_mask(320, 180, 100, 90, 30), stem_colour(0), 0.4)
    view.set_marks([Click(50, 50, 7)], [Box(10, 10, 60, 60, 7)])
    view.set_tool(Tool.BOX)
    view.set_hint("Click the thing you want to hear")
    view.set_mask_opacity(0.7)
    view.set_frame(None)

    assert heard == []


def test_the_frame_is_shown_in_its_own_colours_on_a_dark_stage(view: VideoView) -> None:
    pixels = np.zeros((180, 320, 3), np.uint8)
    pixels[:, :160] = (200, 40, 10)
    view.set_frame(Frame(pixels, 0, 0.0))

    assert colour_at(view, 100, 200).getRgb()[:3] == (200, 40, 10)
    assert colour_at(view, 500, 200).getRgb()[:3] == (0, 0, 0)
    assert colour_at(view, 300, 5).name() == DARK.stage


def test_a_frame_far_larger_than_the_view_is_averaged(view: VideoView) -> None:
    stripes = np.zeros((1080, 1920, 3), np.uint8)
    stripes[:, ::2] = 200
    view.set_frame(Frame(stripes, 0, 0.0))

    # Every second column is light: shrunk three times they must melt to a steady grey.
    levels = [colour_at(view, x_px, 200).red() for x_px in range(200, 230, 3)]
    assert max(levels) - min(levels) < 60
    assert np.mean(levels) == pytest.approx(100, abs=10)


def test_single_pixels_can_be_seen_when_zoomed_in_far_but_never_unasked(
    qtbot: QtBot, view: VideoView
) -> None:
    board = np.zeros((18, 32, 3), np.uint8)
    board[::2, ::2] = board[1::2, 1::2] = 255
    view.set_frame(Frame(board, 0, 0.0))

    def greys() -> int:
        line = [colour_at(view, x_px, 200).red() for x_px in range(300, 340)]
        return sum(20 < level < 235 for level in line)

    assert greys() > 10
    view.zoom_to(24.0)

    assert greys() == 0


def test_frames_that_are_cut_out_of_larger_arrays_are_shown_right(view: VideoView) -> None:
    large = np.zeros((360, 640, 3), np.uint8)
    large[:, 320:] = (10, 200, 30)

    view.set_frame(Frame(large[::2, 320::1], 0, 0.0))

    assert colour_at(view, 320, 200).getRgb()[:3] == (10, 200, 30)


def test_the_mask_tints_the_picture_and_can_be_hidden(view: VideoView) -> None:
    plain = colour_at(view, 200, 200)
    view.set_mask(disc_mask(320, 180, 100, 90, 40), QColor("#ff00ff"))
    tinted = colour_at(view, 200, 200)

    view.set_mask_shown(False)

    assert tinted.red() > plain.red() + 30
    assert colour_at(view, 200, 200) == plain


def test_marks_are_drawn_on_their_own_frame_only(view: VideoView) -> None:
    plain = colour_at(view, 103, 123)
    view.set_marks([Click(50, 50, pts=7)], [])
    assert colour_at(view, 103, 123) == plain

    view.set_frame(frame(pts=7))

    assert colour_at(view, 103, 123) == stem_colour(0)


def test_a_negative_click_is_hollow(view: VideoView) -> None:
    view.set_marks([Click(50, 50, 0), Click(100, 50, 0, is_positive=False)], [])

    inside_plus, inside_minus = colour_at(view, 103, 123), colour_at(view, 203, 123)

    assert inside_plus == stem_colour(0)
    assert inside_minus.lightness() < 60


def test_the_size_of_a_box_is_written_beside_it_while_it_is_dragged(view: VideoView) -> None:
    before = view.grab().toImage()

    QTest.mousePress(view, LEFT, NONE, QPoint(100, 120))
    QTest.mouseMove(view, QPoint(300, 220))

    assert view.dragged_box == (50.0, 50.0, 150.0, 100.0)
    assert view.grab().toImage().pixelColor(200, 240) != before.pixelColor(200, 240)
    QTest.mouseRelease(view, LEFT, NONE, QPoint(300, 220))


def test_the_zoom_is_kept_from_frame_to_frame_of_one_clip(view: VideoView) -> None:
    view.zoom_to(5.0)

    view.set_frame(frame(pts=1))
    assert view.picture_geometry is not None
    assert view.picture_geometry.shown_zoom == 5.0

    view.set_frame(frame(180, 320))
    assert view.picture_geometry.is_fitted


def test_the_hint_can_be_read_by_a_screen_reader(view: VideoView) -> None:
    view.set_hint("Click the thing you want to hear")

    assert view.accessibleName() == "Picture"
    assert view.accessibleDescription() == "Click the thing you want to hear"


def test_the_spinner_turns_only_while_it_is_seen(view: VideoView, qtbot: QtBot) -> None:
    view.set_busy("Tracking the mask…")
    with qtbot.waitExposed(view):
        view.show()
    first = view.spinner_step
    qtbot.waitUntil(lambda: view.spinner_step != first)

    view.hide()
    assert not view.is_spinning
    view.set_busy(None)
    view.show()

    assert not view.is_spinning


def test_a_clip_without_a_picture_says_so(view: VideoView) -> None:
    view.set_frame(None)
    blank = view.grab().toImage()

    view.set_empty_text("This clip has sound only")

    assert view.grab().toImage() != blank
