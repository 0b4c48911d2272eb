"""What is left behind when a clip leaves the desk, and what can be heard while it is there."""

import pytest

from tests.helpers.editing import WAIT_MS, is_ready, mark, separate
from tests.helpers.scenes import write_scene

LISTENING = ("listen_target", "listen_residual", "listen_mixer", "listen_next")


@pytest.fixture
def saved_twice(editor, qtbot, person, tmp_path):
    """A project with one result that it uses, and an older one that only undo would ask for."""
    person.save_to = tmp_path / "duo.soloist"
    mark(editor)
    for _ in range(2):
        separate(editor, qtbot)
        with qtbot.waitSignal(editor.projects.saved, timeout=WAIT_MS):
            editor.actions["save"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)
    return person.save_to


def _stems_beside(project) -> list[str]:
    return sorted(file.name for file in (project.parent / f"{project.name}-data").glob("*.wav"))


def test_older_results_stay_while_undo_may_ask_for_them_and_go_with_the_clip(
    editor, qtbot, saved_twice
):
    assert len(_stems_beside(saved_twice)) == 2

    editor.actions["close_clip"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert len(_stems_beside(saved_twice)) == 1


def test_another_clip_makes_them_go_too_and_the_project_opens_whole(
    editor, qtbot, saved_twice, tmp_path
):
    editor.projects.open(write_scene(tmp_path / "other.mkv"))
    qtbot.waitUntil(lambda: len(_stems_beside(saved_twice)) == 1, timeout=WAIT_MS)

    editor.projects.open(saved_twice)
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.document.path == saved_twice, timeout=WAIT_MS
    )

    assert editor.document.project.stems[0].result is not None


def test_the_end_of_the_program_tidies_up(editor, saved_twice):
    editor.shutdown()

    assert len(_stems_beside(saved_twice)) == 1


def test_a_target_can_be_listened_to_once_there_is_one(editor, qtbot):
    assert not any(editor.actions[name].isEnabled() for name in LISTENING)

    mark(editor)
    separate(editor, qtbot)

    assert all(editor.actions[name].isEnabled() for name in LISTENING)
    editor.document.undo_stack.undo()
    assert not any(editor.actions[name].isEnabled() for name in LISTENING)
