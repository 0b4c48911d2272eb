"""A check box that says why it can't be ticked."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget


class OptionBox(QWidget):
    """A choice with a reason beside it while it is not to be had.

    What the person last ticked is kept while it is not to be had, and comes back with it.

    Signals:
        toggled: the person ticked or unticked it.
    """

    toggled = Signal(bool)

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox(text)
        self.box.setToolTip(tip)
        self._reason = QLabel()
        self._reason.setProperty("rank", "small")
        self._reason.hide()
        self._wanted = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._row.addWidget(self.box)
        self._row.addWidget(self._reason)
        self._row.addStretch(1)
        self.box.clicked.connect(self._on_clicked)

    @property
    def is_on(self) -> bool:
        """True where it is ticked and to be had."""
        return self.box.isEnabled() and self.box.isChecked()

    @property
    def reason(self) -> str:
        """Why it is not to be had; empty where it is."""
        return self._reason.text()

    def set_on(self, is_on: bool) -> None:
        self._wanted = is_on
        self.box.setChecked(is_on and self.box.isEnabled())

    def set_reason(self, reason: str) -> None:
        """Refuse the choice with a reason; an empty one allows it again."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.box.setEnabled(not reason)
        self.box.setChecked(self._wanted and not reason)

    def add(self, widget: QWidget) -> None:
        """Put a further control beside the box."""
        self._row.insertWidget(1, widget)

    def _on_clicked(self, is_on: bool) -> None:
        self._wanted = is_on
        self.toggled.emit(is_on)
