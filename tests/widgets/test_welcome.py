"""The empty window: a clip can be dropped, chosen, taken from the recent ones, or tried."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.recent_list import MOST_SHOWN
from widgets.welcome import Welcome

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def welcome(qtbot: QtBot) -> Welcome:
    shown = Welcome()
    qtbot.addWidget(shown)
    shown.resize(900, 600)
    return shown


def drag_in(mime: QMimeData) -> QDragEnterEvent:
    """The event of a drag that enters; from PySide6 6.12 on it takes the finer kind of point."""
    try:
        return QDragEnterEvent(QPointF(50, 50), COPY, mime, LEFT, NONE)
    except TypeError:
        return QDragEnterEvent(QPoint(50, 50), COPY, mime, LEFT, NONE)


def drop(welcome: Welcome, mime: QMimeData) -> bool:
    """Drag `mime` in and let it go; tell whether it was welcome."""
    enter = drag_in(mime)
    enter.ignore()
    QApplication.sendEvent(welcome, enter)
    if enter.isAccepted():
        QApplication.sendEvent(welcome, QDropEvent(QPointF(50, 50), COPY, mime, LEFT, NONE))
    return enter.isAccepted()


@pytest.mark.parametrize("name", ["open", "demo"])
def test_the_buttons_ask_for_a_clip(welcome, qtbot, name):
    with qtbot.waitSignal(getattr(welcome, f"{name}_requested")):
        QTest.mouseClick(getattr(welcome, name), LEFT)


def test_a_dropped_file_is_asked_for(welcome, qtbot, tmp_path):
    clip = tmp_path / "Grüße 東京.mp4"
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.mp4"), QUrl.fromLocalFile(str(clip))])

    with qtbot.waitSignal(welcome.path_requested) as asked:
        assert drop(welcome, mime)

    assert asked.args == [clip]


def test_what_is_no_file_cannot_be_dropped(welcome):
    mime = QMimeData()
    mime.setText("hello")

    assert not drop(welcome, mime)


def test_the_frame_lights_up_while_a_file_hangs_over_it(welcome, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.mp4"))])
    before = welcome.grab().toImage()

    QApplication.sendEvent(welcome, drag_in(mime))

    assert welcome.grab().toImage() != before


def test_a_recent_file_opens_with_one_press(welcome, qtbot):
    paths = (Path("/films/beach.mp4"), Path("/projects/concert.soloist"))
    welcome.set_recent(paths)

    with qtbot.waitSignal(welcome.path_requested) as asked:
        QTest.mouseClick(welcome.recent.rows[1], LEFT)

    assert asked.args == [paths[1]]


def test_recent_files_are_few_and_take_no_room_when_there_are_none(welcome):
    welcome.set_recent(tuple(Path(f"/films/{number}.mp4") for number in range(20)))
    assert len(welcome.recent.rows) == MOST_SHOWN

    welcome.set_recent(())
    assert welcome.recent.isHidden()


def test_recent_files_can_be_told_apart_by_their_folder(welcome):
    welcome.set_recent((Path("/films/a.mp4"),))

    assert Path(welcome.recent.rows[0].toolTip()) == Path("/films/a.mp4")
    assert welcome.recent.rows[0].accessibleName() == "Open a.mp4"
