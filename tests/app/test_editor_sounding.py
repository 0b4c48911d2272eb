"""What sounds is shown in the real window, and one click on it makes it the prompt."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.settings import SettingsStore
from core.errors import MediaError, ModelError
from core.jobs import sounding as sounding_job
from tests.helpers.ears import Ears, see, take_the_discs_place
from tests.helpers.editing import WAIT_MS, click_the_disc, is_ready, titles
from tests.helpers.scenes import DISC_PX, LENGTH_S, write_scene
from widgets.sounding_words import HEARD_OFF_SCREEN, NO_SOUND


@pytest.fixture
def ears(monkeypatch) -> Ears:
    return take_the_discs_place(monkeypatch)


def _go_to(editor, qtbot, time_s):
    editor.player.seek(time_s)
    qtbot.waitUntil(lambda: abs(editor.picture.frame.time_s - time_s) < 0.06, timeout=WAIT_MS)


def _shown(editor):
    return [source.label for source in editor.window.video.sounding.offered]


def test_one_click_on_what_sounds_makes_it_the_prompt_in_one_step(editor, ears, qtbot):
    see(editor, qtbot)
    assert _shown(editor) == ["tin_drum"]

    assert editor.window.video.pick(DISC_PX)

    region = editor.masking.region
    assert region.clicks[0].x_px == pytest.approx(DISC_PX[0], abs=4)
    assert region.clicks[0].y_px == pytest.approx(DISC_PX[1], abs=4)
    assert region.boxes[0].x0_px < DISC_PX[0] - 10 < DISC_PX[0] + 10 < region.boxes[0].x1_px
    qtbot.waitUntil(lambda: editor.tracks.is_whole(region), timeout=WAIT_MS)
    assert editor.actions["separate"].isEnabled()
    assert _shown(editor) == []  # it is the person's own by now

    editor.document.undo_stack.undo()

    assert editor.document.project.stems == ()
    assert _shown(editor) == ["tin_drum"]


def test_a_number_on_a_key_picks_it_too(editor, ears, qtbot):
    see(editor, qtbot)
    qtbot.waitUntil(editor.window.video.hasFocus, timeout=WAIT_MS)

    QTest.keyClick(editor.window.video, Qt.Key.Key_1)

    assert editor.masking.region.boxes


def test_picking_replaces_what_the_stem_asked_for_by_a_click(editor, ears, qtbot):
    click_the_disc(editor, qtbot)
    see(editor, qtbot)

    editor.window.video.pick(DISC_PX)

    assert len(editor.document.project.stems) == 1
    assert len(editor.masking.region.clicks) == 1
    assert editor.masking.region.boxes


def test_a_click_that_corrects_what_was_picked_does_not_pick_it_again(editor, ears, qtbot):
    see(editor, qtbot)
    editor.window.video.pick(DISC_PX)

    assert not editor.window.video.pick(DISC_PX)
    editor.window.video.click_requested.emit(DISC_PX[0] + 5, DISC_PX[1], True)

    assert len(editor.masking.region.clicks) == 2
    assert _shown(editor) == []


def test_what_is_heard_and_not_seen_is_said(editor, ears, qtbot):
    see(editor, qtbot)
    video = editor.window.video
    assert video.sounding_said == ""

    _go_to(editor, qtbot, 1.8)

    assert video.sounding_said == HEARD_OFF_SCREEN
    assert _shown(editor) == []


def test_the_timeline_says_when_it_sounds_on_screen_and_off(editor, ears, qtbot):
    see(editor, qtbot)
    qtbot.waitUntil(lambda: len(editor.window.timeline.sounding.rows) == 2, timeout=WAIT_MS)

    drum, hidden = editor.window.timeline.sounding.rows
    assert (drum.name, drum.colour) == ("tin drum", 0)
    assert drum.stretches_s[0][0] == 0.0
    assert hidden.colour is None
    assert hidden.stretches_s[-1][1] == pytest.approx(LENGTH_S, abs=0.21)

    editor.actions["show_sounding"].trigger()

    assert editor.window.timeline.sounding.isHidden()


def test_silence_is_said(open_editor, ears, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(sounding_job, "_HEARD_FROM_RMS", 1e9)
    ears.n_seen = 0
    editor = open_editor(write_scene(tmp_path / "quiet.mkv"))
    qtbot.waitUntil(lambda: is_ready(editor), timeout=WAIT_MS)

    see(editor, qtbot)

    assert editor.window.video.sounding_said == NO_SOUND


def test_the_moments_after_the_playhead_are_looked_at_first(editor, ears, qtbot):
    _go_to(editor, qtbot, 1.2)
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()
    assert "Looking" in editor.window.video.sounding_said

    firsts = []
    editor.sources.track_changed.connect(
        lambda: firsts.extend([frame.time_s for frame in editor.sources.track][:1])
    )
    ears.may_go_on.set()
    qtbot.waitUntil(lambda: not editor.sources.is_looking, timeout=WAIT_MS)

    assert firsts[0] > 0.5
    assert firsts[-1] == 0.0


def test_escape_stops_looking_and_keeps_what_was_found(editor, ears, qtbot):
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()
    qtbot.waitUntil(lambda: editor.runner.rows()[0].state == "running", timeout=WAIT_MS)

    editor.actions["cancel"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert not editor.sources.is_looking
    assert editor.window.video.sounding_said == ""
    assert not editor.window.notices.shown


def test_where_the_sound_cannot_be_read_nobody_waits_for_it(editor, ears, qtbot):
    clip = editor.media.clip
    editor.sources.set_clip(replace(clip, sound=None, is_sound_whole=False))
    editor.actions["see_sounding"].trigger()
    assert editor.window.video.sounding_said != ""

    editor.media.failed.emit(MediaError("the disk is full", advice="Make room."), clip.info.path)

    assert not editor.sources.is_looking
    assert editor.window.video.sounding_said == ""


def test_asking_again_takes_the_place_of_what_runs(editor, ears, qtbot):
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()
    qtbot.waitUntil(lambda: editor.runner.rows()[0].state == "running", timeout=WAIT_MS)
    editor.actions["see_sounding"].trigger()
    rows = editor.runner.rows
    qtbot.waitUntil(
        lambda: [row.state for row in rows() if "sounds" in row.label] == ["running"],
        timeout=WAIT_MS,
    )
    ears.may_go_on.set()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert len(editor.sources.track) == ears.n_in_all == round(LENGTH_S * 5)


def test_another_clip_leaves_nothing_of_the_earlier_one(editor, ears, qtbot, tmp_path):
    see(editor, qtbot)
    other = write_scene(tmp_path / "other.mkv")

    editor.projects.open(other)
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.info.path == other, timeout=WAIT_MS
    )

    assert editor.sources.track is None
    assert _shown(editor) == []
    assert editor.window.video.sounding_said == ""


def test_a_click_is_answered_while_the_clip_is_looked_through(editor, ears, qtbot):
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()
    qtbot.waitUntil(lambda: editor.runner.rows()[0].state == "running", timeout=WAIT_MS)

    click_the_disc(editor, qtbot)

    assert editor.sources.is_looking
    editor.actions["cancel"].trigger()


def test_hiding_what_sounds_is_remembered(editor, ears, qtbot, qapp, open_editor, scene):
    see(editor, qtbot)
    assert editor.actions["show_sounding"].isChecked()

    editor.actions["show_sounding"].trigger()

    assert _shown(editor) == []
    again = open_editor(scene)
    assert not again.actions["show_sounding"].isChecked()
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)
    see(again, qtbot)
    assert _shown(again) == ["tin_drum"]  # who asks to see it wants it shown
    assert again.actions["show_sounding"].isChecked()


def test_another_rate_is_used_at_once_and_remembered(editor, ears, qtbot):
    see(editor, qtbot)

    editor.window.sounding_rate_chosen.emit(2.0)
    qtbot.waitUntil(lambda: not editor.sources.is_looking, timeout=WAIT_MS)

    assert len(editor.sources.track) == round(LENGTH_S * 2)
    assert SettingsStore(editor._home.config).value.sounding_rate_hz == 2.0


def test_without_a_network_the_person_hears_what_to_do(editor, monkeypatch, qtbot):
    def missing(*_):
        raise ModelError("ddavs.safetensors is not there", advice="Teach one first.")

    monkeypatch.setattr(sounding_job.sounding_registry, "build", missing)
    monkeypatch.setattr(sounding_job, "import_gently", lambda _name: None)
    see(editor, qtbot)

    (notice,) = editor.window.notices.shown
    assert notice.advice == "Teach one first."
    assert editor.window.video.sounding_said == ""


def test_a_clip_without_sound_cannot_be_looked_through(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "mute.mkv", has_sound=False))
    qtbot.waitUntil(lambda: editor.picture.frame is not None, timeout=WAIT_MS)

    assert not editor.actions["see_sounding"].isEnabled()
    editor.sounding.see()

    assert "cannot be looked for" in titles(editor)
    assert not editor.sources.is_looking
