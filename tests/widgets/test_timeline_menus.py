import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction

from core.domain.project import Stem
from core.domain.prompts import PromptSet, SpanPrompt, SpectralPrompt, TimeSpan
from widgets.span_drag import Grip, GripKind
from widgets.span_times_dialog import SpanTimesDialog
from widgets.timeline import Timeline

# said by the offscreen screen itself whenever a dialog is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SPAN = SpanPrompt(TimeSpan(2.0, 4.0))
STEM = Stem("dog", "Dog", 0, PromptSet(spans=(SPAN,)))


@pytest.fixture
def timeline(qtbot, monkeypatch):
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.set_duration(10.0)
    widget.set_stems((STEM,), "dog")
    monkeypatch.setattr("PySide6.QtWidgets.QMenu.popup", lambda *_at: None)
    return widget


@pytest.fixture
def wishes(timeline):
    heard: list[tuple] = []
    for name in (
        "span_added", "span_changed", "span_removed", "loop_changed", "seek_requested",
        "spectral_clear_requested",
    ):  # fmt: skip
        getattr(timeline, name).connect(lambda *said, name=name: heard.append((name, *said)))
    return heard


def entry(timeline, words: str) -> QAction:
    """Return the one entry of the open menu that begins with the words."""
    [found] = [act for act in timeline.menus.menu.actions() if act.text().startswith(words)]
    return found


def open_on_span(timeline):
    grip = Grip("dog", SPAN, GripKind.BODY)
    timeline.menus.on_menu(grip, 3.0, QPoint(0, 0))


def test_a_span_is_turned_into_its_opposite(timeline, wishes):
    open_on_span(timeline)

    entry(timeline, "Not heard here").trigger()

    assert wishes == [("span_changed", "dog", SPAN, SpanPrompt(SPAN.span, False))]


def test_a_span_is_deleted_looped_and_zoomed_to_from_its_menu(timeline, wishes):
    open_on_span(timeline)

    entry(timeline, "Loop this span").trigger()
    entry(timeline, "Delete span").trigger()
    entry(timeline, "Zoom to this span").trigger()

    assert wishes == [("loop_changed", 2.0, 4.0), ("span_removed", "dog", SPAN)]
    assert timeline.axis.length_s < 3.0


def test_exact_times_are_asked_for_and_change_the_span(timeline, wishes):
    open_on_span(timeline)
    entry(timeline, "Exact times").trigger()

    timeline.menus.dialog.start.setValue(2.25)
    timeline.menus.dialog.accept()

    assert wishes == [("span_changed", "dog", SPAN, SpanPrompt(TimeSpan(2.25, 4.0)))]


def test_exact_times_that_stay_the_same_change_nothing(timeline, wishes):
    open_on_span(timeline)
    entry(timeline, "Exact times").trigger()

    timeline.menus.dialog.accept()

    assert wishes == []


def test_the_loop_becomes_a_span_or_is_cleared_from_the_menu_of_a_free_place(timeline, wishes):
    timeline.set_loop(5.0, 6.0)
    timeline.menus.on_menu(None, 8.0, QPoint(0, 0))

    entry(timeline, "Mark the loop as heard").trigger()
    entry(timeline, "Mark the loop as not heard").trigger()
    entry(timeline, "Clear loop").trigger()
    entry(timeline, "Seek here").trigger()

    span = TimeSpan(5.0, 6.0)
    assert wishes == [
        ("span_added", "dog", SpanPrompt(span, True)),
        ("span_added", "dog", SpanPrompt(span, False)),
        ("loop_changed", None, None),
        ("seek_requested", 8.0),
    ]


def test_painted_regions_can_be_cleared_only_where_there_are_some(timeline, wishes):
    timeline.menus.on_menu(None, 8.0, QPoint(0, 0))
    assert "painted" not in " ".join(act.text() for act in timeline.menus.menu.actions())

    painted = PromptSet(spectral=(SpectralPrompt(TimeSpan(0, 1), 100, 200),))
    timeline.set_stems((Stem("dog", "Dog", 0, painted),), "dog")
    timeline.menus.on_menu(None, 8.0, QPoint(0, 0))
    entry(timeline, "Clear painted").trigger()

    assert wishes == [("spectral_clear_requested",)]


def test_an_end_before_its_start_can_not_be_accepted(qtbot):
    dialog = SpanTimesDialog(SPAN, 10.0)
    qtbot.addWidget(dialog)

    dialog.end.setValue(1.0)
    assert not dialog.ok_button.isEnabled()

    dialog.end.setValue(5.0)
    assert dialog.ok_button.isEnabled()
    assert dialog.answer() == SpanPrompt(TimeSpan(2.0, 5.0))


def test_times_not_touched_keep_their_last_digit(qtbot):
    fine = SpanPrompt(TimeSpan(1.23456789, 2.3456789))
    dialog = SpanTimesDialog(fine, 10.0)
    qtbot.addWidget(dialog)

    assert dialog.answer() == fine
