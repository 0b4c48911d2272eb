"""The words of the prompt bar: completed while typed, called unknown in time, and suggested."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.domain.engines import EngineInfo
from core.domain.project import Stem
from core.domain.prompts import (
    Click,
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)
from tests.helpers.words import BARK, BELL, KNOWER, PAINTER, SURE, UNSURE, WORDS
from widgets.chip_button import ChipButton
from widgets.prompt_bar import PromptBar
from widgets.prompt_words import SAY_MORE, TAKE_A_WORD
from widgets.theme import DARK, apply_theme
from widgets.word_completer import cut, offers

# The offscreen platform shows lists of completions, and complains about it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

REGION = PromptSet(regions=(RegionPrompt((Click(3, 3, 0),)),))
ENTER = Qt.Key.Key_Return
FREE = EngineInfo("free", "Free", "", frozenset({PromptKind.TEXT}), None, None, "MIT")


def saying(text: str, engine: str = "knower") -> Stem:
    texts = (TextPrompt(text),) if text else ()
    return Stem("a", "Stem 1", 0, PromptSet(texts=texts), engine)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    """As in the window, what the bar would like to measure is not the measure of the window."""
    apply_theme(qapp, DARK)
    window = QWidget()
    window.resize(1300, 100)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def bar(window: QWidget, qtbot: QtBot) -> PromptBar:
    shown = PromptBar(window)
    shown.resize(1280, 90)
    shown.set_engines((KNOWER, PAINTER), {"knower": WORDS})
    shown.set_stem(saying(""))
    window.show()
    window.activateWindow()
    shown.field.setFocus()
    qtbot.waitUntil(shown.field.hasFocus)
    return shown


@pytest.fixture
def heard(bar: PromptBar) -> list[tuple[object, ...]]:
    wishes: list[tuple[object, ...]] = []

    def ear(name: str) -> Callable[..., None]:
        return lambda *values: wishes.append((name, *values))

    bar.text_committed.connect(ear("text"))
    bar.heard_chosen.connect(ear("heard"))
    bar.engine_chosen.connect(ear("engine"))
    bar.separate_requested.connect(ear("separate"))
    return wishes


def offered(bar: PromptBar) -> list[str]:
    completer = bar.field.completer()
    places = range(completer.completionCount())
    model = completer.completionModel()
    return [model.data(model.index(place, 0)) for place in places]


def button(bar: PromptBar, text: str) -> QPushButton | ChipButton:
    (found,) = [
        one
        for kind in (QPushButton, ChipButton)
        for one in bar.hints.findChildren(kind)
        if one.text() == text and not one.isHidden()
    ]
    return found


# Completion --------------------------------------------------------------------------------------


def test_known_words_are_offered_while_typing_also_from_their_middle(bar):
    QTest.keyClicks(bar.field, "BELL")

    assert offered(bar) == ["bell", "church bell"]


def test_the_second_word_is_completed_and_the_first_stays(bar, heard):
    bar.text_committed.connect(lambda words: bar.set_stem(saying(words)))
    QTest.keyClicks(bar.field, "a dog and the mar")

    assert offered(bar) == ["marimba"]
    QTest.keyClick(bar.field.completer().popup(), Qt.Key.Key_Down)
    QTest.keyClick(bar.field.completer().popup(), ENTER)
    assert bar.field.text() == "a dog and the marimba"
    assert heard == [("text", "a dog and the marimba")]


def test_an_engine_without_a_vocabulary_offers_no_words(bar):
    bar.set_engines((FREE,))
    bar.set_stem(saying("", engine="free"))

    QTest.keyClicks(bar.field, "dog")

    assert offered(bar) == []


def test_escape_closes_the_list_and_only_then_gives_the_words_up(bar):
    QTest.keyClicks(bar.field, "bell")
    popup = bar.field.completer().popup()

    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert bar.field.text() == "bell"
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)

    assert bar.field.text() == ""


def test_return_hands_the_words_over_and_gives_the_keys_back_to_the_window(bar, heard):
    QTest.keyClicks(bar.field, "marimba")

    QTest.keyClick(bar.field, ENTER)

    assert heard == [("text", "marimba")]
    assert not bar.field.hasFocus()


def test_ctrl_enter_gives_the_keys_back_to_the_window_too(bar, heard):
    QTest.keyClicks(bar.field, "marimba")
    event = QKeyEvent(QEvent.Type.ShortcutOverride, ENTER, Qt.KeyboardModifier.ControlModifier)

    QApplication.sendEvent(bar.field, event)

    assert heard == [("text", "marimba")]
    assert not bar.field.hasFocus()


def test_a_word_that_is_whole_is_not_offered_again(bar):
    QTest.keyClicks(bar.field, "marimba")

    assert offered(bar) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("dog", ("", "dog", "")),
        ("a dog, the bi", ("a dog, the ", "bi", "")),
        ("Dog AND be", ("Dog AND ", "be", "")),
        ("band", ("", "band", "")),
        ("dog, ", ("dog, ", "", "")),
    ],
)
def test_the_word_at_the_cursor_is_cut_out_at_commas_and_ands(text, parts):
    assert cut(text, len(text)) == parts


def test_a_word_in_the_middle_is_completed_in_its_place():
    assert cut("bel and dog", 3) == ("", "bel", " and dog")


def test_words_that_begin_as_typed_are_offered_first():
    assert offers("do", ("big dog", "condor", "dog barking", "dog")) == (
        "dog",
        "dog barking",
        "big dog",
        "condor",
    )


# Words that are not known ------------------------------------------------------------------------


def test_a_word_that_is_not_known_is_called_so_with_the_nearest_to_choose_from(bar, heard):
    bar.set_stem(saying("xylofone"))

    assert bar.hints.words == ("Knower doesn't know “xylofone”. Did you mean:", "xylophone")
    assert not bar.run_panel.button.isEnabled()
    assert bar.run_panel.button.toolTip() == (
        "Knower doesn't know “xylofone”. Did you mean xylophone?"
    )

    button(bar, "xylophone").click()
    assert heard == [("text", "xylophone")]


def test_only_the_unknown_one_of_several_words_is_replaced(bar, heard):
    bar.set_stem(saying("the dog and xylofone"))
    assert "leaves it out" in bar.hints.words[0]
    assert bar.run_panel.button.isEnabled()

    button(bar, "xylophone").click()

    assert heard == [("text", "the dog and xylophone")]


def test_a_word_under_way_is_not_called_unknown_before_a_pause(bar, qtbot):
    QTest.keyClicks(bar.field, "xylof")
    assert bar.hints.isHidden()
    assert not bar.run_panel.button.isEnabled()

    qtbot.waitUntil(lambda: not bar.hints.isHidden())

    assert "“xylof”" in bar.hints.words[0]


def test_a_word_that_may_become_a_known_one_is_not_called_unknown_while_typed(bar, qtbot):
    QTest.keyClicks(bar.field, "xylo")
    qtbot.waitUntil(lambda: not bar._pause.isActive())
    assert bar.hints.isHidden()

    QTest.keyClick(bar.field, ENTER)
    bar.set_stem(saying("xylo"))

    assert "“xylo”" in bar.hints.words[0]


def test_words_in_the_field_can_be_separated_before_they_are_handed_over(bar, heard):
    QTest.keyClicks(bar.field, "dog")
    assert bar.run_panel.button.isEnabled()

    QTest.mouseClick(bar.run_panel.button, Qt.MouseButton.LeftButton)

    assert heard == [("text", "dog"), ("separate",)]


def test_an_engine_that_takes_any_words_is_offered_for_unknown_ones(bar, heard):
    bar.set_engines((KNOWER, PAINTER, FREE), {"knower": WORDS})
    bar.set_stem(saying("a vuvuzela"))

    button(bar, "Use Free").click()

    assert heard == [("engine", "free")]


def test_saying_what_is_not_wanted_is_answered_with_what_to_say(bar):
    bar.set_stem(saying("everything but the dog"))

    assert bar.hints.words == ("Say what you want to hear: everything else stays in the residual.",)
    assert not bar.run_panel.button.isEnabled()


# What is seen ------------------------------------------------------------------------------------


def test_a_region_says_what_it_looks_like_and_another_guess_can_be_chosen(bar, heard):
    bar.set_stem(Stem("a", "Stem 1", 0, REGION, "knower"))
    bar.set_belief(SURE)

    chip = bar.chips.belief
    assert chip.text() == "Looks like: dog 84 %"
    actions = [action.text() for action in chip.menu.actions() if not action.isSeparator()]
    assert actions == ["Dog\t84 %", "Church bell\t10 %", "Something else…"]

    chip.menu.actions()[1].trigger()
    assert heard == [("text", "church bell")]


def test_something_else_puts_the_cursor_into_the_words(bar):
    bar.set_stem(Stem("a", "Stem 1", 0, REGION, "knower"))
    bar.set_belief(SURE)
    bar.setFocus()
    bar.field.clearFocus()

    bar.chips.belief.menu.actions()[-1].trigger()

    assert QApplication.focusWidget() is bar.field


def test_a_picture_that_says_nothing_stops_separating_until_words_or_spans_say_it(bar):
    bar.set_stem(Stem("a", "Stem 1", 0, REGION, "knower"))
    bar.set_belief(UNSURE)
    assert bar.chips.belief.text() == "Not sure what this is: type a word"
    assert "Type a word" in bar.run_panel.button.toolTip()
    assert not bar.run_panel.button.isEnabled()

    spans = (SpanPrompt(TimeSpan(0, 1)),)
    bar.set_stem(Stem("a", "Stem 1", 0, PromptSet(regions=REGION.regions, spans=spans), "knower"))

    assert bar.run_panel.button.isEnabled()
    assert bar.chips.belief.isHidden()


def test_where_room_is_scarce_the_chips_are_shorter(bar, qtbot):
    bar.set_stem(Stem("a", "Stem 1", 0, REGION, "knower"))
    bar.set_belief(SURE)

    bar.resize(1040, 90)

    assert bar.chips.belief.text() == "dog 84 %"
    qtbot.waitUntil(lambda: bar.minimumSizeHint().width() <= 1040)


def test_all_that_can_be_said_fits_the_smallest_window(bar, qtbot):
    spans = (SpanPrompt(TimeSpan(0, 1)), SpanPrompt(TimeSpan(2, 3), is_positive=False))
    painted = (SpectralPrompt(TimeSpan(0, 1), 100, 200),)
    everything = PromptSet((TextPrompt("dog"),), REGION.regions, spans, painted)
    bar.set_belief(SURE)

    bar.set_stem(Stem("a", "Stem 1", 0, everything, "knower"))
    bar.resize(1040, 90)

    qtbot.waitUntil(lambda: bar.minimumSizeHint().width() <= 1040)


def test_an_engine_that_does_not_go_by_pictures_says_nothing_of_them(bar):
    bar.set_belief(SURE)
    bar.set_stem(Stem("a", "Stem 1", 0, REGION, "painter"))

    assert bar.chips.belief.isHidden()


# What is heard -----------------------------------------------------------------------------------


def test_words_heard_in_the_clip_are_suggested_and_taken_with_a_press(bar, heard):
    bar.set_heard((BELL, BARK))
    assert bar.hints.words == ("Heard here:", "church bell", "dog")

    QTest.mouseClick(button(bar, "church bell"), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))

    assert heard == [("text", "church bell")]


def test_a_suggestion_can_be_taken_with_its_spans(bar, heard):
    bar.set_heard((BELL,))

    (spans,) = [
        one for one in bar.hints.findChildren(ChipButton) if "2 spans" in one.accessibleName()
    ]
    spans.click()

    assert heard == [("heard", BELL)]


def test_an_engine_that_takes_any_words_is_given_those_that_are_heard(bar, heard):
    bar.set_engines((KNOWER, PAINTER, FREE), {"knower": WORDS})
    bar.set_stem(saying("", engine="free"))
    bar.set_heard((BELL,))

    assert bar.hints.words == ("Heard here:", "church bell")
    # It reads no spans, so none are offered.
    (chip,) = bar.hints.findChildren(ChipButton)
    chip.click()
    assert heard == [("text", "church bell")]


def test_suggestions_make_room_for_doubt_and_come_back(bar):
    bar.set_heard((BELL,))
    bar.set_stem(saying("vuvuzela"))
    assert "vuvuzela" in bar.hints.words[0]

    bar.set_stem(saying("dog"))

    assert bar.hints.words[0] == "Heard here:"


# What was picked from what sounds -----------------------------------------------------------------


def pointing(engine: str = "knower") -> Stem:
    return Stem("a", "Stem 1", 0, REGION, engine)


def test_what_was_picked_is_offered_as_the_word_and_taken_with_a_press(bar, heard):
    bar.set_stem(pointing())
    bar.set_seen("church_bell")
    assert bar.hints.words == ("Seen to sound:", "church bell")

    button(bar, "church bell").click()

    assert heard == [("text", "church bell")]


def test_what_was_picked_is_not_offered_beside_words_of_the_persons_own(bar):
    bar.set_seen("church_bell")
    bar.set_stem(saying("dog"))

    assert bar.hints.isHidden()


def test_a_label_that_the_engine_calls_otherwise_is_offered_in_its_word(bar):
    bar.set_stem(pointing())

    bar.set_seen("marimba")
    assert bar.hints.words == ("Seen to sound:", "xylophone")

    bar.set_seen("vuvuzela")
    assert bar.hints.isHidden()


def test_an_engine_that_takes_any_words_is_offered_the_label_as_it_is(bar):
    bar.set_engines((KNOWER, PAINTER, FREE), {"knower": WORDS})
    bar.set_stem(pointing("free"))

    bar.set_seen("tin_drum")

    assert bar.hints.words == ("Seen to sound:", "tin drum")


def test_what_was_picked_and_is_heard_too_is_offered_once_with_its_spans(bar, heard):
    bar.set_stem(pointing())
    bar.set_heard((BARK, BELL))
    bar.set_seen("church_bell")
    assert bar.hints.words == ("Seen to sound:", "church bell", "Heard here:", "dog")

    chips = bar.hints.findChildren(ChipButton)  # those of earlier are just going away
    [one for one in chips if "2 spans" in one.accessibleName()][-1].click()

    assert heard == [("heard", BELL)]


def test_where_the_picture_is_not_enough_the_person_is_told_what_to_do_next(bar):
    bar.set_stem(pointing())
    bar.set_belief(UNSURE)
    assert bar.hints.words == (SAY_MORE,)

    bar.set_seen("church_bell")
    bar.set_heard((BARK,))

    assert bar.hints.words == (TAKE_A_WORD, "Seen to sound:", "church bell", "Heard here:", "dog")


def test_where_nothing_is_known_or_heard_the_row_takes_no_room(bar):
    assert bar.hints.isHidden()

    bar.set_heard((BELL,))
    bar.set_stem(saying("", engine="painter"))

    assert bar.hints.isHidden()


# Another engine ----------------------------------------------------------------------------------


def test_painting_that_is_not_understood_is_one_press_from_an_engine_that_does(bar, heard):
    painted = PromptSet(spectral=(SpectralPrompt(TimeSpan(0, 1), 100, 200),))
    bar.set_stem(Stem("a", "Stem 1", 0, painted, "knower"))

    chip = bar.chips.by_kind[PromptKind.SPECTRAL]
    assert chip.is_warning
    assert chip.remedy.text() == "Use Painter"
    chip.remedy.click()

    assert heard == [("engine", "painter")]


def test_words_can_be_looked_for_in_the_picture_until_something_was_pointed_at(bar, qtbot):
    assert not bar.find_chip.isVisible()

    bar.set_stem(saying("dog"))
    assert bar.find_chip.isVisible()
    assert "“dog”" in bar.find_chip.toolTip()
    with qtbot.waitSignal(bar.find_requested, timeout=1000):
        bar.find_chip.click()

    pointed = PromptSet(texts=(TextPrompt("dog"),), regions=REGION.regions)
    bar.set_stem(Stem("a", "Stem 1", 0, pointed, "knower"))
    assert not bar.find_chip.isVisible()


def test_looking_is_offered_with_the_first_letter_that_is_typed(bar, qtbot):
    QTest.keyClicks(bar.field, "d")

    assert bar.find_chip.isVisible()
