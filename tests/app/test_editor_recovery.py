"""What a crash left behind is offered at the next start, and never lost by a missing clip."""

import pytest

from app.autosave import find_recoveries
from app.paths import home
from core.files.project_file import SUFFIX, save_project
from tests.helpers.editing import WAIT_MS, is_ready, mark, titles
from tests.helpers.scenes import write_scene


def _crash(editor, qtbot):
    """Leave the copy behind that a crash would leave."""
    mark(editor)
    qtbot.waitUntil(lambda: editor._autosave.path.is_file(), timeout=WAIT_MS)
    folder = home().data / "recovery"
    save_project(editor.document.project, {}, folder / f"crashed{SUFFIX}")


def _left():
    found = find_recoveries(home().data / "recovery")
    for recovery in found:
        recovery.let_go()
    return [recovery.name for recovery in found]


@pytest.fixture
def crashed(editor, qtbot):
    """The project that was open when the program crashed."""
    _crash(editor, qtbot)
    return editor.document.project


@pytest.mark.usefixtures("crashed")
def test_work_that_a_crash_left_comes_back_unsaved(open_editor, person, qtbot, scene):
    person.recovers = True

    again = open_editor(None)
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)

    assert again.document.project.media_path == scene
    assert len(again.document.project.stems[0].prompts.spans) == 1
    assert not again.document.is_clean


@pytest.mark.usefixtures("crashed")
def test_work_whose_clip_is_not_found_is_offered_again(open_editor, person, qtbot, scene, tmp_path):
    (tmp_path / "program").mkdir()
    write_scene(tmp_path / "program" / "demo.mkv")
    person.recovers = True
    scene.rename(tmp_path / "moved.mkv")

    again = open_editor(None)
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)

    assert again.media.clip.info.path.name == "demo.mkv"
    assert _left() == ["scene.mkv"]


@pytest.mark.usefixtures("crashed")
def test_work_whose_clip_is_broken_is_offered_again(open_editor, person, qtbot, scene):
    person.recovers = True
    scene.write_text("Dear reader,")

    again = open_editor(None)
    qtbot.waitUntil(lambda: titles(again) != "", timeout=WAIT_MS)

    assert _left() == ["scene.mkv"]


@pytest.mark.usefixtures("crashed")
def test_work_that_is_not_wanted_is_deleted(open_editor, qtbot, tmp_path):
    (tmp_path / "program").mkdir()
    write_scene(tmp_path / "program" / "demo.mkv")

    again = open_editor(None)
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)

    assert _left() == []


def test_no_project_is_suggested_inside_the_program(editor, scene, monkeypatch):
    suggested = []
    monkeypatch.setattr(
        type(editor.dialogs), "where_to_save", lambda _, path: suggested.append(path)
    )
    mark(editor)

    editor.actions["save"].trigger()
    editor.projects._program_folder = scene.parent
    editor.actions["save"].trigger()

    assert suggested[0] == scene.with_suffix(SUFFIX)
    assert scene.parent not in suggested[1].parents
    assert suggested[1].name == "scene.soloist"
