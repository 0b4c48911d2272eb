from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.project import Stem, StemResult
from core.domain.prompts import Click, PromptSet, RegionPrompt, SpanPrompt, TextPrompt, TimeSpan
from tests.helpers import mouse
from widgets.gain_slider import GainSlider, signed_db
from widgets.stem_list import StemList
from widgets.stem_words import state_of, summary_of

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

WORDS = PromptSet(texts=(TextPrompt("dog barking"),))
DOG = Stem("dog", "Dog", 0, WORDS)
BELL = Stem("bell", "Bell", 1)
RESULT = StemResult(Path("dog.wav"), WORDS, "spectral", 0, {}, 100, 48_000, 2)


@pytest.fixture
def stems(qtbot):
    widget = StemList()
    qtbot.addWidget(widget)
    widget.resize(300, 400)
    widget.set_stems((DOG, BELL), "dog")
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def wishes(stems):
    heard: list[tuple] = []
    for name in (
        "stem_selected", "add_requested", "remove_requested", "rename_requested",
        "solo_requested", "mute_requested", "gain_requested", "gain_previewed",
        "separate_requested",
    ):  # fmt: skip
        getattr(stems, name).connect(lambda *said, name=name: heard.append((name, *said)))
    return heard


def key(widget, which):
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, which, mouse.NO_KEY))


def test_what_is_put_down_makes_no_wish(stems, wishes):
    stems.set_stems((replace(DOG, gain_db=-6.0, is_muted=True, name="Cat"), BELL), "bell")
    stems.set_running(frozenset({"dog"}))
    stems.set_stems((), None)

    assert wishes == []


def test_a_press_on_a_row_selects_its_stem_and_only_another_one(stems, wishes):
    mouse.click(stems.rows[1], (60, 40))
    mouse.click(stems.rows[0], (60, 40))

    assert wishes == [("stem_selected", "bell")]


def test_up_and_down_choose_and_stop_at_the_ends(stems, wishes):
    key(stems, Qt.Key.Key_Up)
    key(stems, Qt.Key.Key_Down)
    stems.set_stems((DOG, BELL), "bell")
    key(stems, Qt.Key.Key_Down)

    assert wishes == [("stem_selected", "bell")]


def test_a_name_is_edited_by_f2_and_kept_by_enter(stems, wishes):
    key(stems, Qt.Key.Key_F2)
    row = stems.rows[0]
    row.field.setText("  Old dog ")
    QTest.keyClick(row.field, Qt.Key.Key_Return)

    assert wishes == [("rename_requested", "dog", "Old dog")]
    assert not row.is_editing


def test_escape_and_an_empty_name_keep_the_old_one(stems, wishes):
    row = stems.rows[0]
    row.edit_name()
    row.field.setText("Cat")
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    row.edit_name()
    row.field.setText("   ")
    QTest.keyClick(row.field, Qt.Key.Key_Return)

    assert wishes == []
    assert row.name.text() == "Dog"


def test_a_name_being_typed_survives_news_about_the_stems(stems):
    stems.edit_name("dog")
    stems.rows[0].field.setText("Old d")

    stems.set_stems((replace(DOG, gain_db=3.0), BELL), "dog")

    assert stems.rows[0].is_editing
    assert stems.rows[0].field.text() == "Old d"


def test_solo_and_mute_ask_and_show_what_is_so_rather_than_what_was_pressed(stems, wishes):
    row = stems.rows[0]

    row.solo.click()
    row.mute.click()

    assert wishes == [("solo_requested", "dog", True), ("mute_requested", "dog", True)]
    assert not row.solo.isChecked()
    stems.set_stems((replace(DOG, is_soloed=True), BELL), "dog")
    assert row.solo.isChecked()


def test_delete_asks_for_the_selected_stem_to_go(stems, wishes):
    key(stems, Qt.Key.Key_Delete)

    assert wishes == [("remove_requested", "dog")]


