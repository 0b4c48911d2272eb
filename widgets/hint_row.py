"""The slim row under the words: what is not understood of them, else words that may be meant."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.domain.beliefs import HeardWord
from core.domain.engines import EngineInfo
from core.domain.prompts import PromptKind
from core.domain.vocabulary import Vocabulary, said_as
from core.units import format_duration
from widgets.belief_chip import percent
from widgets.chip_button import ChipButton
from widgets.icons import IconLabel
from widgets.prompt_words import (
    SAY_MORE,
    TAKE_A_WORD,
    Asked,
    counted,
    doubted,
    missing,
    nearest_words,
    words_of,
)

MOST_SHOWN = 5


class HintRow(QWidget):
    """Takes no room while there is nothing to say.

    Signals:
        text_chosen: other words: mended ones, or one that was heard or picked.
        engine_chosen: the name of an engine that understands the words as they are.
        heard_chosen: a `HeardWord` that shall be looked for where it was heard.
        models_requested: what the engine needs shall be installed.
    """

    text_chosen = Signal(str)
    engine_chosen = Signal(str)
    heard_chosen = Signal(object)
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heard: tuple[HeardWord, ...] = ()
        self._vocabulary: Vocabulary | None = None
        self._shown: object = None
        self._words: list[str] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self.setFixedHeight(30)
        self.hide()

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands in the row, from left to right."""
        return tuple(self._words)

    def set_heard(self, heard: tuple[HeardWord, ...]) -> None:
        """Suggest these words while no other is in doubt; takes effect with `set_asked`."""
        self._heard = heard

    def set_asked(self, asked: Asked, helper: EngineInfo | None) -> None:
        """Say what is not understood; `helper` is an engine that takes any words."""
        doubt = asked.doubt if asked.stem is not None else None
        vocabulary = asked.vocabulary
        has_stem = asked.stem is not None
        needs = tuple(asked.engine.needs.items()) if asked.engine is not None else ()
        state = (
            doubt, asked.engine, needs, has_stem, vocabulary is None, helper, self._heard,
            asked.seen_word, asked.is_unclear,
        )  # fmt: skip
        if state == self._shown:
            return
        self._shown = state
        self._clear()
        if asked.stem is not None and asked.engine is not None and asked.engine.needs:
            self._fill_with_needs(asked.engine)
        elif doubt is not None and asked.engine is not None and vocabulary is not None:
            self._fill_with_doubt(asked, asked.engine, vocabulary, helper)
        elif asked.engine is not None and PromptKind.TEXT in asked.engine.understands and has_stem:
            self._fill_with_words(asked, asked.engine)
        self.setVisible(self._row.count() > 0)

    def _fill_with_needs(self, engine: EngineInfo) -> None:
        self._row.addWidget(IconLabel("warning", "warning", 16))
        self._add_label(f"“{engine.title}” is not installed.")
        link = self._add_link("Model store…", missing(engine))
        link.clicked.connect(lambda: self.models_requested.emit())
        self._row.addStretch(1)

    def _fill_with_doubt(
        self, asked: Asked, engine: EngineInfo, vocabulary: Vocabulary, helper: EngineInfo | None
    ) -> None:
        doubt = asked.doubt
        if doubt is None:
            return
        nearest = nearest_words(doubt, vocabulary)
        self._row.addWidget(IconLabel("warning", "warning", 16))
        said = doubted(doubt, engine)
        self._add_label(f"{said} Did you mean:" if nearest else said)
        for word in nearest:
            mended = doubt.mended(words_of(asked.stem), word)
            self._add_link(word, f"Look for “{mended}”").clicked.connect(
                lambda _on=False, mended=mended: self.text_chosen.emit(mended)
            )
        if helper is not None:
            name = helper.name
            self._add_link(
                f"Use {helper.title}", f"{helper.title} takes any words"
            ).clicked.connect(lambda _on=False: self.engine_chosen.emit(name))
        self._row.addStretch(1)

    def _fill_with_words(self, asked: Asked, engine: EngineInfo) -> None:
        """Offer what was picked and what is heard, and say so where the picture is not enough."""
        vocabulary = asked.vocabulary
        known = [one for one in self._heard if vocabulary is None or one.name in vocabulary.names]
        if asked.is_unclear:
            self._row.addWidget(IconLabel("warning", "warning", 16))
            self._add_label(TAKE_A_WORD if asked.seen_word or known else SAY_MORE)
        if asked.seen_word:
            both = [one for one in known if said_as(one.name, vocabulary) == asked.seen_word]
            known = [one for one in known if one not in both]
            self._add_label("Seen to sound:")
            self._add_seen(asked.seen_word, both, engine)
        if known:
            self._fill_with_heard(known, engine, vocabulary)
        if self._row.count():
            self._row.addStretch(1)

    def _fill_with_heard(
        self, known: list[HeardWord], engine: EngineInfo, vocabulary: Vocabulary | None
    ) -> None:
        """Offer what is heard; an engine without a vocabulary takes any words."""
        self._add_label("Heard here:")
        for heard in known[:MOST_SHOWN]:
            has_spans = PromptKind.SPAN in engine.understands
            title = said_as(heard.name, vocabulary)
            self._row.addWidget(self._heard_chip(heard, title, has_spans=has_spans))

    def _add_seen(self, title: str, heard: list[HeardWord], engine: EngineInfo) -> None:
        """Offer the word, with when it sounds where it is heard too."""
        if heard:
            has_spans = PromptKind.SPAN in engine.understands
            self._row.addWidget(self._heard_chip(heard[0], title, has_spans=has_spans))
            return
        chip = ChipButton()
        chip.show_as(title, f"Look for “{title}”: what you picked seems to be that")
        chip.clicked.connect(lambda: self.text_chosen.emit(title))
        self._words.append(title)
        self._row.addWidget(chip)

    def _heard_chip(self, word: HeardWord, title: str, *, has_spans: bool) -> QWidget:
        """Return a pill: the word and, for an engine that reads spans, it with when it sounds."""
        length = format_duration(sum(span.length_s for span in word.spans))
        first = ChipButton(is_right_round=not has_spans)
        sure = f"heard for {length}, {percent(word.confidence)} sure"
        first.show_as(title, f"Look for “{title}”: {sure}")
        self._words.append(title)
        first.clicked.connect(lambda: self.text_chosen.emit(title))
        if not has_spans:
            return first
        spans = counted(len(word.spans), "span")
        second = ChipButton("span", is_left_round=False)
        second.show_as("", f"Look for “{title}” where it was heard: with its {spans}")
        second.clicked.connect(lambda: self.heard_chosen.emit(word))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(first)
        row.addWidget(second)
        return both

    def _add_label(self, text: str) -> None:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("rank", "muted")
        self._row.addWidget(label)
        self._words.append(text)

    def _add_link(self, text: str, tip: str) -> QPushButton:
        link = QPushButton(text)
        link.setProperty("kind", "link")
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        link.setToolTip(tip)
        self._row.addWidget(link)
        self._words.append(text)
        return link

    def _clear(self) -> None:
        self._words = []
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                # A link may be going away inside its own click.
                widget.hide()
                widget.deleteLater()
