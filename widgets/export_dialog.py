"""Asks what to export, shows which files that will be, and never overwrites silently."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.export import ExportChoice
from core.errors import CoreError
from widgets.elided_label import ElidedLabel
from widgets.export_options import ExportOffer, ExportOptions
from widgets.icons import IconLabel, icon

PlanFiles = Callable[[ExportChoice], tuple[Path, ...]]
"""Which files a choice would write, in order; may raise `CoreError` with advice."""

_TEMPLATE_HELP = "May use {clip}, {stem} and {role}."


class ExportDialog(QDialog):
    """Everything an `ExportChoice` holds. Remembers nothing: defaults come in, a choice goes out.

    Names and existing files are asked for on every change through the two callables, so the
    dialog knows neither how names are made nor what lies on the disk.
    """

    def __init__(
        self,
        defaults: ExportChoice,
        offer: ExportOffer,
        plan_files: PlanFiles,
        files_in_the_way: PlanFiles,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Export from {offer.clip_name}")
        self._defaults = defaults
        self._plan_files = plan_files
        self._files_in_the_way = files_in_the_way
        self.options = ExportOptions(defaults, offer)
        self.folder = QLineEdit(str(defaults.folder))
        self.template = QLineEdit(defaults.name_template)
        self.files = QListWidget()
        self.count = QLabel()
        self.warning_text = ElidedLabel()
        self.may_replace = QCheckBox("&Replace existing files")
        self._warning = QWidget()
        self._agreed: set[Path] = set()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self._buttons.addButton(
            "&Export", QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._lay_out()
        self._connect()
        self._refresh()

    def choice(self) -> ExportChoice:
        """Return what is chosen now; overwriting is allowed only where it was ticked and shown."""
        may_overwrite = not self._warning.isHidden() and self.may_replace.isChecked()
        return replace(self._bare_choice(), may_overwrite=may_overwrite)

    def _bare_choice(self) -> ExportChoice:
        choice = self.options.merged_into(self._defaults)
        return replace(
            choice,
            folder=Path(self.folder.text().strip() or ".").expanduser(),
            name_template=self.template.text().strip() or self._defaults.name_template,
            may_overwrite=False,
        )

    def _lay_out(self) -> None:
        self.export_button.setDefault(True)
        # The style makes a default button bold only after its size was asked for.
        self.export_button.setMinimumWidth(96)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self.options, 5)
        columns.addWidget(self._where(), 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 14)
        whole.setSpacing(12)
        whole.addLayout(columns, 1)
        whole.addWidget(self._buttons)
        self.resize(900, 560)

    def _where(self) -> QGroupBox:
        choose = QPushButton("&Choose…")
        choose.clicked.connect(self._choose_folder)
        # else Enter would choose a folder while the export button is disabled
        choose.setAutoDefault(False)
        self.template.setToolTip(_TEMPLATE_HELP)
        help_line = QLabel(_TEMPLATE_HELP)
        help_line.setProperty("rank", "small")
        self.files.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.files.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.files.setIconSize(QSize(16, 16))
        self.files.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.setAccessibleName("Files that will be written")
        self.count.setProperty("rank", "muted")
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for row, (words, field) in enumerate((("Fol&der", self.folder), ("&Names", self.template))):
            label = QLabel(words)
            label.setBuddy(field)
            grid.addWidget(label, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
        grid.addWidget(choose, 0, 2)
        grid.addWidget(help_line, 3, 1)
        grid.addWidget(self.count, 4, 0, 1, 3)
        grid.addWidget(self.files, 5, 0, 1, 3)
        grid.addWidget(self._fill_warning(), 6, 0, 1, 3)
        grid.setRowStretch(5, 1)
        group = QGroupBox("Files")
        group.setLayout(grid)
        return group

    def _fill_warning(self) -> QWidget:
        row = QHBoxLayout(self._warning)
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(IconLabel("warning", "warning"))
        row.addWidget(self.warning_text, 1)
        row.addWidget(self.may_replace)
        return self._warning

    def _connect(self) -> None:
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.options.changed.connect(self._refresh)
        self.folder.textChanged.connect(self._refresh)
        self.template.textChanged.connect(self._refresh)
        self.may_replace.toggled.connect(self._on_agreed)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _refresh(self) -> None:
        """Show the files of the choice, and whether it can be carried out."""
        choice = self._bare_choice()
        try:
            planned = self._plan_files(choice)
            in_the_way = self._files_in_the_way(choice)
        except CoreError as error:
            self._show_files((), ())
            self.count.setText(error.advice)
            self._set_ready(False, "")
            return
        if not set(in_the_way) <= self._agreed:
            # a tick speaks for the files that were shown with it, not for others
            self._untick()
        self._show_files(planned, in_the_way)
        may_go_on = not in_the_way or self.may_replace.isChecked()
        self._set_ready(bool(planned) and may_go_on, _in_the_way_words(len(in_the_way)))
        self.count.setText(_count_words(len(planned)))

    def _on_agreed(self, is_agreed: bool) -> None:
        self._agreed = set(self._files_in_the_way(self._bare_choice())) if is_agreed else set()
        self._refresh()

    def _untick(self) -> None:
        self.may_replace.blockSignals(True)
        self.may_replace.setChecked(False)
        self.may_replace.blockSignals(False)
        self._agreed = set()

    def _show_files(self, planned: tuple[Path, ...], in_the_way: tuple[Path, ...]) -> None:
        self.files.clear()
        for path in planned:
            item = QListWidgetItem(path.name)
            item.setToolTip(str(path))
            is_there = path in in_the_way
            item.setIcon(icon("warning", "warning") if is_there else icon("file", "muted"))
            if is_there:
                item.setToolTip(f"{path} exists already")
            self.files.addItem(item)

    def _set_ready(self, is_ready: bool, warning: str) -> None:
        self._warning.setVisible(bool(warning))
        self.warning_text.setText(warning)
        self.export_button.setEnabled(is_ready)


def _count_words(n_files: int) -> str:
    if n_files == 0:
        return "Nothing is ticked yet."
    return "One file will be written:" if n_files == 1 else f"{n_files} files will be written:"


def _in_the_way_words(n_files: int) -> str:
    if n_files == 0:
        return ""
    return "One of them exists already." if n_files == 1 else f"{n_files} of them exist already."
