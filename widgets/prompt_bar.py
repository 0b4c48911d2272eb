"""The row under the picture: words for the sound, what else was said, the engine, and Separate."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.domain.beliefs import Belief, HeardWord
from core.domain.engines import EngineInfo
from core.domain.project import Stem
from core.domain.vocabulary import Vocabulary
from core.progress import Progress
from widgets import prompt_words
from widgets.chip_button import ChipButton
from widgets.engine_chooser import EngineChooser
from widgets.engine_settings import EngineSettingsButton
from widgets.hint_row import HintRow
from widgets.prompt_chips import PromptChips
from widgets.prompt_words import Asked
from widgets.run_panel import RunPanel
from widgets.stem_badge import StemBadge
from widgets.words_field import WordsField

PAUSE_MS = 350
"""After the last key, before a word that is not known is called so: nobody types all at once."""

_ROOMY_FROM_PX = 1200


class PromptBar(QFrame):
    """Shows what was asked of the selected stem. Does not know what a separator is.

    Signals:
        text_committed: the trimmed words; empty to take them back.
        heard_chosen: a `HeardWord` to be looked for where it was heard.
        engine_chosen: the name of an engine.
        setting_chosen: the name of a setting and its value, or None for its default.
        settings_reset: all settings shall go back to their defaults.
        separate_requested: never while something runs or cannot be asked.
        cancel_requested: stop what `set_progress` shows.
        clear_requested: a `PromptKind`, all prompts of which shall go.
        models_requested: the model store shall be shown, to install what an engine needs.
        find_requested: the words that stand in the field shall be looked for in the picture.
    """

    text_committed = Signal(str)
    heard_chosen = Signal(object)
    engine_chosen = Signal(str)
    setting_chosen = Signal(str, object)
    settings_reset = Signal()
    separate_requested = Signal()
    cancel_requested = Signal()
    clear_requested = Signal(object)
    models_requested = Signal()
    find_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._stem: Stem | None = None
        self._belief: Belief | None = None
        self._seen = ""
        self._engines: tuple[EngineInfo, ...] = ()
        self._vocabularies: Mapping[str, Vocabulary] = {}
        self._refusal = ""
        self._badge, self.field, self.hints = StemBadge(), WordsField(), HintRow()
        self._invitation = QLabel(prompt_words.INVITATION)
        self._invitation.setProperty("rank", "muted")
        self.find_chip = ChipButton("search")
        self.chips = PromptChips()
        self.chooser, self.settings = EngineChooser(), EngineSettingsButton()
        self.chooser.setProperty("scale", "large")
        self.chooser.setMinimumWidth(130)
        self.run_panel = RunPanel(_side_by_side(self.chooser, self.settings))
        self.run_panel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.run_panel.setMinimumWidth(340)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._connect()
        self._lay_out()
        self._refresh()

    def set_stem(self, stem: Stem | None) -> None:
        """Show the prompts and the engine of the selected stem; None disables the row."""
        self._stem = stem
        self._refresh()

    def set_engines(
        self,
        engines: tuple[EngineInfo, ...],
        vocabularies: Mapping[str, Vocabulary] | None = None,
    ) -> None:
        """Offer `engines`; `vocabularies` by name are the words of those that know only some."""
        self._engines, self._vocabularies = engines, vocabularies or {}
        self.chooser.set_engines(engines)
        self._refresh()

    def set_belief(self, belief: Belief | None) -> None:
        """Say what the stem's region seems to show; None while that is not known."""
        self._belief = belief
        self._refresh()

    def set_seen(self, label: str) -> None:
        """Suggest what the stem's region was called as it was picked; empty where it was not."""
        self._seen = label
        self._refresh()

    def set_heard(self, heard: tuple[HeardWord, ...]) -> None:
        """Suggest what is heard in the clip, surest first."""
        self.hints.set_heard(heard)
        self._refresh()

    def set_progress(self, progress: Progress | None, time_left_s: float | None = None) -> None:
        """Show the running separation; None when there is none."""
        self.run_panel.set_progress(progress, time_left_s)

    def set_refusal(self, reason: str) -> None:
        """Say why nothing can be separated now ("This clip has no sound"); empty if it can."""
        self._refusal = reason
        self._refresh()

    def focus_words(self) -> None:
        """Put the cursor into the text field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def sizeHint(self) -> QSize:
        return QSize(1100, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.oldSize().width() < _ROOMY_FROM_PX) != (self.width() < _ROOMY_FROM_PX):
            self._refresh_chips()
            self._refresh_find()

    # What is shown ------------------------------------------------------------------------------

    def _asked(self) -> Asked:
        engine = self.chooser.current
        vocabulary = self._vocabularies.get(engine.name) if engine is not None else None
        return Asked(self._stem, engine, vocabulary, self._belief, self._seen)

    def _refresh(self) -> None:
        stem = self._stem
        self.chooser.set_current(stem.engine if stem else None)
        asked = self._asked()
        self.chooser.setEnabled(stem is not None)
        self.settings.set_engine(asked.engine, stem.settings if stem else {})
        self._badge.set_stem(stem)
        self.field.set_words(stem.stem_id if stem else "", prompt_words.words_of(stem))
        self.field.set_refusal(prompt_words.why_no_words(stem, asked.engine))
        self.field.set_completions(asked.engine.vocabulary if asked.engine else ())
        is_silent = stem is not None and stem.prompts.is_empty and self.field.isEnabled()
        self._invitation.setVisible(is_silent)
        is_done = stem is not None and stem.result is not None
        self.run_panel.button.setText("Separate again" if is_done else "Separate")
        self._refresh_chips()
        self._refresh_find()
        self._refresh_button()
        self._refresh_hints()

    def _refresh_find(self) -> None:
        """Offer to look for words in the picture, where nothing was pointed at yet."""
        stem, words = self._stem, self.field.typed
        is_pointed = stem is not None and bool(stem.prompts.regions)
        is_wished = stem is not None and self.field.isEnabled() and bool(words) and not is_pointed
        text = "" if self.width() < _ROOMY_FROM_PX else prompt_words.FIND
        self.find_chip.show_as(text, prompt_words.find_tip(words))
        self.find_chip.setVisible(is_wished)

    def _refresh_chips(self) -> None:
        is_short = self.width() < _ROOMY_FROM_PX
        self.chips.set_asked(self._asked(), self._engines, is_short=is_short)

    def _refresh_button(self) -> None:
        """Go by the words as they stand in the field: the button hands them over first."""
        typed = self._asked().saying(self.field.typed)
        reason = prompt_words.why_not(typed, is_being_typed=self._pause.isActive())
        reason = self._refusal or reason
        self.run_panel.button.setEnabled(not reason)
        self.run_panel.button.setToolTip(reason or prompt_words.SEPARATE_TIP)

    def _refresh_hints(self) -> None:
        if self._pause.isActive():
            return
        typed = self._asked()
        if not self.field.is_completing:
            typed = typed.saying(self.field.typed)
        self.hints.set_asked(typed, prompt_words.better_engine(typed, self._engines))

    def _on_edited(self) -> None:
        self._pause.start()
        self._refresh_find()
        self._refresh_button()

    def _on_pause(self) -> None:
        self._pause.stop()
        self._refresh_button()
        self._refresh_hints()

    # Wishes -------------------------------------------------------------------------------------

    def _on_committed(self, words: str) -> None:
        self._pause.stop()
        self.text_committed.emit(words)

    def _on_start(self) -> None:
        self.field.commit()
        self.separate_requested.emit()

    def _connect(self) -> None:
        self._pause.timeout.connect(self._on_pause)
        self.field.textEdited.connect(self._on_edited)
        self.field.editingFinished.connect(self._on_pause)
        self.field.committed.connect(self._on_committed)
        self.hints.text_chosen.connect(self.field.say)
        self.hints.heard_chosen.connect(self.heard_chosen)
        self.hints.engine_chosen.connect(self.engine_chosen)
        self.hints.models_requested.connect(self.models_requested)
        self.find_chip.clicked.connect(self.find_requested)
        self.chips.clear_requested.connect(self.clear_requested)
        self.chips.engine_chosen.connect(self.engine_chosen)
        self.chips.belief.word_chosen.connect(self.field.say)
        self.chips.belief.other_requested.connect(self.focus_words)
        self.chooser.engine_chosen.connect(self.engine_chosen)
        self.chooser.models_requested.connect(self.models_requested)
        self.settings.setting_chosen.connect(self.setting_chosen)
        self.settings.reset_requested.connect(self.settings_reset)
        self.run_panel.start_requested.connect(self._on_start)
        self.run_panel.cancel_requested.connect(self.cancel_requested)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.find_chip)
        row.addWidget(self._invitation)
        row.addWidget(self.chips)
        row.addSpacing(8)
        row.addWidget(self.run_panel)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.addWidget(self._badge, 0, 0)
        grid.addLayout(row, 0, 1)
        # Under the words, which it is about.
        grid.addWidget(self.hints, 1, 1)
        grid.setColumnStretch(1, 1)


def _side_by_side(*widgets: QWidget) -> QWidget:
    """Return `widgets` in a row, the first of which takes what is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 1 if place == 0 else 0)
    return holder
