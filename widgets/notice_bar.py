"""Sentences from the program to the person: what happened, what to do, and buttons to do it."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QEnterEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.icons import IconLabel
from widgets.theme import current_theme
from widgets.wish_button import WishButton

MOST_SHOWN = 3
INFO_STAYS_MS = 7000

_STRIP_PX = 4


class Severity(StrEnum):
    """INFO goes away by itself; WARNING and ERROR stay until dismissed."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence and its advice. A newer notice of the same `notice_id` replaces the older."""

    notice_id: str
    severity: Severity
    title: str
    advice: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    """Name in the code and words on the button."""


class NoticeBar(QWidget):
    """A stack of notices, the newest on top; takes no room while there is none.

    Signals:
        action_requested: the notice's id and the name of the action pressed.
        dismissed: the notice's id, when the person closed it or its time was over.
    """

    action_requested = Signal(str, str)
    dismissed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, _Card] = {}
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(8, 8, 8, 8)
        self._stack.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The notices on screen, oldest first."""
        return tuple(card.notice for card in self._cards.values())

    def show_notice(self, notice: Notice) -> None:
        """Show a notice on top; beyond `MOST_SHOWN` the least important old one goes."""
        self.take_back(notice.notice_id)
        while len(self._cards) >= MOST_SHOWN:
            rank = list(Severity).index
            least = min(self._cards.values(), key=lambda card: rank(card.notice.severity))
            self.take_back(least.notice.notice_id)
        card = _Card(notice)
        card.action_pressed.connect(self.action_requested)
        card.closed.connect(self._on_closed)
        self._cards[notice.notice_id] = card
        self._stack.insertWidget(0, card)
        self.show()
        self.announce(card)

    def take_back(self, notice_id: str) -> None:
        """Remove a notice whose reason is gone; nothing happens if it is not shown."""
        card = self._cards.pop(notice_id, None)
        if card is not None:
            card.retire()
            self._stack.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.setVisible(bool(self._cards))

    def clear(self) -> None:
        for notice_id in list(self._cards):
            self.take_back(notice_id)

    def announce(self, card: QWidget) -> None:
        """Let screen readers read the notice out."""
        QAccessible.updateAccessibility(QAccessibleEvent(card, QAccessible.Event.Alert))

    def _on_closed(self, notice_id: str) -> None:
        self.take_back(notice_id)
        self.dismissed.emit(notice_id)


class _Card(QWidget):
    """One notice: strip and icon in the colour of its severity, words, buttons, a cross."""

    action_pressed = Signal(str, str)
    closed = Signal(str)

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
        self._life = QTimer(self)
        self._life.setSingleShot(True)
        self._life.setInterval(INFO_STAYS_MS)
        self._life.timeout.connect(self._close)
        self.setAccessibleName(f"{notice.severity.value.capitalize()}: {notice.title}")
        self.setAccessibleDescription(notice.advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(_STRIP_PX + 12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(IconLabel(notice.severity.value, notice.severity.value, 20))
        row.addLayout(self._words(), 1)
        for name, words in notice.actions:
            row.addWidget(self._button(name, words))
        cross = WishButton("close", "Dismiss")
        cross.setIconSize(QSize(14, 14))
        cross.clicked.connect(self._close)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignVCenter)
        self._start_life()

    def retire(self) -> None:
        """Stop counting: the notice is going away."""
        self._life.stop()

    def _words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, rank in ((self.notice.title, "strong"), (self.notice.advice, "muted")):
            if text:
                label = QLabel(text)
                label.setProperty("rank", rank)
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                words.addWidget(label)
        return words

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.action_pressed.emit(self.notice.notice_id, name))
        return button

    def _close(self) -> None:
        self._life.stop()
        self.closed.emit(self.notice.notice_id)

    def _start_life(self) -> None:
        # One with buttons waits for an answer.
        if self.notice.severity is Severity.INFO and not self.notice.actions:
            self._life.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Let it stay while the pointer is on it: somebody is reading."""
        self._life.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._start_life()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(rect, 6, 6)
        painter.fillPath(shape, QColor(theme.raised))
        painter.save()
        painter.setClipPath(shape)
        strip = QRectF(0, 0, _STRIP_PX, self.height())
        painter.fillRect(strip, QColor(getattr(theme, self.notice.severity.value)))
        painter.restore()
        painter.strokePath(shape, QPen(QColor(theme.edge), 1.0))
