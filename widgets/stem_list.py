"""The stems of the project as a compact mixer."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.project import Stem
from widgets.icons import icon
from widgets.stem_row import StemRow

_EMPTY = "No stems yet.\nClick the thing that sounds, drag over the moments it sounds, or press +."


class StemList(QWidget):
    """A row per stem. Up and Down choose, F2 or a double click renames, Del removes.

    Signals:
        stem_selected: id of the stem the person means.
        add_requested: a new stem is wanted.
        remove_requested: id.
        rename_requested: id and the new name, never empty.
        solo_requested, mute_requested: id and whether it should be so.
        gain_requested: id and gain in dB, once the handle is let go.
        gain_previewed: id and gain in dB while the handle is held, for the ear only.
        separate_requested: id, from the menu.
    """

    stem_selected = Signal(str)
    add_requested = Signal()
    remove_requested = Signal(str)
    rename_requested = Signal(str, str)
    solo_requested = Signal(str, bool)
    mute_requested = Signal(str, bool)
    gain_requested = Signal(str, float)
    gain_previewed = Signal(str, float)
    separate_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Stems")
        self._stems: tuple[Stem, ...] = ()
        self._selected: str | None = None
        self._running: frozenset[str] = frozenset()
        self._rows: dict[str, StemRow] = {}
        self._menu = QMenu(self)
        self._add = self._button("add", "New stem (Ctrl+N)")
        self.remove_button = self._button("remove", "Remove the selected stem")
        self._empty = QLabel(_EMPTY)
        self._lay_out()
        self._add.clicked.connect(self.add_requested)
        self.remove_button.clicked.connect(self._ask_removal)
        self._show()

    @property
    def rows(self) -> tuple[StemRow, ...]:
        """The rows in the order of the stems."""
        return tuple(self._rows[stem.stem_id] for stem in self._stems)

    @property
    def hint(self) -> str:
        """What is written while there are no stems."""
        return self._empty.text()

    @property
    def menu(self) -> QMenu:
        """The menu as it was opened last."""
        return self._menu

    def set_stems(self, stems: tuple[Stem, ...], selected_stem_id: str | None) -> None:
        """Show the stems; rows of stems that stay keep their focus and what is being typed."""
        self._stems, self._selected = stems, selected_stem_id
        for stem_id in set(self._rows) - {stem.stem_id for stem in stems}:
            row = self._rows.pop(stem_id)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, stem in enumerate(stems):
            if stem.stem_id not in self._rows:
                self._rows[stem.stem_id] = self._new_row(stem)
            self._column.insertWidget(place, self._rows[stem.stem_id])
        self._show()

    def set_running(self, stem_ids: frozenset[str]) -> None:
        """Say which stems are being separated."""
        self._running = stem_ids
        self._show()

    def edit_name(self, stem_id: str | None = None) -> None:
        """Begin to edit a name; of the selected stem where none is given."""
        row = self._rows.get(stem_id or self._selected or "")
        if row is not None:
            row.edit_name()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the keys of a list; what it has no use for goes on."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._stems:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected:
            self.edit_name()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._selected:
            self._ask_removal()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Del to itself while focused: elsewhere it deletes a span."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
            if event.key() in own and not event.modifiers() and self._selected:
                event.accept()
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show()

    def _lay_out(self) -> None:
        title = QLabel("Stems")
        title.setProperty("rank", "strong")
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 6, 4)
        head.setSpacing(2)
        head.addWidget(title, 1)
        head.addWidget(self._add)
        head.addWidget(self.remove_button)
        self._empty.setProperty("rank", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(16, 16, 16, 16)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(6, 2, 6, 6)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self._empty, 1)
        whole.addWidget(self._area, 1)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _new_row(self, stem: Stem) -> StemRow:
        row, stem_id = StemRow(stem), stem.stem_id
        row.pressed.connect(lambda: self._on_pressed(stem_id))
        row.rename_requested.connect(lambda name: self.rename_requested.emit(stem_id, name))
        row.solo_requested.connect(lambda on: self.solo_requested.emit(stem_id, on))
        row.mute_requested.connect(lambda on: self.mute_requested.emit(stem_id, on))
        row.gain_requested.connect(lambda gain_db: self.gain_requested.emit(stem_id, gain_db))
        row.gain_previewed.connect(lambda gain_db: self.gain_previewed.emit(stem_id, gain_db))
        row.menu_requested.connect(lambda at: self._open_menu(stem_id, at))
        return row

    def _show(self) -> None:
        for stem in self._stems:
            row = self._rows[stem.stem_id]
            row.set_stem(stem, is_running=stem.stem_id in self._running)
            row.set_selected(stem.stem_id == self._selected, self.hasFocus())
        self.remove_button.setEnabled(self._selected in self._rows)
        self._empty.setVisible(not self._stems)
        self._area.setVisible(bool(self._stems))

    def _on_pressed(self, stem_id: str) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if stem_id != self._selected:
            self.stem_selected.emit(stem_id)

    def _step(self, by: int) -> None:
        ids = [stem.stem_id for stem in self._stems]
        place = ids.index(self._selected) + by if self._selected in ids else 0
        if 0 <= place < len(ids) and ids[place] != self._selected:
            self._area.ensureWidgetVisible(self._rows[ids[place]])
            self.stem_selected.emit(ids[place])

    def _ask_removal(self) -> None:
        if self._selected:
            self.remove_requested.emit(self._selected)

    def _open_menu(self, stem_id: str, at: QPoint) -> None:
        stem = self._rows[stem_id].stem
        menu = self._menu
        menu.clear()
        rename = menu.addAction("Rename\tF2")
        separate = menu.addAction("Separate")
        separate.setEnabled(not stem.prompts.is_empty)
        menu.addSeparator()
        solo = menu.addAction("Unsolo" if stem.is_soloed else "Solo")
        mute = menu.addAction("Unmute" if stem.is_muted else "Mute")
        reset = menu.addAction("Gain to 0 dB")
        reset.setEnabled(stem.gain_db != 0.0)
        menu.addSeparator()
        remove = menu.addAction("Remove\tDel")
        rename.triggered.connect(lambda: self.edit_name(stem_id))
        separate.triggered.connect(lambda: self.separate_requested.emit(stem_id))
        solo.triggered.connect(lambda: self.solo_requested.emit(stem_id, not stem.is_soloed))
        mute.triggered.connect(lambda: self.mute_requested.emit(stem_id, not stem.is_muted))
        reset.triggered.connect(lambda: self.gain_requested.emit(stem_id, 0.0))
        remove.triggered.connect(lambda: self.remove_requested.emit(stem_id))
        menu.popup(at)
