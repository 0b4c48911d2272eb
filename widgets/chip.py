"""A small rounded label that stands for something that was said, with a cross to take it back.

Where what was said cannot be used, the chip is a warning and may offer a way out.
"""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets.icons import IconLabel, icon
from widgets.theme import current_theme


class Chip(QWidget):
    """Icon, words and a cross.

    Signals:
        remove_requested: the cross was pressed.
        remedy_requested: the way out was taken.
    """

    remove_requested = Signal()
    remedy_requested = Signal()

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._is_warning = False
        self._icon = IconLabel(icon_name, "muted", 16)
        self._label = QLabel()
        self._cross = QToolButton()
        self._cross.setIcon(icon("close", "muted"))
        self._cross.setIconSize(QSize(12, 12))
        self._cross.setProperty("kind", "cross")
        self._cross.setFixedSize(20, 20)
        self._cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cross.clicked.connect(self.remove_requested)
        self.remedy = QPushButton()
        self.remedy.setProperty("kind", "link")
        self.remedy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.remedy.clicked.connect(self.remedy_requested)
        self.remedy.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(6)
        for widget in (self._icon, self._label, self.remedy, self._cross):
            row.addWidget(widget)
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        return self._label.text()

    @property
    def is_warning(self) -> bool:
        return self._is_warning

    def set_text(self, text: str, tip: str, *, is_warning: bool = False) -> None:
        """Show `text`; a warning chip stands for something that cannot be used."""
        self._label.setText(text)
        self.setToolTip(tip)
        self._is_warning = is_warning
        if is_warning:
            self._icon.set_icon("warning", "warning")
        else:
            self._icon.set_icon(self._icon_name, "muted")
        self._cross.setToolTip(f"Remove {text}")
        self._cross.setAccessibleName(f"Remove {text}")
        self.setAccessibleName(f"{text}. {tip}")
        self.update()

    @property
    def has_remedy(self) -> bool:
        return bool(self.remedy.text())

    def set_short(self, is_short: bool) -> None:
        """Leave the words to the tooltip, where room is scarce."""
        self._label.setVisible(not is_short)

    def set_remedy(self, words: str, tip: str = "") -> None:
        """Offer a way out; none for empty words."""
        self.remedy.setText(words)
        self.remedy.setToolTip(tip)
        self.remedy.setVisible(bool(words))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.warning if self._is_warning else theme.edge
        painter.setPen(QPen(QColor(edge), 1.0))
        painter.setBrush(QColor(theme.raised))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
