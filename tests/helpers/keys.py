"""The keyboard as Qt asks about it: whether a view wants a key before a shortcut takes it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget


def claims(widget: QWidget, key: Qt.Key) -> bool:
    """Return whether `widget` keeps a key for itself."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
