"""Tools and switches that can be reached in two ways say the same in both; and dropped files."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from tests.helpers.editing import WAIT_MS, is_ready
from tests.helpers.scenes import write_scene
from widgets.timeline_tool import TimelineTool


def _files(*urls: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def _drop(window, data: QMimeData) -> bool:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.NoModifier
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), copy, data, left, none)
    enter.ignore()
    window.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    window.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, none))
    return True


def test_the_loop_key_ends_what_the_loop_button_began(editor):
    editor.window.transport.loop_requested.emit(True)
    assert editor.actions["loop"].isChecked()

    editor.actions["loop"].trigger()

    assert not editor.playing.is_looping
    assert not editor.actions["loop"].isChecked()


def test_the_paint_key_ends_what_the_paint_button_began(editor):
    header = editor.window.timeline.header
    header.tool_chosen.emit(TimelineTool.PAINT)
    assert editor.actions["tool_paint"].isChecked()

    editor.actions["tool_paint"].trigger()

    assert not editor.window.timeline.spectrogram.is_painting_tool


def test_the_menu_says_which_tool_is_in_the_hand(editor):
    assert editor.actions["tool_click"].isChecked()

    editor.actions["tool_hand"].trigger()

    assert editor.actions["tool_hand"].isChecked()
    assert not editor.actions["tool_click"].isChecked()


def test_a_dropped_file_is_opened(editor, qtbot, tmp_path):
    other = write_scene(tmp_path / "wäre 日本.mkv")

    assert _drop(editor.window, _files(QUrl.fromLocalFile(str(other)).toString()))
    qtbot.waitUntil(
        lambda: is_ready(editor) and editor.media.clip.info.path == other, timeout=WAIT_MS
    )


@pytest.mark.parametrize("url", ["https://example.org/clip.mp4", ""])
def test_what_is_no_file_cannot_be_dropped(editor, url):
    assert not _drop(editor.window, _files(url))
