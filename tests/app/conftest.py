"""The whole editor for tests; none of them may leave a thread or a timer running behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer
from shiboken6 import isValid

from app.commands import connect_actions
from app.dialogs import Dialogs
from app.editor import Editor
from app.paths import home
from app.playback.output import SilentOutput
from app.settings import SettingsStore
from core.separation.spectral_info import SPECTRAL_INFO
from tests.helpers.editing import WAIT_MS, Person, is_ready
from tests.helpers.scenes import write_scene


@pytest.fixture(autouse=True)
def _nothing_keeps_running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads: list[QThread] = []
    timers: list[QTimer] = []
    start_thread, start_timer = QThread.start, QTimer.start

    def starting_thread(self: QThread, *args: object) -> None:
        threads.append(self)
        start_thread(self, *args)

    def starting_timer(self: QTimer, *args: object) -> None:
        timers.append(self)
        start_timer(self, *args)

    monkeypatch.setattr(QThread, "start", starting_thread)
    monkeypatch.setattr(QTimer, "start", starting_timer)
    yield
    left_threads = [thread for thread in threads if isValid(thread) and thread.isRunning()]
    left_timers = [timer for timer in timers if isValid(timer) and timer.isActive()]
    for timer in left_timers:
        timer.stop()
    assert not left_threads, "threads left running"
    assert not left_timers, "timers left running"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    """Whoever sits before the window, and answers its questions."""
    person = Person()
    monkeypatch.setattr(Dialogs, "unsaved", lambda *_: person.unsaved)
    monkeypatch.setattr(Dialogs, "where_to_save", lambda *_: person.save_to)
    monkeypatch.setattr(Dialogs, "find_media", lambda *_: person.media)
    monkeypatch.setattr(Dialogs, "export", lambda *_: person.export)
    monkeypatch.setattr(Dialogs, "export_sounding", lambda *_: person.export_sounding)
    monkeypatch.setattr(Dialogs, "recover", lambda *_: person.recovers)
    return person


@pytest.fixture
def open_editor(qtbot, qapp, person, tmp_path) -> Iterator[Callable[[Path | None], Editor]]:
    """Returns a function that starts an editor on a path; all are shut down in the end.

    Its engine needs no weights and goes by marks alone, so that the scene's answer is known.
    """
    editors = []

    def start(path: Path | None) -> Editor:
        place = home().make()
        editor = Editor(
            qapp,
            place,
            SettingsStore(place.config),
            (SPECTRAL_INFO,),
            tmp_path / "program" / "demo.mkv",
            lambda rate_hz: (SilentOutput(rate_hz), ""),
        )
        connect_actions(editor)
        qtbot.addWidget(editor.window)
        editor.window.show()
        editors.append(editor)
        editor.start(path)
        return editor

    yield start
    for editor in editors:
        editor.shutdown()
        editor.window.notices.clear()
        editor.window.may_close = lambda: True


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return write_scene(tmp_path / "scene.mkv")


@pytest.fixture
def editor(open_editor, scene, qtbot) -> Editor:
    """The editor with the scene on its desk, read to its end."""
    editor = open_editor(scene)
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)
    return editor
