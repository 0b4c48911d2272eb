"""What sounds is exported from the real window, once the clip has been looked through."""

import json

import pytest

from app.notices import LOOK_FIRST, STILL_LOOKING
from core.domain.export import OverlayStyle, SoundingExportChoice
from tests.helpers.ears import see, take_the_discs_place
from tests.helpers.editing import WAIT_MS, is_ready, titles
from tests.helpers.scenes import write_scene


@pytest.fixture
def ears(monkeypatch):
    return take_the_discs_place(monkeypatch)


def _export(editor, qtbot):
    with qtbot.waitSignal(editor.sounding_export.exported, timeout=WAIT_MS) as exported:
        editor.actions["export_sounding"].trigger()
    return exported.args[0]


def test_what_sounds_is_exported_as_chosen(editor, ears, qtbot, person, tmp_path):
    see(editor, qtbot)
    person.export_sounding = SoundingExportChoice(tmp_path / "out", OverlayStyle.DIM, True)

    answer = _export(editor, qtbot)

    assert set(answer.files) == {"overlay", "matte", "masks", "manifest"}
    assert all(path.stat().st_size for path in answer.files.values())
    manifest = json.loads(answer.files["manifest"].read_text("utf-8"))
    assert manifest["settings"] == {
        "overlay_style": "dim",
        "rate_hz": 5.0,
        "weights": "bundled",
    }
    (notice,) = editor.window.notices.shown
    assert notice.title == "Exported 4 files"
    assert notice.actions[0][1] == "Show in folder"


def test_before_the_clip_was_looked_through_that_is_offered_instead(editor, ears, qtbot, person):
    asked = []
    editor.sounding_export._ask = lambda *_: asked.append(1)

    editor.actions["export_sounding"].trigger()

    assert LOOK_FIRST in titles(editor)
    assert not asked
    (notice,) = editor.window.notices.shown
    editor.window.notices.action_requested.emit(notice.notice_id, notice.actions[0][0])
    qtbot.waitUntil(lambda: editor.sources.is_whole, timeout=WAIT_MS)
    assert not editor.window.notices.shown
    editor.actions["export_sounding"].trigger()
    assert asked


def test_while_it_looks_the_person_hears_when_it_can_be_exported(editor, ears, qtbot):
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()

    editor.actions["export_sounding"].trigger()

    assert STILL_LOOKING in titles(editor)
    editor.actions["cancel"].trigger()
    assert STILL_LOOKING not in titles(editor)


def test_a_look_that_was_stopped_is_not_exported_as_if_it_were_whole(editor, ears, qtbot):
    see(editor, qtbot)
    ears.may_go_on.clear()
    editor.actions["see_sounding"].trigger()
    editor.actions["cancel"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert not editor.sources.is_whole
    editor.actions["export_sounding"].trigger()

    assert LOOK_FIRST in titles(editor)


def test_escape_stops_an_export_and_leaves_nothing(
    editor, ears, qtbot, person, tmp_path, monkeypatch
):
    see(editor, qtbot)
    person.export_sounding = SoundingExportChoice(tmp_path / "out")
    done = []
    editor.sounding_export.exported.connect(done.append)

    editor.actions["export_sounding"].trigger()
    editor.actions["cancel"].trigger()
    qtbot.waitUntil(lambda: not editor.runner.is_busy, timeout=WAIT_MS)

    assert not done
    assert not list(tmp_path.glob("out/*"))


def test_the_folder_is_remembered_and_another_clip_gets_its_own_beside_it(
    editor, ears, qtbot, person, tmp_path
):
    see(editor, qtbot)
    offered = []
    editor.sounding_export._ask = lambda defaults, *_: offered.append(defaults)
    editor.actions["export_sounding"].trigger()
    chosen = SoundingExportChoice(tmp_path / "films" / "mine", OverlayStyle.OUTLINE)
    editor.sounding_export._ask = lambda *_: chosen
    _export(editor, qtbot)

    editor.sounding_export._ask = lambda defaults, *_: offered.append(defaults)
    editor.actions["export_sounding"].trigger()
    other = write_scene(tmp_path / "other.mkv")
    editor.projects.open(other)
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.info.path == other, timeout=WAIT_MS
    )
    see(editor, qtbot)
    editor.actions["export_sounding"].trigger()

    assert [one.folder for one in offered] == [
        tmp_path / "scene sounds",
        tmp_path / "films" / "mine",
        tmp_path / "films" / "other sounds",
    ]
    assert offered[-1].style is OverlayStyle.OUTLINE


def test_what_is_in_the_way_is_named_before_anything_is_written(editor, ears, qtbot, tmp_path):
    see(editor, qtbot)
    (tmp_path / "masks.json").write_text("mine")
    in_the_way = []
    choice = SoundingExportChoice(tmp_path)
    editor.sounding_export._ask = lambda _defaults, _name, _plan, there: in_the_way.extend(
        there(choice)
    )

    editor.actions["export_sounding"].trigger()

    assert in_the_way == [tmp_path / "masks.json"]


def test_a_clip_without_sound_has_nothing_of_that_to_export(open_editor, qtbot, tmp_path):
    editor = open_editor(write_scene(tmp_path / "mute.mkv", has_sound=False))
    qtbot.waitUntil(lambda: editor.picture.frame is not None, timeout=WAIT_MS)

    assert not editor.actions["export_sounding"].isEnabled()
