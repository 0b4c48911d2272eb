"""Notices leave when their reason has gone, and stay as long as it has not."""

from core.domain.export import ExportChoice
from core.errors import ExportError
from tests.helpers.editing import WAIT_MS, is_ready, mark, separate, titles
from tests.helpers.scenes import write_scene


def _fail_to_open(editor, qtbot, path):
    path.write_text("Dear reader,")
    with qtbot.waitSignal(editor.media.failed, timeout=WAIT_MS):
        editor.projects.open(path)


def _open(editor, qtbot, path):
    editor.projects.open(path)
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.info.path == path, timeout=WAIT_MS
    )


def test_a_file_that_opens_ends_the_complaints_about_those_that_did_not(editor, qtbot, tmp_path):
    _fail_to_open(editor, qtbot, tmp_path / "letter.mp4")
    _fail_to_open(editor, qtbot, tmp_path / "bill.mp4")
    assert titles(editor) == "This file cannot be used"

    _open(editor, qtbot, write_scene(tmp_path / "other.mkv"))

    assert titles(editor) == ""
    assert not [row for row in editor.runner.rows() if row.state == "failed"]


def test_what_was_said_of_a_clip_leaves_with_it(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "mute.mkv", has_sound=False))
    qtbot.waitUntil(lambda: "no sound" in titles(editor), timeout=WAIT_MS)
    editor.player.notice_raised.emit("No sound device was found.")

    _open(editor, qtbot, write_scene(tmp_path / "other.mkv"))

    assert titles(editor) == "No sound device was found."


def test_advice_that_was_followed_is_taken_back(editor):
    editor.window.video.outside_clicked.emit()
    assert "cannot be looked for" in titles(editor)

    mark(editor)

    assert titles(editor) == ""


def test_a_save_that_works_ends_the_complaint_about_the_one_that_did_not(
    editor, qtbot, person, tmp_path
):
    mark(editor)
    person.save_to = tmp_path / "nowhere" / "duo.soloist"
    with qtbot.waitSignal(editor.projects.failed, timeout=WAIT_MS):
        editor.actions["save"].trigger()
    assert titles(editor) == "Nothing was written"

    person.save_to = tmp_path / "duo.soloist"
    with qtbot.waitSignal(editor.projects.saved, timeout=WAIT_MS):
        editor.actions["save"].trigger()

    assert titles(editor) == ""


def test_an_export_that_works_ends_the_complaint_about_the_one_that_did_not(
    editor, qtbot, person, tmp_path
):
    mark(editor)
    separate(editor, qtbot)
    editor.notices.fail(ExportError("disk full", advice="Make room."))
    person.export = ExportChoice(tmp_path / "out", (editor.document.project.stems[0].stem_id,))

    with qtbot.waitSignal(editor.export.exported, timeout=WAIT_MS):
        editor.actions["export"].trigger()

    assert "Nothing was written" not in titles(editor)
    editor.actions["close_clip"].trigger()
    assert titles(editor) == ""
