"""Pointing at the picture without a mouse: a crosshair, arrow keys and Return."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.domain.pictures import Frame
from tests.helpers.pictures import background
from widgets.theme import DARK, apply_theme
from widgets.video_view import VideoView

KEY = Qt.Key
NONE, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    apply_theme(qapp, DARK)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(700, 500)
    return window


@pytest.fixture
def view(window: QWidget, qtbot: QtBot) -> VideoView:
    """640 x 400 around a picture of 320 x 180: twice as large, 20 px of stage above and below."""
    shown = VideoView(window)
    shown.resize(640, 400)
    shown.set_frame(Frame(background(320, 180), 0, 0.0))
    window.show()
    window.activateWindow()
    shown.start_pointing()
    qtbot.waitUntil(shown.hasFocus)
    return shown


@pytest.fixture
def clicks(view: VideoView) -> list[tuple[float, float, bool]]:
    heard: list[tuple[float, float, bool]] = []
    view.click_requested.connect(lambda *values: heard.append(values))
    return heard


def claims(view: VideoView, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> bool:
    """Whether the view keeps a key from the shortcuts of the window."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
    event.ignore()
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def test_return_clicks_in_the_middle_at_first(view, clicks):
    QTest.keyClick(view, KEY.Key_Return)

    assert clicks == [(160.0, 90.0, True)]


def test_arrows_move_the_crosshair_by_the_same_way_for_the_eye_and_shift_by_pixels(view, clicks):
    QTest.keyClick(view, KEY.Key_Right)
    QTest.keyClick(view, KEY.Key_Up)
    QTest.keyClick(view, KEY.Key_Left, SHIFT)
    QTest.keyClick(view, KEY.Key_Enter)

    assert clicks == [(165.0, 84.0, True)]


def test_alt_return_says_not_this(view, clicks):
    QTest.keyClick(view, KEY.Key_Return, ALT)

    assert clicks == [(160.0, 90.0, False)]


def test_the_crosshair_stays_inside_the_picture(view, clicks):
    for _ in range(60):
        QTest.keyClick(view, KEY.Key_Right)
        QTest.keyClick(view, KEY.Key_Down)
    QTest.keyClick(view, KEY.Key_Return)

    ((x_px, y_px, _),) = clicks
    assert 319 < x_px < 320
    assert 179 < y_px < 180


def test_a_zoomed_picture_moves_along_so_that_the_crosshair_stays_in_sight(view):
    view.zoom_to(8.0)
    for _ in range(40):
        QTest.keyClick(view, KEY.Key_Right)

    geometry = view.picture_geometry
    assert geometry.holds(*geometry.to_view(*view.pointer.at(geometry)))
    assert geometry.to_view(*view.pointer.at(geometry))[0] <= view.width() - 20


def test_arrows_mean_the_crosshair_only_while_it_is_shown(view):
    assert claims(view, KEY.Key_Left)
    assert not claims(view, KEY.Key_Left, ALT)

    QTest.keyClick(view, KEY.Key_Escape)

    assert not view.pointer.is_shown
    assert not claims(view, KEY.Key_Left)
    assert not claims(view, KEY.Key_Escape)


def test_who_takes_the_mouse_gets_the_keys_of_the_window_back(view):
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(320, 200))

    assert not view.pointer.is_shown
    assert not claims(view, KEY.Key_Right)


def test_the_crosshair_is_painted_where_it_clicks(view, window):
    with_it = view.grab().toImage()
    QTest.keyClick(view, KEY.Key_Escape)
    without = view.grab().toImage()

    # On the arm to the right of the middle, which is at 320, 200.
    assert with_it.pixelColor(332, 200).lightness() > 200
    assert with_it.pixelColor(332, 200) != without.pixelColor(332, 200)
