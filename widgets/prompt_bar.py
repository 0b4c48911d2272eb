"""The row under the picture: words for the sound, what else was said, the engine, and Separate."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.domain.engines import EngineInfo
from core.domain.project import Stem
from core.domain.prompts import PromptKind
from core.progress import Progress
from widgets import prompt_words
from widgets.chip import Chip
from widgets.engine_chooser import EngineChooser
from widgets.run_panel import RunPanel
from widgets.stem_badge import StemBadge
from widgets.words_field import WordsField

_CHIP_ICONS = {
    PromptKind.TEXT: "text",
    PromptKind.REGION: "region",
    PromptKind.SPAN: "span",
    PromptKind.SPECTRAL: "painted",
}


class PromptBar(QFrame):
    """Shows what was asked of the selected stem. Does not know what a separator is.

    Signals:
        text_committed: the trimmed words; empty to take them back.
        engine_chosen: the name of an engine.
        separate_requested: never while something runs or cannot be asked.
        cancel_requested: stop what `set_progress` shows.
        clear_requested: a `PromptKind`, all prompts of which shall go.
    """

    text_committed = Signal(str)
    engine_chosen = Signal(str)
    separate_requested = Signal()
    cancel_requested = Signal()
    clear_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._stem: Stem | None = None
        self._refusal = ""
        self._badge = StemBadge()
        self.field = WordsField()
        self.field.committed.connect(self.text_committed)
        self._invitation = QLabel(prompt_words.INVITATION)
        self._invitation.setProperty("rank", "muted")
        self.chips = {kind: self._chip(kind) for kind in _CHIP_ICONS}
        self.chooser = EngineChooser()
        self.chooser.setProperty("scale", "large")
        self.chooser.setMinimumWidth(150)
        self.chooser.engine_chosen.connect(self.engine_chosen)
        self.run_panel = RunPanel(self.chooser)
        self.run_panel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.run_panel.setMinimumWidth(340)
        self.run_panel.start_requested.connect(self._on_start)
        self.run_panel.cancel_requested.connect(self.cancel_requested)
        self._lay_out()
        self._refresh()

    def set_stem(self, stem: Stem | None) -> None:
        """Show the prompts and the engine of the selected stem; None disables the row."""
        self._stem = stem
        self._refresh()

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        self.chooser.set_engines(engines)
        self._refresh()

    def set_completions(self, words: tuple[str, ...]) -> None:
        """Offer these while words are typed: the vocabulary of the engine, or earlier words."""
        self.field.set_completions(words)

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
        return QSize(1100, 52)

    def _refresh(self) -> None:
        stem = self._stem
        self.chooser.set_current(stem.engine if stem else None)
        engine = self.chooser.current
        self.chooser.setEnabled(stem is not None)
        self._badge.set_stem(stem)
        self.field.set_words(stem.stem_id if stem else "", prompt_words.words_of(stem))
        self.field.set_refusal(prompt_words.why_no_words(stem, engine))
        for kind, chip in self.chips.items():
            self._refresh_chip(kind, chip, engine)
        is_silent = stem is not None and stem.prompts.is_empty and self.field.isEnabled()
        self._invitation.setVisible(is_silent)
        reason = self._refusal or prompt_words.why_not(stem, engine)
        self.run_panel.button.setEnabled(not reason)
        is_done = stem is not None and stem.result is not None
        self.run_panel.button.setText("Separate again" if is_done else "Separate")
        self.run_panel.button.setToolTip(reason or prompt_words.SEPARATE_TIP)

    def _refresh_chip(self, kind: PromptKind, chip: Chip, engine: EngineInfo | None) -> None:
        stem = self._stem
        is_unknown = engine is not None and kind not in engine.understands
        is_said = stem is not None and kind in stem.prompts.kinds
        # Words that can be used stand in the field and need no chip.
        chip.setVisible(is_said and (kind is not PromptKind.TEXT or is_unknown))
        if stem is None or not is_said:
            return
        text, tip = prompt_words.summary(kind, stem.prompts)
        if is_unknown and engine is not None:
            tip = prompt_words.not_understood(kind, engine)
        chip.set_text(text, tip, is_warning=is_unknown)

    def _chip(self, kind: PromptKind) -> Chip:
        chip = Chip(_CHIP_ICONS[kind])
        chip.remove_requested.connect(lambda: self.clear_requested.emit(kind))
        chip.hide()
        return chip

    def _on_start(self) -> None:
        self.field.commit()
        self.separate_requested.emit()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._badge)
        row.addWidget(self.field, 1)
        row.addWidget(self._invitation)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addSpacing(8)
        row.addWidget(self.run_panel)