def test_the_menu_offers_what_can_be_done_now(stems, wishes, monkeypatch):
    monkeypatch.setattr("PySide6.QtWidgets.QMenu.popup", lambda *_at: None)

    stems.rows[1].menu_requested.emit(QPoint(0, 0))
    by_words = {act.text().split("\t")[0]: act for act in stems.menu.actions()}
    assert not by_words["Separate"].isEnabled()
    assert not by_words["Gain to 0 dB"].isEnabled()

    stems.rows[0].menu_requested.emit(QPoint(0, 0))
    by_words = {act.text().split("\t")[0]: act for act in stems.menu.actions()}
    by_words["Separate"].trigger()
    by_words["Remove"].trigger()
    assert wishes == [("separate_requested", "dog"), ("remove_requested", "dog")]


def test_a_row_that_goes_takes_nothing_else_with_it(stems):
    stems.set_stems((BELL,), "bell")

    assert [row.stem for row in stems.rows] == [BELL]


def test_an_empty_list_invites_and_offers_no_removal(qtbot):
    widget = StemList()
    qtbot.addWidget(widget)

    assert "No stems yet" in widget.hint
    assert not widget.remove_button.isEnabled()


def test_the_handle_previews_while_held_and_asks_once_let_go(qtbot):
    slider = GainSlider()
    qtbot.addWidget(slider)
    previewed: list[float] = []
    asked: list[float] = []
    slider.gain_previewed.connect(previewed.append)
    slider.gain_requested.connect(asked.append)

    slider.setSliderDown(True)
    slider.setValue(-10)
    slider.setValue(-20)
    assert asked == []
    slider.setSliderDown(False)

    assert previewed == [-5.0, -10.0]
    assert asked == [-10.0]


def test_near_zero_the_handle_falls_into_place(qtbot):
    slider = GainSlider()
    qtbot.addWidget(slider)

    slider.setSliderDown(True)
    slider.setValue(1)

    assert slider.gain_db == 0.0


def test_a_double_click_on_the_slider_asks_for_zero(qtbot):
    slider = GainSlider()
    qtbot.addWidget(slider)
    slider.set_gain(-9.0)
    asked: list[float] = []
    slider.gain_requested.connect(asked.append)

    QTest.mouseDClick(slider, Qt.MouseButton.LeftButton)

    assert asked[-1] == 0.0


def test_the_wheel_over_an_unfocused_slider_scrolls_the_list_instead(qtbot):
    slider = GainSlider()
    qtbot.addWidget(slider)

    mouse.wheel(slider, (10, 5), 3)

    assert slider.gain_db == 0.0


@pytest.mark.parametrize(
    ("gain_db", "words"), [(0.0, "0 dB"), (3.5, "+3.5 dB"), (-6.0, "−6 dB"), (-0.0, "0 dB")]
)
def test_a_gain_is_read_with_its_sign(gain_db, words):
    assert signed_db(gain_db) == words


def test_the_state_of_a_stem_is_told_by_its_sentence():
    done = replace(DOG, result=RESULT)
    stale = replace(done, prompts=PromptSet())

    assert "Nothing asked" in state_of(BELL, is_running=False).sentence
    assert "Ready" in state_of(DOG, is_running=False).sentence
    assert "Separated" in state_of(done, is_running=False).sentence
    assert "changed since" in state_of(stale, is_running=False).sentence
    assert "Being separated" in state_of(stale, is_running=True).sentence


def test_the_summary_counts_what_was_said():
    span = TimeSpan(1, 2)
    prompts = PromptSet(
        texts=(TextPrompt("a bell"),),
        regions=(RegionPrompt(clicks=(Click(1, 1, 0),)),),
        spans=(SpanPrompt(span), SpanPrompt(TimeSpan(3, 4)), SpanPrompt(span, False)),
    )

    assert summary_of(prompts) == "“a bell” · object · spans +2 −1"
    assert summary_of(PromptSet()) == "No prompts yet"
