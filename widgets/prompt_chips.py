"""The chips of the prompt bar: what was pointed at, marked or painted, and what it seems to be."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.domain.engines import EngineInfo
from core.domain.prompts import PromptKind
from widgets import prompt_words
from widgets.belief_chip import BeliefChip
from widgets.chip import Chip
from widgets.prompt_words import Asked

_ICONS = {
    PromptKind.TEXT: "text",
    PromptKind.REGION: "region",
    PromptKind.SPAN: "span",
    PromptKind.SPECTRAL: "painted",
}


class PromptChips(QWidget):
    """A chip for each kind of prompt; one that the engine cannot use is a warning.

    Signals:
        clear_requested: a `PromptKind`, all prompts of which shall go.
        engine_chosen: the name of an engine that understands what the present one does not.
    """

    clear_requested = Signal(object)
    engine_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_kind = {kind: self._chip(kind) for kind in _ICONS}
        self.belief = BeliefChip()
        self._helper: EngineInfo | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for kind, chip in self.by_kind.items():
            row.addWidget(chip)
            if kind is PromptKind.REGION:
                row.addWidget(self.belief)

    def set_asked(
        self, asked: Asked, engines: Iterable[EngineInfo], *, is_short: bool = False
    ) -> None:
        """Show what is asked; `is_short` where room is scarce."""
        self._helper = prompt_words.better_engine(asked, engines)
        self.belief.set_asked(asked, is_short=is_short)
        for kind, chip in self.by_kind.items():
            self._show(kind, chip, asked, is_short=is_short)
            # Its icon says what the chip is, where something beside it says more.
            is_named = kind is PromptKind.REGION and not self.belief.isHidden()
            chip.set_short(is_short and (is_named or chip.has_remedy))

    def _show(self, kind: PromptKind, chip: Chip, asked: Asked, *, is_short: bool) -> None:
        stem, engine = asked.stem, asked.engine
        is_unknown = engine is not None and kind not in engine.understands
        is_said = stem is not None and kind in stem.prompts.kinds
        # Words that can be used stand in the field and need no chip.
        chip.setVisible(is_said and (kind is not PromptKind.TEXT or is_unknown))
        if stem is None or not is_said:
            return
        text, tip = prompt_words.summary(kind, stem.prompts)
        if is_short and kind is PromptKind.SPAN:
            text = text.removeprefix("Spans ")
        if is_unknown and engine is not None:
            tip = prompt_words.not_understood(kind, engine)
        chip.set_text(text, tip, is_warning=is_unknown)
        helper = self._helper if is_unknown else None
        if helper is not None and kind in helper.understands:
            chip.set_remedy(f"Use {helper.title}", f"“{helper.title}” understands this")
        else:
            chip.set_remedy("")

    def _chip(self, kind: PromptKind) -> Chip:
        chip = Chip(_ICONS[kind])
        chip.remove_requested.connect(lambda: self.clear_requested.emit(kind))
        chip.remedy_requested.connect(self._on_remedy)
        chip.hide()
        return chip

    def _on_remedy(self) -> None:
        if self._helper is not None:
            self.engine_chosen.emit(self._helper.name)
