"""The transport: it shows a state it does not own, and asks for one thing at a time."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.listening import Listen
from core.units import SILENCE_DB
from widgets.theme import DARK, apply_theme
from widgets.timecode import parse_time
from widgets.transport import Transport
from widgets.volume import level_words

LEFT = Qt.MouseButton.LeftButton
SIGNALS = ("play", "step", "seek", "listen", "loop", "level_match", "volume", "mute")


@pytest.fixture
def transport(qtbot: QtBot, qapp: QApplication) -> Transport:
    apply_theme(qapp, DARK)
    shown = Transport()
    qtbot.addWidget(shown)
    shown.resize(1280, 52)
    shown.set_time(10.0, 150.0)
    shown.set_listen(Listen.MIX, tuple(Listen))
    return shown


@pytest.fixture
def heard(transport: Transport) -> list[tuple[object, ...]]:
    wishes: list[tuple[object, ...]] = []

    def ear(name: str) -> Callable[..., None]:
        return lambda *values: wishes.append((name, *values))

    for name in SIGNALS:
        getattr(transport, f"{name}_requested").connect(ear(name))
    return wishes


@pytest.mark.parametrize(
    ("button", "wish"),
    [
        ("play", ("play",)),
        ("step_back", ("step", -1)),
        ("step_forward", ("step", 1)),
        ("go_start", ("seek", 0.0)),
        ("go_end", ("seek", 150.0)),
        ("loop", ("loop", True)),
        ("level_match", ("level_match", True)),
    ],
)
def test_each_button_asks_for_one_thing(transport, heard, button, wish):
    QTest.mouseClick(getattr(transport, button), LEFT)

    assert heard == [wish]


def test_a_toggle_shows_what_is_and_not_what_was_asked_for(transport, heard):
    transport.loop.click()
    assert not transport.loop.isChecked()

    transport.set_loop(True)
    assert transport.loop.isChecked()

    transport.loop.click()
    assert heard == [("loop", True), ("loop", False)]


def test_nothing_is_asked_for_when_the_state_comes_down(transport, heard):
    transport.set_playing(True)
    transport.set_time(3.0, 20.0)
    transport.set_listen(Listen.TARGET, (Listen.MIX, Listen.TARGET))
    transport.set_loop(True)
    transport.set_level_match(True)
    transport.set_volume(-12.0, is_muted=True)
    transport.set_shuttle(-4.0)

    assert heard == []


def test_the_play_button_says_what_it_would_do(transport):
    transport.set_playing(True)
    assert transport.play.toolTip() == "Pause (Space)"

    transport.set_playing(False)
    assert transport.play.toolTip() == "Play (Space)"


def test_the_mouse_leaves_the_focus_where_it_was(transport):
    # Otherwise Space would press the button pressed last instead of playing.
    for button in (transport.play, transport.loop, transport.listen.button(Listen.MIX)):
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


def test_it_fits_a_window_of_1280_pixels_with_hours_of_sound(transport):
    transport.set_time(7_199.0, 7_200.0)
    transport.set_shuttle(-8.0)

    assert transport.minimumSizeHint().width() <= 1280


# Listening ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("listen", list(Listen))
def test_each_way_of_listening_can_be_asked_for(transport, heard, listen):
    QTest.mouseClick(transport.listen.button(listen), LEFT)

    assert heard == [("listen", listen)]


def test_what_is_not_there_yet_cannot_be_listened_to(transport, heard):
    transport.set_listen(Listen.MIX, (Listen.MIX,))

    QTest.mouseClick(transport.listen.button(Listen.TARGET), LEFT)

    assert not transport.listen.button(Listen.TARGET).isEnabled()
    assert heard == []


def test_exactly_what_is_heard_is_marked(transport):
    transport.set_listen(Listen.RESIDUAL, tuple(Listen))

    marked = [listen for listen in Listen if transport.listen.button(listen).isChecked()]
    assert marked == [Listen.RESIDUAL]


def test_each_way_of_listening_names_its_key(transport):
    keys = [transport.listen.button(listen).toolTip()[-3:] for listen in Listen]

    assert keys == ["(M)", "(T)", "(R)", "(X)"]


# Time --------------------------------------------------------------------------------------------


def test_a_typed_time_is_a_wish_to_go_there(transport, heard):
    transport.timecode.selectAll()
    QTest.keyClicks(transport.timecode, "1:23.5")
    QTest.keyClick(transport.timecode, Qt.Key.Key_Return)

    assert heard == [("seek", 83.5)]


@pytest.mark.parametrize(("typed", "time_s"), [("9:00", 150.0), ("-60", 0.0), ("+2.5", 12.5)])
def test_a_typed_time_ends_at_the_ends_of_the_clip(transport, heard, typed, time_s):
    transport.timecode.selectAll()
    QTest.keyClicks(transport.timecode, typed)
    QTest.keyClick(transport.timecode, Qt.Key.Key_Return)

    assert heard == [("seek", time_s)]


def test_what_is_no_time_is_marked_and_asks_for_nothing(transport, heard):
    transport.timecode.selectAll()
    QTest.keyClicks(transport.timecode, "soon")
    QTest.keyClick(transport.timecode, Qt.Key.Key_Return)

    assert heard == []
    assert transport.timecode.property("wrong")
    assert "not a time" in transport.timecode.toolTip()


def test_escape_shows_the_time_again(transport, heard):
    transport.timecode.selectAll()
    QTest.keyClicks(transport.timecode, "soon")

    QTest.keyClick(transport.timecode, Qt.Key.Key_Escape)

    assert transport.timecode.text() == "0:10.000"
    assert heard == []


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_playing_does_not_disturb_a_time_being_typed(transport, qtbot):
    with qtbot.waitExposed(transport):
        transport.show()
    transport.activateWindow()
    transport.timecode.setFocus()
    qtbot.waitUntil(transport.timecode.hasFocus)
    QTest.keyClicks(transport.timecode, "1:2")

    transport.set_time(11.0, 150.0)

    assert transport.timecode.text() == "1:2"


@pytest.mark.parametrize(
    ("text", "time_s"),
    [
        ("83.5", 83.5),
        ("1:23.5", 83.5),
        ("1:02:03", 3723.0),
        ("1:02:03.250", 3723.25),
        (" 2,5 s ", 2.5),
        (".5", 0.5),
        ("+2", 12.0),
        ("−0.5", 9.5),
        ("-0:03", 7.0),
        ("soon", None),
        ("1:", None),
        ("", None),
        ("1:2:3:4", None),
    ],
)
def test_times_are_read_the_way_people_type_them(text, time_s):
    assert parse_time(text, now_s=10.0) == time_s


# Loudness ----------------------------------------------------------------------------------------


def turn_wheel(slider, notches):
    at = QPointF(20, 8)
    event = QWheelEvent(
        at,
        slider.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)


def test_the_wheel_changes_the_volume_by_a_decibel(transport, heard):
    transport.set_volume(-12.0)

    turn_wheel(transport.volume.slider, 1)

    assert heard == [("volume", -11.0)]


def test_a_double_click_brings_the_volume_back_to_0_db(transport, heard):
    transport.set_volume(-12.0)

    QTest.mouseDClick(transport.volume.slider, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(9, 9))

    assert heard[-1] == ("volume", 0.0)


def test_the_slider_jumps_to_where_it_is_pressed(transport, heard):
    slider = transport.volume.slider
    transport.set_volume(0.0)

    QTest.mouseClick(slider, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(7, slider.height() // 2))

    assert heard[0] == ("volume", SILENCE_DB)


@pytest.mark.parametrize(
    ("key", "gain_db"), [(Qt.Key.Key_Left, -13.0), (Qt.Key.Key_Home, SILENCE_DB)]
)
def test_the_volume_can_be_changed_with_the_keys(transport, heard, key, gain_db):
    transport.set_volume(-12.0)

    QTest.keyClick(transport.volume.slider, key)

    assert heard == [("volume", gain_db)]


def test_mute_asks_and_the_icon_tells(transport, heard):
    transport.volume.mute.click()
    transport.set_volume(-12.0, is_muted=True)

    assert heard == [("mute", True)]
    assert transport.volume.mute.isChecked()
    assert transport.volume.mute.toolTip() == "Unmute"


@pytest.mark.parametrize(
    ("gain_db", "words"),
    [(0.0, "0 dB"), (-6.02, "−6 dB"), (3.0, "+3 dB"), (-0.2, "0 dB"), (SILENCE_DB, "−∞ dB")],
)
def test_levels_are_written_with_a_true_minus(gain_db, words):
    assert level_words(gain_db) == words
