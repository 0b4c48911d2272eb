"""The knobs of an engine: each in its own way, one wish for each decision."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

from core.separation.zerosep_info import ZEROSEP_INFOS
from tests.helpers.words import KNOWER, PAINTER
from widgets.engine_settings import EngineSettingsButton, kept_inside


@pytest.fixture
def button(qtbot: QtBot) -> EngineSettingsButton:
    shown = EngineSettingsButton()
    qtbot.addWidget(shown)
    shown.set_engine(KNOWER, {})
    return shown


@pytest.fixture
def chosen(button: EngineSettingsButton) -> list[tuple[str, object]]:
    wishes: list[tuple[str, object]] = []
    button.setting_chosen.connect(lambda name, value: wishes.append((name, value)))
    button.reset_requested.connect(lambda: wishes.append(("reset", None)))
    return wishes


def field(button: EngineSettingsButton, name: str):
    return button.panel.controls[name].field


def test_every_setting_has_the_control_that_fits_it(button):
    kinds = {name: type(control.field) for name, control in button.panel.controls.items()}

    assert kinds == {
        "steps": QSpinBox,
        "strength": QDoubleSpinBox,
        "unmarked": QComboBox,
        "is_gentle": QCheckBox,
    }
    assert field(button, "steps").maximum() == 8
    assert "More is slower." in field(button, "steps").toolTip()
    assert button.panel.controls["steps"].help.text() == "More is slower."


def test_showing_values_asks_for_nothing(button, chosen):
    button.set_engine(KNOWER, {"steps": 4, "strength": 0.25, "is_gentle": False})

    assert field(button, "steps").value() == 4
    assert not field(button, "is_gentle").isChecked()
    assert chosen == []


def test_a_choice_and_a_tick_are_asked_for_at_once(button, chosen):
    field(button, "unmarked").activated.emit(1)
    field(button, "is_gentle").click()

    assert chosen == [("unmarked", "searched"), ("is_gentle", False)]


def test_a_number_is_asked_for_once_it_is_decided(button, chosen):
    steps = field(button, "steps")
    steps.stepUp()
    steps.stepUp()
    assert chosen == []

    QTest.keyClick(steps, Qt.Key.Key_Return)

    assert chosen == [("steps", 3)]


def test_a_share_is_dragged_and_asked_for_when_it_is_let_go(button, chosen):
    strength = button.panel.controls["strength"]
    strength.slider.setSliderDown(True)
    strength.slider.setSliderPosition(70)
    strength.slider.setSliderPosition(80)
    assert strength.field.value() == pytest.approx(0.8)
    assert chosen == []

    strength.slider.setSliderDown(False)

    assert chosen == [("strength", 0.8)]


def test_the_slider_of_a_share_moves_with_its_number(button, chosen):
    button.set_engine(KNOWER, {"strength": 0.25})

    assert button.panel.controls["strength"].slider.value() == 25
    assert button.panel.controls["steps"].slider is None
    assert chosen == []


def test_sound_highlighting_is_dragged_from_the_mix_to_the_target(button, chosen):
    button.set_engine(ZEROSEP_INFOS[0], {})
    highlight = button.panel.controls["highlight"].slider
    assert (highlight.minimum(), highlight.value(), highlight.maximum()) == (0, 100, 100)

    highlight.setSliderDown(True)
    highlight.setSliderPosition(40)
    highlight.setSliderDown(False)

    assert chosen == [("highlight", 0.4)]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_number_that_was_stepped_to_holds_when_the_panel_closes(button, chosen):
    button.panel.show()
    field(button, "steps").stepUp()

    button.panel.hide()

    assert chosen == [("steps", 2)]


def test_a_default_is_asked_for_as_none(button, chosen):
    button.set_engine(KNOWER, {"unmarked": "searched"})

    field(button, "unmarked").activated.emit(0)

    assert chosen == [("unmarked", None)]


def test_what_differs_from_the_defaults_can_be_seen_and_reset(button, chosen):
    assert not button.isChecked()
    assert not button.panel.reset.isEnabled()

    button.set_engine(KNOWER, {"steps": 4})
    assert button.isChecked()
    assert "1 changed" in button.toolTip()
    button.panel.reset.click()

    assert chosen == [("reset", None)]


@pytest.mark.parametrize(
    ("place", "moved"),
    [
        (QRect(10, 10, 100, 50), QRect(10, 10, 100, 50)),
        (QRect(-30, -10, 100, 50), QRect(0, 0, 100, 50)),
        (QRect(450, 280, 100, 50), QRect(399, 249, 100, 50)),
        (QRect(10, 10, 100, 900), QRect(10, 0, 100, 900)),
    ],
)
def test_the_panel_stays_on_the_screen(place, moved):
    assert kept_inside(place, QRect(0, 0, 500, 300)) == moved


def test_another_engine_brings_its_own_settings(button):
    button.set_engine(PAINTER, {})

    assert list(button.panel.controls) == ["passes", "unmarked"]


def test_without_an_engine_there_is_nothing_to_set(button):
    button.set_engine(None)

    assert not button.isEnabled()
