"""Where an access token is typed: never shown, handed out once."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

_HELP = (
    "Sent to the owner’s server alone, and kept in the password store of this computer. Leave it "
    "empty to use the one that is kept."
)


class TokenField(QWidget):
    """A line with its label, and a button to forget what was kept.

    Signals:
        forget_requested: the token that is kept shall go.
    """

    forget_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText("hf_…")
        self.line.setAccessibleDescription(_HELP)
        label = QLabel("Access &token")
        label.setBuddy(self.line)
        self.forget = QPushButton("&Forget")
        self.forget.setToolTip("Take the token out of the password store")
        self.forget.setAutoDefault(False)
        self.forget.clicked.connect(self.forget_requested)
        words = QLabel(_HELP)
        words.setProperty("rank", "small")
        words.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.line, 0, 1)
        grid.addWidget(self.forget, 0, 2)
        grid.addWidget(words, 1, 1, 1, 2)

    def take(self) -> str:
        """Return what was typed, and empty the line: it is not kept on the screen."""
        typed = self.line.text().strip()
        self.line.clear()
        return typed
