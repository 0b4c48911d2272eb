"""A clip with two sound tracks of different rates: choosing, and undoing the choice."""

import pytest

from core.domain.listening import Listen
from tests.helpers.editing import WAIT_MS, is_ready, mark, separate, titles
from tests.helpers.scenes import RATE_HZ, write_scene

OTHER_HZ = 8_000


@pytest.fixture
def editor(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "two.mkv", other_rate_hz=OTHER_HZ))
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)
    return editor


def _wait_for_rate(editor, qtbot, rate_hz):
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.sound.source.sample_rate_hz == rate_hz,
        timeout=WAIT_MS,
    )


def _choose_other(editor):
    editor.window.audio_track_chosen.emit(editor.media.clip.info.audio[1].index)


def test_undoing_a_choice_of_track_brings_its_stems_back_to_be_heard(editor, qtbot):
    mark(editor)
    separate(editor, qtbot)
    _choose_other(editor)
    assert editor.media.clip.sound is None
    _wait_for_rate(editor, qtbot, OTHER_HZ)
    assert editor.player.available == {Listen.MIX}

    editor.document.undo_stack.undo()
    _wait_for_rate(editor, qtbot, RATE_HZ)

    assert Listen.TARGET in editor.player.available
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)
    assert not [row for row in editor.runner.rows() if row.state == "failed"]
    assert "cannot" not in titles(editor)


def test_a_separation_of_the_other_track_is_given_up(editor, qtbot):
    mark(editor)
    editor.actions["separate"].trigger()

    _choose_other(editor)
    _wait_for_rate(editor, qtbot, OTHER_HZ)
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert editor.separation.running_stem_id is None
    assert editor.document.project.stems[0].result is None


def test_the_place_in_the_clip_stays_when_another_track_is_chosen(editor, qtbot):
    editor.player.seek(1.0)

    _choose_other(editor)
    _wait_for_rate(editor, qtbot, OTHER_HZ)

    assert editor.player.position_s == pytest.approx(1.0)
