"""The window of preferences: what is shown asks for nothing, what a person touches does."""

import pytest

from widgets.preferences import Preferences, Preset

PRESETS = (Preset("Usual", 0.3, 0.25), Preset("Strict", 0.7, 0.3))


@pytest.fixture
def view(qtbot):
    view = Preferences()
    qtbot.addWidget(view)
    view.set_presets(PRESETS)
    view.asked = []
    view.device_chosen.connect(view.asked.append)
    view.thresholds_chosen.connect(lambda box, text: view.asked.append((box, text)))
    return view


def test_what_is_shown_asks_for_nothing(view):
    view.set_devices({"auto": "Automatic", "cpu": "CPU"}, "cpu", is_looking=False)
    view.set_thresholds(0.7, 0.3)

    assert view.device.currentText() == "CPU"
    assert view.preset.currentText() == "Strict (0.70 and 0.30)"
    assert view.asked == []


def test_a_device_is_chosen_from_those_that_are_there(view):
    view.set_devices({"auto": "Automatic", "cuda:1": "Second GPU"}, "auto", is_looking=False)

    view.device.activated.emit(1)

    assert view.asked == ["cuda:1"]


def test_as_long_as_devices_are_looked_for_it_says_so(view):
    view.set_devices({"auto": "Automatic"}, "auto", is_looking=True)
    assert "Looking for GPUs" in view.device_note.text()

    view.set_devices({"auto": "Automatic"}, "auto", is_looking=False)
    assert "Looking" not in view.device_note.text()


def test_a_preset_asks_for_both_of_its_thresholds(view):
    view.preset.activated.emit(1)

    assert view.asked == [(0.7, 0.3)]


def test_thresholds_without_a_name_are_the_persons_own(view):
    view.set_thresholds(0.3, 0.25)

    view.box.setValue(0.4)

    assert view.asked == [(0.4, 0.25)]
    assert view.preset.currentText() == "My own"


def test_asking_for_ones_own_changes_no_number_yet(view):
    view.set_thresholds(0.3, 0.25)

    view.preset.activated.emit(len(PRESETS))

    assert view.asked == []
    assert view.preset.currentText().startswith("Usual")
