"""Preferences in the whole editor: every job goes by them, and the next start knows them."""

import pytest
import torch

# Loaded beforehand: on a busy machine that takes longer than a test waits.
import core.separation.spectral  # noqa: F401
from app.controllers import devices as devices_controller
from app.controllers import finding, masking, recognition, separation, tagging
from app.paths import home
from app.settings import SettingsStore
from core.detection.protocol import STRICT, USUAL
from core.jobs.devices import DevicesAnswer
from core.jobs.requests import next_job_id
from tests.helpers.editing import WAIT_MS, click_the_disc, mark, separate, titles

# Tests run side by side; threads of torch that wait for each other would make all of them slow.
torch.set_num_threads(1)

# What the display of the tests cannot do, and says.
pytestmark = pytest.mark.qt_log_ignore("does not support")

THERE = {"cpu": "CPU", "cuda:0": "First GPU (cuda:0)", "cuda:1": "Second GPU (cuda:1)"}


@pytest.fixture(autouse=True)
def there(monkeypatch):
    """The devices of this computer, which a test may change; torch is not asked."""
    devices = dict(THERE)

    class Listing:
        label = "List"

        def __init__(self):
            self.job_id = next_job_id()

        def __call__(self, report, cancel):
            return DevicesAnswer(self.job_id, dict(devices))

    monkeypatch.setattr(devices_controller, "ListDevicesJob", Listing)
    return devices


@pytest.fixture
def asked_devices(monkeypatch):
    """By the name of a job, the devices it was asked to run on; they all run on the CPU."""
    asked: dict[str, list[str]] = {}

    def on_the_cpu(module, name):
        made = getattr(module, name)

        def make(*args, **named):
            request = made(*args, **named)
            asked.setdefault(name, []).append(request.device)
            object.__setattr__(request, "device", "cpu")
            return request

        monkeypatch.setattr(module, name, make)

    for module, names in {
        masking: ("MaskJob", "TrackJob"),
        separation: ("PreviewJob", "SeparationJob"),
        recognition: ("BeliefJob",),
        tagging: ("TagJob",),
        finding: ("FindJob",),
    }.items():
        for name in names:
            on_the_cpu(module, name)
    return asked


def opened(editor, qtbot):
    editor.actions["preferences"].trigger()
    view = editor.preferences.view
    qtbot.waitUntil(lambda: "Looking" not in view.device_note.text(), timeout=WAIT_MS)
    return view


def pick(view, name):
    view.device.activated.emit(view.device.findData(name))


def test_only_devices_that_are_there_are_offered(editor, qtbot):
    view = opened(editor, qtbot)

    names = [view.device.itemData(place) for place in range(view.device.count())]
    assert names == ["auto", *THERE]
    assert view.device.currentData() == "auto"


def test_the_chosen_device_is_handed_to_every_job_and_remembered(
    editor, qtbot, asked_devices, monkeypatch
):
    monkeypatch.setattr(separation, "PREVIEW_S", 1.0)  # or the clip would be too short for one
    pick(opened(editor, qtbot), "cuda:1")

    click_the_disc(editor, qtbot)
    mark(editor)
    separate(editor, qtbot)

    assert {name: set(devices) for name, devices in asked_devices.items()} == {
        "MaskJob": {"cuda:1"},
        "TrackJob": {"cuda:1"},
        "PreviewJob": {"cuda:1"},
        "SeparationJob": {"cuda:1"},
    }
    others = (editor.searching, editor.sources, *editor.understanding.computing)
    assert [one.device for one in others] == ["cuda:1"] * 5
    assert SettingsStore(home().config).value.device == "cuda:1"


def test_a_device_that_is_gone_is_missed_aloud_and_done_without(
    editor, qtbot, there, open_editor, scene
):
    pick(opened(editor, qtbot), "cuda:1")
    del there["cuda:1"]

    again = open_editor(scene)
    qtbot.waitUntil(lambda: "cuda:1" in titles(again), timeout=WAIT_MS)

    assert again.separation.device == "auto"
    view = opened(again, qtbot)
    assert view.device.currentText() == "cuda:1 (not here now)"
    assert SettingsStore(home().config).value.device == "cuda:1", "it may come back"


def test_any_gpu_is_missed_where_there_is_none(there, open_editor, scene, qtbot):
    home().make()
    SettingsStore(home().config).change(device="cuda")
    there.pop("cuda:1")

    assert open_editor(scene).separation.device == "cuda"

    there.pop("cuda:0")
    again = open_editor(scene)
    qtbot.waitUntil(lambda: "“cuda”" in titles(again), timeout=WAIT_MS)
    assert again.separation.device == "auto"


def test_thresholds_are_used_for_the_next_search_and_remembered(editor, qtbot):
    assert editor.searching.thresholds == USUAL
    view = opened(editor, qtbot)

    view.preset.activated.emit(1)

    assert editor.searching.thresholds == STRICT
    assert (view.box.value(), view.text.value()) == (STRICT.box, STRICT.text)
    kept = SettingsStore(home().config).value
    assert (kept.find_box_threshold, kept.find_text_threshold) == (STRICT.box, STRICT.text)
