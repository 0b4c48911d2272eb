"""Buttons that show a state they do not own: a press asks for the change, and only asks."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.icons import icon


class WishButton(QToolButton):
    """A quiet icon button. Checked only by `setChecked`, never by being pressed.

    `clicked` is the wish. Takes the focus from the Tab key only, so that Space keeps meaning
    "play" after a press with the mouse.
    """

    def __init__(
        self, icon_name: str, words: str, keys: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = ""
        self.setProperty("kind", "quiet")
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_as(icon_name, words, keys)

    def show_as(self, icon_name: str, words: str, keys: str = "") -> None:
        """Show another icon, with its words as tooltip and accessible name."""
        if icon_name != self._icon_name:
            self._icon_name = icon_name
            self.setIcon(icon(icon_name))
        self.setToolTip(f"{words} ({keys})" if keys else words)
        self.setAccessibleName(words)

    def nextCheckState(self) -> None:  # noqa: N802 - called by Qt
        """Leave the state alone: it comes down from the application."""
