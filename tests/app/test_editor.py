"""From a clip to a stem, through the real window with its real threads: what a person does."""

import shutil

import numpy as np
import pytest
import soundfile

from app.controllers.projects import Answer
from app.paths import home
from core.domain.export import ExportChoice, SoundFormat
from core.domain.listening import Listen
from tests.helpers.editing import WAIT_MS, click_the_disc, is_ready, mark, separate, titles
from tests.helpers.scenes import DISC_PX, SOUNDS_S, write_scene


def test_a_clip_opens_with_its_picture_its_sound_and_an_inviting_hint(editor):
    assert editor.window.windowTitle().startswith("scene.mkv")
    assert editor.picture.frame.time_s == 0.0
    assert editor.window.timeline.axis.duration_s == pytest.approx(2.0, abs=0.05)
    assert not editor.actions["separate"].isEnabled()


def test_a_click_makes_a_stem_with_a_mask_that_is_followed_through_the_clip(editor, qtbot):
    click_the_disc(editor, qtbot)

    track = editor.tracks.get(editor.masking.region)
    assert len(track) == 20
    assert editor.masking.mask_at(editor.picture.frame.pts) is not None
    assert [stem.name for stem in editor.document.project.stems] == ["Stem 1"]


def test_separating_gives_a_target_that_adds_up_and_is_heard_at_once(editor, qtbot, scene):
    mark(editor)
    separate(editor, qtbot)

    result = editor.document.project.stems[0].result
    target, rate_hz = soundfile.read(result.target_path, dtype="float32", always_2d=True)
    mix = editor.media.clip.sound.source
    assert rate_hz == mix.sample_rate_hz
    assert target.shape == (mix.n_samples, mix.n_channels)
    assert editor.player.listen is Listen.TARGET
    inside = slice(*(round(end_s * rate_hz) for end_s in SOUNDS_S))
    assert np.abs(target[inside]).mean() > 10 * np.abs(target[-rate_hz // 4 :]).mean()


def test_region_and_span_separate_together(editor, qtbot):
    click_the_disc(editor, qtbot)
    mark(editor)

    separate(editor, qtbot)

    assert not editor.document.project.stems[0].is_stale


def test_everything_can_be_undone_and_done_again(editor, qtbot):
    mark(editor)
    separate(editor, qtbot)
    stem_id = editor.document.project.stems[0].stem_id
    editor.window.stems.rename_requested.emit(stem_id, "Tone")
    done = editor.document.project

    while editor.document.undo_stack.canUndo():
        editor.document.undo_stack.undo()
    assert editor.document.project.stems == ()
    while editor.document.undo_stack.canRedo():
        editor.document.undo_stack.redo()

    assert editor.document.project == done


def test_a_saved_project_comes_back_with_stems_masks_and_results(
    editor, qtbot, person, tmp_path, open_editor
):
    click_the_disc(editor, qtbot)
    mark(editor)
    separate(editor, qtbot)
    person.save_to = tmp_path / "duo.soloist"
    with qtbot.waitSignal(editor.projects.saved, timeout=WAIT_MS):
        editor.actions["save"].trigger()
    saved = editor.document.project
    assert editor.document.is_clean

    again = open_editor(tmp_path / "duo.soloist")
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)

    assert again.document.project == saved
    assert again.document.is_clean
    assert len(again.tracks.get(again.masking.region)) == 20
    assert Listen.TARGET in again.player.available


def test_a_project_whose_clip_has_moved_finds_it_again(
    editor, qtbot, person, tmp_path, scene, open_editor
):
    mark(editor)
    person.save_to = tmp_path / "duo.soloist"
    with qtbot.waitSignal(editor.projects.saved, timeout=WAIT_MS):
        editor.actions["save"].trigger()
    person.media = tmp_path / "elsewhere" / "scene.mkv"
    person.media.parent.mkdir()
    shutil.move(scene, person.media)

    again = open_editor(tmp_path / "duo.soloist")
    qtbot.waitUntil(lambda: is_ready(again), timeout=WAIT_MS)

    assert again.document.project.media_path == person.media
    assert len(again.document.project.stems[0].prompts.spans) == 1
    assert not again.document.is_clean


def test_stems_are_exported_as_chosen(editor, qtbot, person, tmp_path):
    mark(editor)
    separate(editor, qtbot)
    person.export = ExportChoice(
        folder=tmp_path / "out",
        stem_ids=(editor.document.project.stems[0].stem_id,),
        sound_format=SoundFormat.WAV24,
    )

    with qtbot.waitSignal(editor.export.exported, timeout=WAIT_MS) as exported:
        editor.actions["export"].trigger()

    assert all(path.is_file() for path in exported.args[0].files.values())
    assert "Exported" in titles(editor)


def test_an_export_is_offered_beside_the_clip_and_not_inside_the_program(
    editor, qtbot, monkeypatch, scene
):
    mark(editor)
    separate(editor, qtbot)
    offered = []
    editor.export._ask = lambda defaults, *_: offered.append(defaults.folder)

    editor.actions["export"].trigger()
    editor.export._program_folder = scene.parent
    editor.actions["export"].trigger()

    assert offered[0] == scene.parent / "scene stems"
    assert scene.parent not in offered[1].parents


def test_a_separation_can_be_cancelled_and_leaves_nothing(editor, qtbot):
    mark(editor)
    before = editor.document.project
    with qtbot.waitSignal(editor.separation.ended, timeout=WAIT_MS):
        editor.actions["separate"].trigger()
        editor.actions["cancel"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert editor.document.project == before
    assert not list((home().data / "stems").rglob("*.wav"))


def test_one_key_goes_round_mix_target_and_residual(editor, qtbot):
    mark(editor)
    separate(editor, qtbot)
    editor.actions["listen_mix"].trigger()

    heard = []
    for _ in range(3):
        editor.actions["listen_next"].trigger()
        heard.append(editor.player.listen)

    assert heard == [Listen.TARGET, Listen.RESIDUAL, Listen.MIX]


def test_frame_steps_rest_on_frames(editor, qtbot):
    for _ in range(3):
        editor.actions["frame_forward"].trigger()

    qtbot.waitUntil(lambda: editor.picture.frame.time_s == pytest.approx(0.3), timeout=WAIT_MS)
    editor.actions["frame_back"].trigger()
    qtbot.waitUntil(lambda: editor.picture.frame.time_s == pytest.approx(0.2), timeout=WAIT_MS)


def test_in_and_out_mark_a_span_from_the_keyboard(editor):
    editor.player.seek(0.5)
    editor.actions["set_in"].trigger()
    editor.player.seek(1.2)
    editor.actions["set_out"].trigger()
    editor.actions["add_span"].trigger()

    (span,) = editor.document.project.stems[0].prompts.spans
    assert (span.span.start_s, span.span.end_s) == pytest.approx((0.5, 1.2))


def test_a_file_that_is_no_media_is_explained_and_the_open_clip_stays(editor, qtbot, tmp_path):
    fake = tmp_path / "letter.mp4"
    fake.write_text("Dear reader,")

    with qtbot.waitSignal(editor.media.failed, timeout=WAIT_MS):
        editor.projects.open(fake)

    assert "cannot" in titles(editor)
    assert editor.media.clip.info.path.name == "scene.mkv"
    assert editor.picture.frame is not None


def test_a_click_beside_the_picture_is_answered_with_advice(editor):
    editor.window.video.outside_clicked.emit()

    (notice,) = editor.window.notices.shown
    assert "inside the picture" in notice.advice


def test_a_clip_without_sound_can_be_looked_at_and_says_so(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "mute.mkv", has_sound=False))
    qtbot.waitUntil(lambda: editor.picture.frame is not None, timeout=WAIT_MS)

    click_the_disc(editor, qtbot)
    editor.actions["separate"].trigger()

    assert "no sound" in titles(editor)


def test_sound_without_a_picture_can_be_separated(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "tape.mka", has_picture=False))
    qtbot.waitUntil(
        lambda: editor.media.clip is not None and editor.media.clip.is_sound_whole,
        timeout=WAIT_MS,
    )

    mark(editor)
    separate(editor, qtbot)

    assert editor.document.project.stems[0].result is not None


