from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from core.domain.models import Licence, ModelEntry, ModelFile, ModelState, ModelStatus
from widgets.jobs_panel import JobRow
from widgets.licence_dialog import LicenceDialog
from widgets.model_store import ModelStore
from widgets.notice_bar import Severity

# What the display of the tests cannot do, and says.
pytestmark = pytest.mark.qt_log_ignore("does not support")

FREE = Licence("Free 1.0", "https://example.org/free", "Do as you like.", True, True)
STRICT = Licence("Strict", "https://example.org/strict", "Study only.", False, False)
RUNNING = JobRow(7, "Install Ear", "Downloading: Ear", 0.25, 75.0, "running")


def a_model(name, state=ModelState.ABSENT, *, size=0, missing=(), **changed):
    told = {
        "name": name,
        "title": name.capitalize(),
        "purpose": f"What {name} is for.",
        "version": "2",
        "folder": name,
        "page": f"https://example.org/{name}",
        "repository": None,
        "revision": None,
        "licence": FREE,
        "is_gated": False,
        "n_parameters": 1_000_000,
        "download_bytes": None,
        "memory_note": "",
        "requires": (),
        "files": (ModelFile("w.bin", "https://example.org/w.bin"),),
        **changed,
    }
    return ModelStatus(ModelEntry(**told), state, Path("/models") / name, size, missing)


EAR = a_model("ear")
EYE = a_model("eye", ModelState.INSTALLED, size=2_000_000)
GATED = a_model("gated", is_gated=True, licence=STRICT, requires=("ear", "eye"))
HALF = a_model("half", ModelState.PARTIAL, size=500_000)
CARRIED = a_model("carried", files=(ModelFile("w.bin", None),))


@pytest.fixture
def store(qtbot):
    widget = ModelStore()
    qtbot.addWidget(widget)
    widget.set_models((EAR, EYE, GATED, HALF, CARRIED))
    widget.show()
    return widget


def enabled(store):
    buttons = {
        "install": store.install,
        "import": store.import_,
        "verify": store.verify,
        "remove": store.remove,
    }
    return {name for name, button in buttons.items() if button.isEnabled()}


def test_only_what_can_be_done_with_a_model_is_offered(store):
    assert enabled(store) == {"install", "import"}

    store.select("eye")
    assert enabled(store) == {"import", "verify", "remove"}

    store.select("half")
    assert enabled(store) == {"install", "import", "verify", "remove"}
    assert store.install.text() == "Go &on…"

    store.select("carried")
    assert enabled(store) == {"import"}


def test_while_something_runs_nothing_else_is_offered(store):
    store.set_progress(RUNNING)

    assert enabled(store) == set()
    assert "Wait until" in store.install.toolTip()

    store.set_progress(None)
    assert enabled(store) == {"install", "import"}


def test_running_work_shows_share_and_time_left_and_can_be_stopped(store, qtbot):
    store.set_progress(RUNNING)

    assert store.progress_line.detail.text() == "Downloading: Ear · 25% · 1 min 15 s left"
    with qtbot.waitSignal(store.cancel_requested) as asked:
        store.progress_line.button.click()
    assert asked.args == [7]


def test_what_is_known_of_a_model_is_told(store):
    store.select("gated")

    details = store.details
    assert details.title.text() == "Gated"
    assert details.value("State") == "Not installed"
    assert details.value("Size") == "about 4.0 MB"
    assert "4.0 MB in float32, 2.0 MB in bfloat16" in details.value("Memory")
    assert "Strict: no commercial use" in details.value("Licence")
    assert details.value("Access").startswith("Gated")
    assert details.value("Needs") == "Ear (comes along), Eye (installed)"
    assert details.value("Folder") == ""


def test_a_token_is_asked_for_where_one_is_needed_and_is_never_readable(store, qtbot):
    assert store.token.isHidden()
    store.select("gated")
    assert not store.token.isHidden()
    assert store.token.line.echoMode() is QLineEdit.EchoMode.Password

    qtbot.keyClicks(store.token.line, " hf_x ")
    with qtbot.waitSignal(store.install_requested) as asked:
        qtbot.keyClick(store.token.line, Qt.Key.Key_Return)

    assert asked.args == ["gated", "hf_x"]
    assert store.token.line.text() == ""


def test_the_list_is_walked_with_the_keys(store, qtbot):
    store.list.setFocus()

    qtbot.keyClick(store.list, Qt.Key.Key_Down)

    assert store.list.selected == "eye"
    assert store.details.title.text() == "Eye"


def test_every_control_is_reached_with_tab(store, qtbot):
    store.select("half")
    store.activateWindow()
    store.list.setFocus()
    reached = set()

    for _ in range(12):
        reached.add(store.focusWidget())
        store.focusNextPrevChild(True)

    assert {store.list, store.install, store.import_, store.verify, store.remove} <= reached


def test_the_selected_model_stays_when_the_list_comes_again(store):
    store.select("half")
    store.say(Severity.ERROR, "The connection broke.")

    store.set_models((EAR, EYE, GATED, HALF))

    assert store.list.selected == "half"
    assert store.message.text() == "The connection broke."
    assert store.message.isVisible()


def test_what_was_said_goes_with_the_model_it_was_about(store):
    store.say(Severity.ERROR, "The connection broke.")

    store.select("eye")

    assert not store.message.isVisible()


def test_a_model_can_be_chosen_before_the_list_is_there(qtbot):
    widget = ModelStore()
    qtbot.addWidget(widget)

    widget.select("eye")
    widget.set_models((EAR, EYE))

    assert widget.list.selected == "eye"


@pytest.mark.parametrize("is_folder", [True, False])
def test_an_import_asks_where_from(store, qtbot, monkeypatch, is_folder):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/media/ear")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/media/ear.zip", ""))

    with qtbot.waitSignal(store.import_requested) as asked:
        store.import_.menu().actions()[0 if is_folder else 1].trigger()

    assert asked.args == ["ear", Path("/media/ear" if is_folder else "/media/ear.zip")]


def test_nothing_is_imported_when_the_question_is_closed(store, monkeypatch, qtbot):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")

    with qtbot.assertNotEmitted(store.import_requested):
        store.import_.menu().actions()[0].trigger()


def test_a_licence_must_be_accepted_with_a_tick_before_anything_is_downloaded(qtbot):
    dialog = LicenceDialog((EAR.entry, GATED.entry))
    qtbot.addWidget(dialog)

    assert dialog.tabs.count() == 2
    assert not dialog.go.isEnabled()
    dialog.accepts.setChecked(True)
    assert dialog.go.isEnabled()

    with qtbot.waitSignal(dialog.accepted):
        dialog.go.click()


def test_models_of_one_licence_share_its_page(qtbot):
    dialog = LicenceDialog((EAR.entry, EYE.entry))
    qtbot.addWidget(dialog)

    assert dialog.tabs.count() == 1
    assert dialog.accepts.text() == "I have &read this licence and accept"
