"""Notices: seen, heard by screen readers, gone in time, and never more than a few."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from widgets import notice_bar
from widgets.notice_bar import MOST_SHOWN, Notice, NoticeBar, Severity
from widgets.wish_button import WishButton

BROKEN = Notice(
    "open",
    Severity.ERROR,
    "“a.mp4” could not be opened",
    "The file is cut off. Copy it again.",
    (("other", "Open another…"),),
)


@pytest.fixture
def bar(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> NoticeBar:
    # What stays for seconds in the window need not in a test.
    monkeypatch.setattr(notice_bar, "INFO_STAYS_MS", 1)
    shown = NoticeBar()
    qtbot.addWidget(shown)
    # Away from the pointer, which rests in the corner of the offscreen screen.
    shown.move(400, 400)
    return shown


def info(notice_id: str) -> Notice:
    return Notice(notice_id, Severity.INFO, f"Saved {notice_id}")


def warning(notice_id: str) -> Notice:
    return Notice(notice_id, Severity.WARNING, f"Careful with {notice_id}")


def ids(bar: NoticeBar) -> list[str]:
    return [notice.notice_id for notice in bar.shown]


pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_a_notice_shows_what_happened_and_what_to_do(bar):
    bar.show_notice(BROKEN)

    words = [label.text() for label in bar.findChildren(QLabel)]
    assert words == [BROKEN.title, BROKEN.advice]
    assert not bar.isHidden()


def test_words_from_files_are_never_taken_for_markup(bar):
    bar.show_notice(Notice("x", Severity.ERROR, "“<b>.mp4” could not be opened"))

    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in bar.findChildren(QLabel))


def test_its_button_asks_for_the_action_by_name(bar, qtbot):
    bar.show_notice(BROKEN)

    with qtbot.waitSignal(bar.action_requested) as asked:
        bar.findChild(QPushButton).click()

    assert asked.args == ["open", "other"]
    assert ids(bar) == ["open"]


def test_the_cross_dismisses_it_and_the_bar_takes_no_room(bar, qtbot):
    bar.show_notice(BROKEN)

    with qtbot.waitSignal(bar.dismissed) as told:
        bar.findChild(WishButton).click()

    assert told.args == ["open"]
    assert bar.shown == ()
    assert bar.isHidden()


def test_the_same_news_twice_is_shown_once(bar):
    bar.show_notice(BROKEN)
    newer = Notice("open", Severity.WARNING, "“b.mp4” has no sound")

    bar.show_notice(newer)

    cards = [card for card in bar.findChildren(notice_bar._Card) if not card.isHidden()]
    assert [card.notice for card in cards] == [newer]
    assert bar.shown == (newer,)


def test_an_information_goes_away_by_itself(bar, qtbot):
    bar.show_notice(info("a"))

    qtbot.waitUntil(lambda: bar.shown == ())


def test_an_information_stays_while_the_pointer_is_on_it(bar, qtbot):
    bar.show_notice(info("a"))
    card = bar.findChild(notice_bar._Card)
    at = QPointF(5, 5)

    QApplication.sendEvent(card, QEnterEvent(at, at, at))
    qtbot.wait(20)
    assert ids(bar) == ["a"]

    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: bar.shown == ())


def test_errors_and_questions_wait_for_the_person(bar, qtbot):
    bar.show_notice(BROKEN)
    bar.show_notice(Notice("done", Severity.INFO, "4 files written", "", (("show", "Show"),)))

    qtbot.wait(20)

    assert ids(bar) == ["open", "done"]


def test_the_least_important_makes_room(bar):
    bar.show_notice(BROKEN)
    bar.show_notice(info("a"))
    for number in range(MOST_SHOWN - 1):
        bar.show_notice(warning(str(number)))

    assert ids(bar) == ["open", "0", "1"]


def test_a_reason_that_is_gone_takes_its_notice_along(bar):
    bar.show_notice(BROKEN)
    bar.show_notice(warning("device"))

    bar.take_back("device")
    bar.take_back("never shown")

    assert ids(bar) == ["open"]
    bar.clear()
    assert bar.isHidden()


def test_a_screen_reader_hears_the_severity_and_the_sentence(bar):
    bar.show_notice(BROKEN)

    card = bar.findChild(notice_bar._Card)
    assert card.accessibleName() == "Error: “a.mp4” could not be opened"
    assert card.accessibleDescription() == BROKEN.advice
