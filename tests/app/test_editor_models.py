"""The model store in the whole editor, with a server on this machine in place of the hub."""

import pytest

from core.domain.models import ModelState
from core.jobs.models import InstallJob
from core.store import installed
from core.store.catalogue import entry
from core.store.presence import status
from tests.helpers.editing import WAIT_MS
from tests.helpers.model_server import Mishap, model_server
from tests.helpers.models import noise

# What the display of the tests cannot do, and says.
pytestmark = pytest.mark.qt_log_ignore("does not support")

NAME = "t5-base"


@pytest.fixture
def hub(monkeypatch):
    with model_server() as server:
        server.is_hub = True
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        for file in entry(NAME).files:
            server.files[path_of(file)] = noise(40_000, seed=len(file.path))
        yield server


@pytest.fixture
def accepting(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "app.dialogs.Dialogs.accept_licences",
        lambda _self, entries: asked.append([one.name for one in entries]) or True,
    )
    monkeypatch.setattr("app.dialogs.Dialogs.remove_model", lambda *_: True)
    return asked


def path_of(file):
    return "/" + file.url.split("/", 3)[3]


@pytest.fixture
def store(editor, qtbot, hub):
    editor.actions["models"].trigger()
    view = editor.model_store.view
    qtbot.waitUntil(lambda: view.list.count() > 0, timeout=WAIT_MS)
    view.select(NAME)
    return view


def is_done(editor):
    return lambda: editor.models.running is None


def test_a_model_is_installed_checked_and_removed_from_the_menu(editor, store, qtbot, accepting):
    with qtbot.waitSignal(editor.models.changed, timeout=WAIT_MS):
        store.install.click()

    assert accepting == [[NAME]]
    assert status(entry(NAME)).state is ModelState.INSTALLED
    assert store.message.text() == "Installed T5 base."
    qtbot.waitUntil(store.verify.isEnabled, timeout=WAIT_MS)

    store.verify.click()
    qtbot.waitUntil(lambda: "T5 base is whole" in store.message.text(), timeout=WAIT_MS)
    qtbot.waitUntil(store.remove.isEnabled, timeout=WAIT_MS)

    with qtbot.waitSignal(editor.models.changed, timeout=WAIT_MS):
        store.remove.click()
    assert installed(NAME) is None


def test_a_declined_licence_downloads_nothing(editor, store, qtbot, hub, monkeypatch):
    monkeypatch.setattr("app.dialogs.Dialogs.accept_licences", lambda *_: False)

    store.install.click()

    assert editor.models.running is None
    assert hub.seen == []


def test_the_download_is_seen_and_can_be_cancelled(editor, store, qtbot, hub, accepting):
    hub.slice_pause_s = 0.1
    store.install.click()

    qtbot.waitUntil(lambda: "Downloading" in store.progress_line.detail.text(), timeout=WAIT_MS)
    assert [row.label for row in editor.runner.rows() if row.state == "running"] == [
        "Install T5 base"
    ]
    store.progress_line.button.click()
    qtbot.waitUntil(is_done(editor), timeout=WAIT_MS)

    assert installed(NAME) is None
    assert store.progress_line is None


def test_a_clip_is_read_while_a_model_is_on_its_way(editor, store, qtbot, hub, accepting, scene):
    hub.slice_pause_s = 0.2
    store.install.click()
    qtbot.waitUntil(lambda: "Downloading" in store.progress_line.detail.text(), timeout=WAIT_MS)

    with qtbot.waitSignal(editor.media.sound_whole, timeout=WAIT_MS):
        editor.projects.open(scene)

    assert editor.models.running is not None
    editor.models.cancel(editor.models.running.job_id)
    qtbot.waitUntil(is_done(editor), timeout=WAIT_MS)


def test_what_went_wrong_is_said_in_the_store(editor, store, qtbot, hub, accepting):
    hub.always[path_of(entry(NAME).files[0])] = Mishap(status=403, method="HEAD")

    store.install.click()

    qtbot.waitUntil(lambda: store.message.isVisible(), timeout=WAIT_MS)
    assert "The server asks for a sign-in" in store.message.text()


def test_what_went_wrong_is_said_in_the_editor_once_the_store_is_closed(
    editor, store, qtbot, hub, accepting
):
    hub.slice_pause_s = 0.05
    hub.always[path_of(entry(NAME).files[1])] = Mishap(status=403)
    store.install.click()
    store.close()

    qtbot.waitUntil(is_done(editor), timeout=WAIT_MS)

    titles = [notice.title for notice in editor.window.notices.shown]
    assert titles == ["The model store could not do that"]


def test_a_token_is_in_no_words_of_the_job_that_carries_it():
    job = InstallJob((entry("sam-audio-base"),), frozenset(), "hf_secret")

    assert "hf_secret" not in repr(job)
    assert "hf_secret" not in job.label
