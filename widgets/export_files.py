"""Where files go and which they will be; what lies there already is never replaced silently."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from widgets.elided_label import ElidedLabel
from widgets.icons import IconLabel, icon

_TEMPLATE_HELP = "May use {clip}, {stem} and {role}."


class ExportFiles(QGroupBox):
    """A folder, the files that will be in it, and whether those in the way may be replaced.

    Signals:
        changed: another folder or other names; `show_files` is expected in turn.
    """

    changed = Signal()

    def __init__(
        self, folder: Path, template: str | None = None, parent: QWidget | None = None
    ) -> None:
        """Names are asked for only where there is a `template` for them."""
        super().__init__("Files", parent)
        self.folder_field, self._fallback = QLineEdit(str(folder)), template
        self.template = QLineEdit(template or "")
        self.files, self.count = QListWidget(), QLabel()
        self.warning_text = ElidedLabel()
        self.may_replace = QCheckBox("&Replace existing files")
        self._warning = QWidget()
        self._planned: tuple[Path, ...] = ()
        self._in_the_way: tuple[Path, ...] = ()
        self._agreed: set[Path] = set()
        self._lay_out()
        self.folder_field.textChanged.connect(self.changed)
        self.template.textChanged.connect(self.changed)
        self.may_replace.toggled.connect(self._on_agreed)

    @property
    def folder(self) -> Path:
        """Where to, as it stands in the field."""
        return Path(self.folder_field.text().strip() or ".").expanduser()

    @property
    def name_template(self) -> str:
        """How files are named; what came in where the field was emptied."""
        return self.template.text().strip() or self._fallback or ""

    @property
    def may_overwrite(self) -> bool:
        """Only where it was ticked and shown."""
        return not self._warning.isHidden() and self.may_replace.isChecked()

    @property
    def is_ready(self) -> bool:
        """Whether there is something to write, and nothing in the way that must stay."""
        return bool(self._planned) and (not self._in_the_way or self.may_replace.isChecked())

    def show_files(self, planned: tuple[Path, ...], in_the_way: tuple[Path, ...]) -> None:
        """Say what will be written, and which of it exists already."""
        self._planned, self._in_the_way = planned, in_the_way
        if not set(in_the_way) <= self._agreed:
            # a tick speaks for the files that were shown with it, not for others
            self._untick()
        self._fill(planned, in_the_way)
        self.count.setText(_count_words(len(planned)))
        warning = _in_the_way_words(len(in_the_way))
        self._warning.setVisible(bool(warning))
        self.warning_text.setText(warning)

    def refuse(self, advice: str) -> None:
        """Say why nothing can be written."""
        self.show_files((), ())
        self.count.setText(advice)

    def _lay_out(self) -> None:
        self.template.setToolTip(_TEMPLATE_HELP)
        self.files.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.files.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.files.setIconSize(QSize(16, 16))
        self.files.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.setAccessibleName("Files that will be written")
        self.count.setProperty("rank", "muted")
        grid = QGridLayout(self)
        grid.setVerticalSpacing(6)
        _add_row(grid, 0, "Fol&der", self.folder_field)
        grid.addWidget(self._choose_button(), 0, 2)
        if self._fallback is not None:
            help_line = QLabel(_TEMPLATE_HELP)
            help_line.setProperty("rank", "small")
            _add_row(grid, 2, "&Names", self.template)
            grid.addWidget(help_line, 3, 1)
        grid.addWidget(self.count, 4, 0, 1, 3)
        grid.addWidget(self.files, 5, 0, 1, 3)
        grid.addWidget(self._fill_warning(), 6, 0, 1, 3)
        grid.setRowStretch(5, 1)

    def _choose_button(self) -> QPushButton:
        choose = QPushButton("&Choose…")
        choose.clicked.connect(self._choose_folder)
        # else Enter would choose a folder while the export button is disabled
        choose.setAutoDefault(False)
        return choose

    def _fill_warning(self) -> QWidget:
        row = QHBoxLayout(self._warning)
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(IconLabel("warning", "warning"))
        row.addWidget(self.warning_text, 1)
        row.addWidget(self.may_replace)
        return self._warning

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self.folder_field.text())
        if folder:
            self.folder_field.setText(folder)

    def _on_agreed(self, is_agreed: bool) -> None:
        self._agreed = set(self._in_the_way) if is_agreed else set()
        self.changed.emit()

    def _untick(self) -> None:
        self.may_replace.blockSignals(True)
        self.may_replace.setChecked(False)
        self.may_replace.blockSignals(False)
        self._agreed = set()

    def _fill(self, planned: tuple[Path, ...], in_the_way: tuple[Path, ...]) -> None:
        self.files.clear()
        for path in planned:
            item = QListWidgetItem(path.name)
            item.setToolTip(str(path))
            is_there = path in in_the_way
            item.setIcon(icon("warning", "warning") if is_there else icon("file", "muted"))
            if is_there:
                item.setToolTip(f"{path} exists already")
            self.files.addItem(item)


def _add_row(grid: QGridLayout, row: int, words: str, field: QLineEdit) -> None:
    label = QLabel(words)
    label.setBuddy(field)
    grid.addWidget(label, row, 0)
    grid.addWidget(field, row, 1)


def _count_words(n_files: int) -> str:
    if n_files == 0:
        return "Nothing is ticked yet."
    return "One file will be written:" if n_files == 1 else f"{n_files} files will be written:"


def _in_the_way_words(n_files: int) -> str:
    if n_files == 0:
        return ""
    return "One of them exists already." if n_files == 1 else f"{n_files} of them exist already."