def test_unsaved_work_keeps_the_window_open_until_the_person_decides(editor, person):
    mark(editor)
    person.unsaved = Answer.CANCEL
    assert not editor.window.close()

    person.unsaved = Answer.DISCARD
    assert editor.window.close()


def test_another_clip_begins_with_nothing_of_the_first(editor, qtbot, tmp_path):
    click_the_disc(editor, qtbot)
    other = write_scene(tmp_path / "other.mkv")

    editor.projects.open(other)
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.info.path == other, timeout=WAIT_MS
    )

    assert editor.document.project.stems == ()
    assert editor.masking.region is None


def test_a_second_stem_does_not_stop_the_first_from_being_followed(editor, qtbot):
    editor.window.video.click_requested.emit(*DISC_PX, True)
    first = editor.masking.region
    editor.actions["new_stem"].trigger()
    editor.window.video.click_requested.emit(120.0, 20.0, True)
    second = editor.masking.region

    qtbot.waitUntil(
        lambda: editor.tracks.is_whole(first) and editor.tracks.is_whole(second), timeout=WAIT_MS
    )


def test_undoing_a_click_stops_what_it_started(editor, qtbot):
    editor.window.video.click_requested.emit(*DISC_PX, True)
    region = editor.masking.region

    editor.document.undo_stack.undo()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert not editor.tracks.is_whole(region)
    assert editor.masking.mask_at(editor.picture.frame.pts) is None


def test_separating_goes_on_with_a_track_that_was_cancelled(editor, qtbot):
    editor.window.video.click_requested.emit(*DISC_PX, True)
    editor.actions["cancel"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    separate(editor, qtbot)

    assert editor.tracks.is_whole(editor.masking.region)
