"""One row of the stem list: swatch, name, state, what was asked for, solo, mute and gain."""

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.project import Stem
from widgets.elided_label import ElidedLabel
from widgets.fonts import number_font
from widgets.gain_slider import GainSlider, signed_db
from widgets.icons import IconLabel
from widgets.letter_toggle import LetterToggle
from widgets.stem_words import state_of, summary_of
from widgets.theme import stem_colour, stem_colour_name, theme_of
from widgets.timeline_colours import faded

_BAR_PX = 4


class _NameField(QLineEdit):
    """The name while it is edited. Enter and leaving keep it, Esc does not.

    Signals:
        left: the new name, or an empty one where nothing should change.
    """

    left = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(120)
        self.setAccessibleName("Name of the stem")
        self.editingFinished.connect(lambda: self.left.emit(self.text().strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit("")
            return
        super().keyPressEvent(event)
        # Enter ends here: in the list it would begin to edit again
        event.setAccepted(
            event.isAccepted() or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        )


class StemRow(QFrame):
    """Shows a `Stem`; every control is a wish.

    Signals:
        pressed: the person means this stem.
        rename_requested: the new name, never empty, never the old one.
        solo_requested, mute_requested: whether it should be so.
        gain_previewed, gain_requested: gain in dB, while dragged and to keep.
        menu_requested: where on the screen the menu of this stem belongs.
    """

    pressed = Signal()
    rename_requested = Signal(str)
    solo_requested = Signal(bool)
    mute_requested = Signal(bool)
    gain_previewed = Signal(float)
    gain_requested = Signal(float)
    menu_requested = Signal(QPoint)

    def __init__(self, stem: Stem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem = stem
        self._is_selected = False
        self._is_list_focused = False
        self.name = ElidedLabel()
        self.name.setProperty("rank", "strong")
        self.field = _NameField()
        self._names = QStackedWidget()
        self.summary = ElidedLabel()
        self.summary.setProperty("rank", "small")
        self.state = IconLabel("question", "muted", 16)
        # it explains itself in a tooltip, which needs the mouse
        self.state.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self.solo = LetterToggle("S", "Solo: hear only soloed stems", "warning")
        self.mute = LetterToggle("M", "Mute this stem", "error")
        self.gain = GainSlider()
        self.gain_label = QLabel()
        self._lay_out()
        self._connect()
        self.set_stem(stem, is_running=False)

    @property
    def stem(self) -> Stem:
        return self._stem

    @property
    def is_editing(self) -> bool:
        return self._names.currentWidget() is self.field

    def set_stem(self, stem: Stem, *, is_running: bool) -> None:
        """Show another version of the stem; a name that is being typed stays."""
        self._stem = stem
        state = state_of(stem, is_running=is_running)
        self.state.set_icon(state.icon, state.tint)
        self.state.setToolTip(state.sentence)
        self.name.setText(stem.name)
        self.summary.setText(summary_of(stem.prompts))
        self.solo.setChecked(stem.is_soloed)
        self.mute.setChecked(stem.is_muted)
        self.gain.set_gain(stem.gain_db)
        self.gain_label.setText(signed_db(stem.gain_db))
        self.setAccessibleName(f"{stem.name}, {state.sentence}")
        self.setAccessibleDescription(f"{stem_colour_name(stem.colour)}; {self.summary.text()}")
        self.update()

    def set_selected(self, is_selected: bool, is_list_focused: bool) -> None:
        self._is_selected, self._is_list_focused = is_selected, is_list_focused
        self.update()

    def edit_name(self) -> None:
        """Begin to edit the name."""
        self.field.setText(self._stem.name)
        self._names.setCurrentWidget(self.field)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._names.geometry().adjusted(0, -4, 0, 4).contains(event.position().toPoint()):
            self.edit_name()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.pressed.emit()
        self.menu_requested.emit(event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, colour = theme_of(self.palette()), stem_colour(self._stem.colour)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self._is_selected:
            painter.setPen(QColor(theme.link) if self._is_list_focused else faded(colour, 0.55))
            painter.setBrush(faded(colour, 0.13))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.hover) if self.underMouse() else QColor(theme.window))
        painter.drawRoundedRect(card, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(6, 9, _BAR_PX, self.height() - 18), 2, 2)

    def _lay_out(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        for page in (self.name, self.field):
            self._names.addWidget(page)
        self._names.setFixedHeight(28)
        self.gain_label.setFont(number_font(12))
        self.gain_label.setProperty("rank", "small")
        self.gain_label.setFixedWidth(56)
        self.gain_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.gain.setMaximumWidth(110)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.setSpacing(5)
        lower.setSpacing(2)
        upper.addWidget(self._names, 1)
        for widget in (self.state, self.solo, self.mute):
            upper.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        lower.addWidget(self.summary, 3)
        lower.addSpacing(8)
        lower.addWidget(self.gain, 2)
        lower.addWidget(self.gain_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 5, 8, 6)
        column.setSpacing(1)
        column.addLayout(upper)
        column.addLayout(lower)

    def _connect(self) -> None:
        self.field.left.connect(self._on_name_left)
        self.solo.clicked.connect(self.solo_requested)
        self.mute.clicked.connect(self.mute_requested)
        # the model has the last word: a toggle shows what is so, not what was pressed
        self.solo.clicked.connect(lambda: self.solo.setChecked(self._stem.is_soloed))
        self.mute.clicked.connect(lambda: self.mute.setChecked(self._stem.is_muted))
        self.gain.gain_previewed.connect(self.gain_previewed)
        self.gain.gain_previewed.connect(self._on_gain_previewed)
        self.gain.gain_requested.connect(self.gain_requested)

    def _on_gain_previewed(self, gain_db: float) -> None:
        self.gain_label.setText(signed_db(gain_db))

    def _on_name_left(self, name: str) -> None:
        if not self.is_editing:
            return
        self._names.setCurrentWidget(self.name)
        if name and name != self._stem.name:
            self.rename_requested.emit(name)
