from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.notices import Notices, words_for
from core import errors
from core.errors import CoreError, ExportError, PromptError
from core.jobs.export import ExportAnswer
from widgets.notice_bar import NoticeBar, Severity


@pytest.fixture
def bar(qtbot) -> NoticeBar:
    host = QWidget()
    qtbot.addWidget(host)
    bar = NoticeBar(host)
    yield bar
    bar.clear()


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def notices(bar, opened) -> Notices:
    return Notices(bar, open_folder=opened.append)


def kinds_of_error() -> list[type[CoreError]]:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in found if issubclass(kind, CoreError)]


@pytest.mark.parametrize("kind", kinds_of_error())
def test_every_error_is_told_with_its_advice_and_without_its_log_line(kind):
    title, advice = words_for(kind("0x1f in /tmp", advice="Choose another folder."))

    assert title
    assert advice == "Choose another folder."
    assert "0x1f" not in title


def test_a_mistake_of_ours_is_told_in_words_that_help_to_report_it():
    title, advice = words_for(KeyError("stem"))

    assert "Soloist" in title
    assert "KeyError" in advice


def test_full_memory_is_not_called_a_mistake_of_ours():
    title, advice = words_for(MemoryError())

    assert "memory" in title
    assert "report" not in advice


def test_what_the_person_has_to_correct_is_a_warning_and_a_failure_is_an_error(notices, bar):
    notices.fail(PromptError("empty", advice="Click the thing that sounds."))
    notices.fail(ExportError("full", advice="Make room."))

    assert [notice.severity for notice in bar.shown] == [Severity.WARNING, Severity.ERROR]


def test_the_same_words_are_shown_once(notices, bar):
    for _ in range(3):
        notices.fail(ExportError("full", advice="Make room."))
        notices.warn("There is no sound.")

    assert len(bar.shown) == 2


def test_news_and_warnings_carry_their_sentence(notices, bar):
    notices.tell("This clip has no sound.")
    notices.warn("The device has gone away.")

    assert [(notice.severity, notice.title) for notice in bar.shown] == [
        (Severity.INFO, "This clip has no sound."),
        (Severity.WARNING, "The device has gone away."),
    ]


def test_an_export_offers_to_show_its_folder(notices, bar, opened):
    files = {"target": Path("/out/dog.wav"), "residual": Path("/out/rest.wav")}

    notices.exported(ExportAnswer(1, files, ()))
    (notice,) = bar.shown
    bar.action_requested.emit(notice.notice_id, notice.actions[0][0])

    assert "2 files" in notice.title
    assert str(Path("/out")) in notice.advice
    assert opened == [Path("/out")]


def test_one_exported_file_is_called_by_its_name(notices, bar):
    notices.exported(ExportAnswer(1, {"target": Path("/out/dog.wav")}, ()))

    assert "dog.wav" in bar.shown[0].title


def test_an_action_of_another_notice_opens_nothing(notices, bar, opened):
    bar.action_requested.emit("something else", "show_folder")

    assert opened == []
