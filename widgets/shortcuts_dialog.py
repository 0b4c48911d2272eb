"""The list of keys, searchable by what they do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

Row = tuple[str, str, str]
"""Group, what it does, keys."""


class ShortcutsDialog(QDialog):
    """Shows rows of (group, what it does, keys); every word typed must occur in a row."""

    def __init__(self, rows: tuple[Row, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(560, 600)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by action or key")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search shortcuts")
        self.tree = QTreeWidget()
        self._nothing = QLabel("No shortcut matches.")
        self._nothing.setProperty("rank", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._fill(rows)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        # Enter belongs to the search
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addWidget(self._nothing, 1)
        column.addWidget(buttons)
        self.search.textChanged.connect(self._filter)
        self._filter("")
        self.search.setFocus()

    def shown_rows(self) -> tuple[Row, ...]:
        """Return the rows that match what is typed."""
        return tuple(
            (group.text(0), line.text(0), line.text(1))
            for group in self._groups()
            for line in _lines(group)
            if not line.isHidden()
        )

    def _fill(self, rows: tuple[Row, ...]) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(12)
        self.tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        groups: dict[str, QTreeWidgetItem] = {}
        for group, action, keys in rows:
            if group not in groups:
                groups[group] = QTreeWidgetItem(self.tree, [group, ""])
                font = groups[group].font(0)
                font.setBold(True)
                groups[group].setFont(0, font)
                groups[group].setFlags(Qt.ItemFlag.ItemIsEnabled)
            QTreeWidgetItem(groups[group], [action, keys])
        self.tree.expandAll()
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _groups(self) -> list[QTreeWidgetItem]:
        places = range(self.tree.topLevelItemCount())
        found = (self.tree.topLevelItem(place) for place in places)
        return [group for group in found if group is not None]

    def _filter(self, typed: str) -> None:
        words = typed.casefold().split()
        is_any_shown = False
        for group in self._groups():
            n_shown = 0
            for line in _lines(group):
                row = f"{group.text(0)} {line.text(0)} {line.text(1)}".casefold()
                is_match = all(word in row for word in words)
                line.setHidden(not is_match)
                n_shown += is_match
            group.setHidden(n_shown == 0)
            is_any_shown = is_any_shown or n_shown > 0
        self.tree.setVisible(is_any_shown)
        self._nothing.setVisible(not is_any_shown)


def _lines(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (group.child(place) for place in range(group.childCount()))
    return [line for line in found if line is not None]
