"""Asks what to export, shows which files that will be, and never overwrites silently."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from core.domain.export import ExportChoice
from core.errors import CoreError
from widgets.export_files import ExportFiles
from widgets.export_options import ExportOffer, ExportOptions

PlanFiles = Callable[[ExportChoice], tuple[Path, ...]]
"""Which files a choice would write, in order; may raise `CoreError` with advice."""


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
        self.where = ExportFiles(defaults.folder, defaults.name_template)
        buttons, self.export_button = export_buttons(self)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self.options, 5)
        columns.addWidget(self.where, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 14)
        whole.setSpacing(12)
        whole.addLayout(columns, 1)
        whole.addWidget(buttons)
        self.resize(900, 560)
        self.options.changed.connect(self._refresh)
        self.where.changed.connect(self._refresh)
        self._refresh()

    def choice(self) -> ExportChoice:
        """Return what is chosen now; overwriting is allowed only where it was ticked and shown."""
        return replace(self._bare_choice(), may_overwrite=self.where.may_overwrite)

    def _bare_choice(self) -> ExportChoice:
        return replace(
            self.options.merged_into(self._defaults),
            folder=self.where.folder,
            name_template=self.where.name_template,
            may_overwrite=False,
        )

    def _refresh(self) -> None:
        """Show the files of the choice, and whether it can be carried out."""
        choice = self._bare_choice()
        try:
            self.where.show_files(self._plan_files(choice), self._files_in_the_way(choice))
        except CoreError as error:
            self.where.refuse(error.advice)
        self.export_button.setEnabled(self.where.is_ready)


def export_buttons(dialog: QDialog) -> tuple[QDialogButtonBox, QWidget]:
    """Return Cancel and Export for `dialog`, and the latter alone."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    export = buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
    export.setDefault(True)
    # The style makes a default button bold only after its size was asked for.
    export.setMinimumWidth(96)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons, export
