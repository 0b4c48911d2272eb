"""What is left behind when a clip leaves the desk, and what can be heard while it is there."""

import numpy as np
import pytest
import soundfile

from app import composition
from core.domain import edits
from core.domain.project import StemResult
from tests.helpers.editing import WAIT_MS, is_ready, mark
from tests.helpers.scenes import write_scene

LISTENING = ("listen_target", "listen_residual", "listen_mixer", "listen_next")


@pytest.fixture(autouse=True)
def _no_engine_is_loaded(monkeypatch):
    """Nothing here is separated, so nothing needs to be warm."""
    monkeypatch.setattr("app.warm_up.DELAY_MS", 10**8)


def _separate(editor, path) -> None:
    """Give the selected stem a target of silence, as if an engine had left it at `path`."""
    mix = editor.media.clip.sound.source
    shape = (mix.n_samples, mix.n_channels)
    soundfile.write(path, np.zeros(shape, np.float32), mix.sample_rate_hz, subtype="FLOAT")
    project = editor.document.project
    stem = project.selected_stem
    result = StemResult(
        path, stem.prompts, stem.engine, 0, {}, mix.n_samples, mix.sample_rate_hz, mix.n_channels
    )
    editor.document.apply("Separate", edits.set_result(project, stem.stem_id, result))


@pytest.fixture
def saved_twice(editor, qtbot, person, tmp_path):
    """A project with one result that it uses, and an older one that only undo would ask for."""
    person.save_to = tmp_path / "duo.soloist"
    mark(editor)
    for name in ("first.wav", "second.wav"):
        _separate(editor, tmp_path / name)
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


def test_a_target_can_be_listened_to_once_there_is_one(editor, tmp_path):
    assert not any(editor.actions[name].isEnabled() for name in LISTENING)

    mark(editor)
    _separate(editor, tmp_path / "target.wav")

    assert all(editor.actions[name].isEnabled() for name in LISTENING)
    editor.document.undo_stack.undo()
    assert not any(editor.actions[name].isEnabled() for name in LISTENING)


def test_work_that_nothing_can_stop_is_left_behind_with_the_program(editor, monkeypatch):
    stop, codes = editor.runner.shutdown, []
    monkeypatch.setattr(editor.runner, "shutdown", lambda timeout_ms: stop(timeout_ms) and False)
    monkeypatch.setattr(composition, "QApplication", FakeApplication)
    monkeypatch.setattr(composition, "compose", lambda *_: editor)
    monkeypatch.setattr(composition, "_log_to", lambda _home: None)
    monkeypatch.setattr("os._exit", codes.append)

    composition.run(editor.media.clip.info.path)

    assert codes == [3]
    assert not editor._working.path.exists()


class FakeApplication:
    """Is left as soon as it begins."""

    def __init__(self, _arguments):
        pass

    def setApplicationName(self, _name):
        pass

    def setApplicationDisplayName(self, _name):
        pass

    def exec(self):
        return 3
