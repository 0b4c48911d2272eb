"""The prompt bar: it shows what was asked, says why something cannot be, and never chatters."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.engines import EngineInfo
from core.domain.project import Stem, StemResult
from core.domain.prompts import (
    Box,
    Click,
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)
from core.progress import Progress
from widgets.engine_chooser import EngineChooser, understood
from widgets.prompt_bar import PromptBar
from widgets.run_panel import progress_words
from widgets.words_field import PLACEHOLDER

DEAF = EngineInfo(
    name="deaf",
    title="Deaf",
    summary="Reads no words.",
    understands=frozenset({PromptKind.REGION, PromptKind.SPAN}),
    sample_rate_hz=None,
    band_hz=None,
    licence="MIT",
)
READER = EngineInfo(
    name="reader",
    title="Reader",
    summary="Reads words.",
    understands=frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
    sample_rate_hz=16_000,
    band_hz=(0.0, 8_000.0),
    licence="Apache-2.0",
)
FAR = EngineInfo(
    name="far",
    title="Far",
    summary="Would take anything.",
    understands=frozenset(PromptKind),
    sample_rate_hz=48_000,
    band_hz=None,
    licence="MIT",
    needs={"weights": "a download of 12 GB"},
)
REGION = RegionPrompt((Click(3, 3, 0), Click(4, 4, 9, False)), (Box(1, 1, 5, 5, 9),))
SPANS = (
    SpanPrompt(TimeSpan(0, 1)),
    SpanPrompt(TimeSpan(2, 3)),
    SpanPrompt(TimeSpan(4, 5), is_positive=False),
)
ENTER = Qt.Key.Key_Return


def stem(prompts: PromptSet | None = None, engine: str = "reader", stem_id: str = "a") -> Stem:
    return Stem(stem_id, "Dog", 1, prompts or PromptSet(), engine)


@pytest.fixture
def bar(qtbot: QtBot) -> PromptBar:
    shown = PromptBar()
    qtbot.addWidget(shown)
    shown.resize(1280, 56)
    shown.set_engines((DEAF, READER, FAR))
    shown.set_stem(stem())
    return shown


@pytest.fixture
def heard(bar: PromptBar) -> list[tuple[object, ...]]:
    wishes: list[tuple[object, ...]] = []

    def ear(name: str) -> Callable[..., None]:
        return lambda *values: wishes.append((name, *values))

    bar.text_committed.connect(ear("text"))
    bar.engine_chosen.connect(ear("engine"))
    bar.separate_requested.connect(ear("separate"))
    bar.cancel_requested.connect(ear("cancel"))
    bar.clear_requested.connect(ear("clear"))
    return wishes


def chip_texts(bar: PromptBar) -> list[str]:
    return [chip.text for chip in bar.chips.by_kind.values() if not chip.isHidden()]


# Words -------------------------------------------------------------------------------------------


def test_words_are_handed_over_trimmed_when_enter_is_pressed(bar, heard):
    QTest.keyClicks(bar.field, "  a dog   barking ")
    QTest.keyClick(bar.field, ENTER)

    assert heard == [("text", "a dog barking")]


def test_the_same_words_are_handed_over_once(bar, heard):
    bar.set_stem(stem(PromptSet(texts=(TextPrompt("dog"),))))

    QTest.keyClick(bar.field, ENTER)

    assert heard == []


def test_emptied_words_take_the_prompt_back(bar, heard):
    bar.set_stem(stem(PromptSet(texts=(TextPrompt("dog"),))))

    bar.field.selectAll()
    QTest.keyClick(bar.field, Qt.Key.Key_Delete)
    QTest.keyClick(bar.field, ENTER)

    assert heard == [("text", "")]


def test_words_being_typed_survive_news_about_the_same_stem(bar, heard):
    QTest.keyClicks(bar.field, "dog ba")

    bar.set_stem(stem(PromptSet(regions=(REGION,))))

    assert bar.field.text() == "dog ba"
    assert heard == []


def test_another_stem_brings_its_own_words(bar):
    QTest.keyClicks(bar.field, "dog ba")

    bar.set_stem(stem(PromptSet(texts=(TextPrompt("bell"),)), stem_id="b"))

    assert bar.field.text() == "bell"


def test_escape_brings_the_old_words_back(bar, heard):
    bar.set_stem(stem(PromptSet(texts=(TextPrompt("dog"),))))
    QTest.keyClicks(bar.field, "x")

    QTest.keyClick(bar.field, Qt.Key.Key_Escape)

    assert bar.field.text() == "dog"
    assert heard == []


def test_ctrl_enter_hands_the_words_over_before_the_shortcut_runs(bar, heard):
    QTest.keyClicks(bar.field, "dog")
    event = QKeyEvent(QEvent.Type.ShortcutOverride, ENTER, Qt.KeyboardModifier.ControlModifier)

    QApplication.sendEvent(bar.field, event)

    assert heard == [("text", "dog")]


def test_pressing_separate_hands_the_words_over_first(bar, heard):
    bar.set_stem(stem(PromptSet(regions=(REGION,))))
    QTest.keyClicks(bar.field, "dog")

    QTest.mouseClick(bar.run_panel.button, Qt.MouseButton.LeftButton)

    assert heard == [("text", "dog"), ("separate",)]


def test_an_engine_that_reads_no_words_says_so_where_they_would_be_typed(bar):
    bar.set_stem(stem(engine="deaf"))

    assert not bar.field.isEnabled()
    assert "does not read words" in bar.field.placeholderText()
    assert "does not read words" in bar.field.toolTip()

    bar.set_stem(stem(engine="reader"))
    assert bar.field.isEnabled()
    assert bar.field.placeholderText() == PLACEHOLDER


def test_words_come_back_with_an_engine_that_reads_them(bar, heard):
    said = PromptSet(texts=(TextPrompt("dog"),))
    bar.set_stem(stem(said))
    bar.set_stem(stem(said, engine="deaf"))
    assert bar.field.text() == ""

    bar.set_stem(stem(said))

    assert bar.field.text() == "dog"
    assert heard == []


def test_words_that_cannot_be_typed_are_never_taken_back_by_mistake(bar, heard):
    bar.set_stem(stem(PromptSet(texts=(TextPrompt("dog"),)), engine="deaf"))

    bar.field.commit()

    assert heard == []


# Chips -------------------------------------------------------------------------------------------


def test_chips_count_what_was_said(bar):
    bar.set_stem(stem(PromptSet(regions=(REGION,), spans=SPANS)))

    assert chip_texts(bar) == ["Region", "Spans +2 −1"]
    assert bar.chips.by_kind[PromptKind.REGION].toolTip() == "2 clicks and 1 box on 2 frames"


def test_words_need_no_chip_while_they_stand_in_the_field(bar):
    bar.set_stem(stem(PromptSet(texts=(TextPrompt("dog"),))))

    assert chip_texts(bar) == []


@pytest.mark.parametrize("kind", [PromptKind.REGION, PromptKind.SPAN])
def test_the_cross_of_a_chip_takes_its_kind_back(bar, heard, kind):
    bar.set_stem(stem(PromptSet(regions=(REGION,), spans=SPANS)))

    bar.chips.by_kind[kind].remove_requested.emit()

    assert heard == [("clear", kind)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (PromptSet(texts=(TextPrompt("dog"),), spans=SPANS), PromptKind.TEXT),
        (
            PromptSet(spans=SPANS, spectral=(SpectralPrompt(TimeSpan(0, 1), 100, 200),)),
            PromptKind.SPECTRAL,
        ),
    ],
)
def test_what_the_engine_cannot_use_is_shown_as_a_warning_and_stops_separating(bar, said, kind):
    bar.set_stem(stem(said, engine="deaf"))

    chip = bar.chips.by_kind[kind]
    assert chip.is_warning
    assert "“Deaf” does not understand" in chip.toolTip()
    assert not bar.run_panel.button.isEnabled()
    assert bar.run_panel.button.toolTip() == chip.toolTip()
    assert not bar.chips.by_kind[PromptKind.SPAN].is_warning


# Engine ------------------------------------------------------------------------------------------


def test_the_engine_of_the_stem_is_shown_without_asking_for_it(bar, heard):
    bar.set_stem(stem(engine="deaf"))
    bar.set_engines((READER, DEAF))

    assert bar.chooser.currentText() == "Deaf"
    assert heard == []


def test_the_choice_survives_a_longer_list_of_engines(qtbot):
    chooser = EngineChooser()
    qtbot.addWidget(chooser)
    chooser.set_engines((READER,))
    chooser.set_current("reader")

    chooser.set_engines((DEAF, READER))

    assert chooser.current is READER


def test_picking_an_engine_asks_for_it_by_name(bar, heard):
    bar.chooser.activated.emit(0)

    assert heard == [("engine", "deaf")]


def test_an_engine_tells_what_it_understands_and_its_licence(bar):
    tip = bar.chooser.toolTip()

    assert "words, regions and spans" in tip
    assert "Apache-2.0" in tip
    assert understood(DEAF) == "regions and spans"


def test_an_engine_that_is_not_installed_says_what_it_needs_and_cannot_be_picked(bar):
    far = bar.chooser.model().item(2)

    assert not far.isEnabled()
    assert "Needs weights: a download of 12 GB" in far.toolTip()


def test_the_list_of_engines_ends_with_the_way_to_get_more(bar, heard, qtbot):
    chooser = bar.chooser
    before = chooser.currentText()
    assert chooser.itemText(chooser.count() - 1) == "Model store…"

    with qtbot.waitSignal(bar.models_requested):
        chooser.setCurrentIndex(chooser.count() - 1)
        chooser.activated.emit(chooser.count() - 1)

    assert chooser.currentText() == before
    assert heard == []


def test_where_every_engine_is_installed_there_is_nothing_to_get(qtbot):
    chooser = EngineChooser()
    qtbot.addWidget(chooser)

    chooser.set_engines((READER, DEAF))

    assert chooser.count() == 2


def test_a_stem_of_an_engine_that_is_not_installed_offers_the_model_store(bar, qtbot):
    bar.set_stem(stem(engine="far"))

    assert bar.hints.words == ("“Far” is not installed.", "Model store…")
    [link] = bar.hints.findChildren(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert "a download of 12 GB" in link.toolTip()
    with qtbot.waitSignal(bar.models_requested):
        link.click()


def test_a_stem_of_an_engine_that_is_not_installed_is_not_separated(bar):
    bar.set_stem(stem(PromptSet(spans=SPANS), engine="far"))

    assert bar.chooser.currentText() == "Far"
    assert not bar.run_panel.button.isEnabled()
    assert "a download of 12 GB" in bar.run_panel.button.toolTip()


def test_a_stem_made_with_an_unknown_engine_asks_to_choose_one(bar):
    bar.set_stem(stem(PromptSet(spans=SPANS), engine="long gone"))

    assert bar.chooser.current is None
    assert bar.run_panel.button.toolTip() == "Choose an engine first"


# Separate ----------------------------------------------------------------------------------------


def test_separate_says_what_is_missing_while_nothing_was_said(bar, heard):
    QTest.mouseClick(bar.run_panel.button, Qt.MouseButton.LeftButton)

    assert "click an object or drag a span first" in bar.run_panel.button.toolTip()
    assert heard == []


def test_separate_names_its_shortcut(bar):
    bar.set_stem(stem(PromptSet(spans=SPANS)))

    assert bar.run_panel.button.isEnabled()
    assert "Ctrl+Enter" in bar.run_panel.button.toolTip()


def test_a_reason_from_outside_stops_separating(bar):
    bar.set_stem(stem(PromptSet(spans=SPANS)))

    bar.set_refusal("This clip has no sound")
    assert not bar.run_panel.button.isEnabled()
    assert bar.run_panel.button.toolTip() == "This clip has no sound"

    bar.set_refusal("")
    assert bar.run_panel.button.isEnabled()


def test_a_separated_stem_offers_to_separate_again(bar):
    said = PromptSet(spans=SPANS)
    result = StemResult(Path("t.wav"), said, "reader", 0, {}, 1, 8_000, 1)

    bar.set_stem(Stem("a", "Dog", 1, said, "reader", result=result))

    assert bar.run_panel.button.text() == "Separate again"


def test_nothing_can_be_asked_without_a_stem(bar):
    bar.set_stem(None)

    assert not bar.field.isEnabled()
    assert not bar.chooser.isEnabled()
    assert bar.run_panel.button.toolTip() == "Open a clip first"


def test_the_button_turns_into_progress_and_back(bar, heard):
    bar.set_progress(Progress("Separating", 42, 100), 73)
    assert bar.run_panel.is_running

    QTest.mouseClick(bar.run_panel.cancel, Qt.MouseButton.LeftButton)
    assert heard == [("cancel",)]
    assert not bar.run_panel.cancel.isEnabled()

    bar.set_progress(None)
    assert not bar.run_panel.is_running
    assert bar.run_panel.cancel.isEnabled()


def test_a_second_run_can_be_cancelled_too(bar, heard):
    bar.set_progress(Progress("Separating", 1, 2))
    bar.run_panel.cancel.click()
    bar.set_progress(None)

    bar.set_progress(Progress("Separating", 1, 2))
    bar.run_panel.cancel.click()

    assert heard == [("cancel",), ("cancel",)]


@pytest.mark.parametrize(
    ("fraction", "time_left_s", "words"),
    [(0.42, 73.0, "42 % · 1 min 13 s left"), (0.5, None, "50 %"), (None, None, "")],
)
def test_progress_says_as_much_as_is_known(fraction, time_left_s, words):
    assert progress_words(fraction, time_left_s) == words
