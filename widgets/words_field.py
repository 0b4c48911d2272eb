"""The text field for the words of a sound. Commits once, and never loses what is being typed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.icons import icon
from widgets.word_completer import WordCompleter

PLACEHOLDER = "Describe the sound: “dog barking”"


class WordsField(QLineEdit):
    """One line of words that belongs to a stem.

    Signals:
        committed: the trimmed words, when they differ from those shown before.
    """

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ("", "")
        self.setPlaceholderText(PLACEHOLDER)
        self.setMinimumWidth(120)
        self.setProperty("scale", "large")
        self.setAccessibleName("Words for the sound")
        self.addAction(icon("text", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._completer = WordCompleter(self)
        self.setCompleter(self._completer)
        # Emitted before the completer is asked.
        self.textEdited.connect(self._on_edited)
        self.editingFinished.connect(self.commit)

    def set_words(self, owner: str, words: str) -> None:
        """Show the words of `owner`; what is being typed stays while neither has changed."""
        if (owner, words) != self._shown:
            self._shown = (owner, words)
            self.setText(words)
            self.setCursorPosition(len(words))

    def set_refusal(self, reason: str) -> None:
        """Disable the field and say why, in place of the invitation; empty enables it."""
        self.setEnabled(not reason)
        self.setPlaceholderText(reason or PLACEHOLDER)
        self.setToolTip(reason or "Words for the sound you want to hear (Enter)")
        if reason:
            self.setText("")
        elif not self.text():
            self.setText(self._shown[1])

    def set_completions(self, words: tuple[str, ...]) -> None:
        """Offer these while one of several words is typed."""
        self._completer.set_words(words)

    @property
    def typed(self) -> str:
        """What stands in the field now, committed or not; the words that stay where it refuses."""
        return " ".join(self.text().split()) if self.isEnabled() else self._shown[1]

    @property
    def is_completing(self) -> bool:
        """Whether the word at the cursor may become a known one yet."""
        return self.hasFocus() and bool(self._completer.offers(self.text(), self.cursorPosition()))

    def say(self, words: str) -> None:
        """Hand over these words as if they had been typed."""
        self.setText(words)
        self.commit()

    def commit(self) -> None:
        """Hand over what was typed, if it is new."""
        owner, shown = self._shown
        words = self.typed
        if self.isEnabled() and words != shown:
            self._shown = (owner, words)
            self.committed.emit(words)

    def _on_edited(self, text: str) -> None:
        self._completer.prepare(text, self.cursorPosition())

    def event(self, event: QEvent) -> bool:
        """Commit before a shortcut with Ctrl runs: Ctrl+Enter shall separate what is typed."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.commit()
                # As after Return: the next key plays, or shows the target, and is not typed.
                self._completer.close()
                self.clearFocus()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the list of completions first; then Return and Escape leave the field.

        Escape brings back what stood there before. Away from the field, keys mean playing again.
        """
        is_open = self._completer.is_open
        if event.key() == Qt.Key.Key_Escape:
            if is_open:
                self._completer.close()
                return
            self.setText(self._shown[1])
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not is_open:
            self.clearFocus()
