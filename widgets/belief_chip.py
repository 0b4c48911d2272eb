"""What the machine believes a region shows, with the next guesses to choose from."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.domain.understanding import guesses, is_clear
from widgets.chip_button import ChipButton
from widgets.prompt_words import Asked

NOT_SURE = "Not sure what this is: type a word"
_TIP = "What the marked object seems to be. Press to choose another word."


class BeliefChip(ChipButton):
    """Looks like: dog 84 %. Shown while there is a belief that matters.

    Signals:
        word_chosen: a word from the menu.
        other_requested: none of the words was right.
    """

    word_chosen = Signal(str)
    other_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("mask", parent, has_menu=True)
        self._asked, self._is_short = Asked(), False
        self.menu = QMenu(self)
        self.clicked.connect(self._open)
        self.hide()

    def set_asked(self, asked: Asked, *, is_short: bool = False) -> None:
        """Show what is believed of the region in `asked`; `is_short` where room is scarce."""
        self._asked, self._is_short = asked, is_short
        words, is_warning = self._words()
        self.setVisible(bool(words))
        if words:
            icon_name, tint = ("warning", "warning") if is_warning else ("mask", "muted")
            self.show_as(words, _TIP, icon_name, tint)
            self._fill()

    def _words(self) -> tuple[str, bool]:
        """Return what to say, and whether it is a warning; nothing where it does not matter."""
        asked = self._asked
        if asked.stem is None or asked.belief is None or asked.vocabulary is None:
            return "", False
        if asked.is_unclear:
            return ("Not sure" if self._is_short else NOT_SURE), True
        if self._is_short and asked.stem.prompts.texts:
            return "", False  # words count more than pictures
        known = guesses(asked.belief, asked.vocabulary)
        if not known or not is_clear(asked.belief, asked.vocabulary):
            return "", False  # words or spans say it
        (word, confidence), is_sure = known[0], asked.belief.is_sure
        said = f"{word} {percent(confidence)}"
        if self._is_short:
            return said, False
        return f"{'Looks like' if is_sure else 'Perhaps'}: {said}", False

    def _fill(self) -> None:
        self.menu.clear()
        belief, vocabulary = self._asked.belief, self._asked.vocabulary
        if belief is None or vocabulary is None:
            return
        for word, confidence in guesses(belief, vocabulary):
            action = self.menu.addAction(f"{word.capitalize()}\t{percent(confidence)}")
            action.triggered.connect(lambda _on=False, word=word: self.word_chosen.emit(word))
        self.menu.addSeparator()
        self.menu.addAction("Something else…").triggered.connect(
            lambda _on=False: self.other_requested.emit()
        )

    def _open(self) -> None:
        # Above: below lies the timeline, and the row stands low in the window.
        height_px = self.menu.sizeHint().height()
        self.menu.popup(self.mapToGlobal(QPoint(0, -height_px - 4)))
        self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)


def percent(confidence: float) -> str:
    return f"{confidence * 100:.0f} %"
