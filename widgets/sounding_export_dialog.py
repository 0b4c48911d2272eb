"""Asks how to take away what sounds and shows which files that will be; replaces none silently."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QGroupBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from core.domain.export import OverlayStyle, SoundingExportChoice
from core.errors import CoreError
from widgets.export_dialog import export_buttons
from widgets.export_files import ExportFiles
from widgets.export_options import STYLES

PlanSounding = Callable[[SoundingExportChoice], tuple[Path, ...]]
"""Which files a choice would write, in order; may raise `CoreError` with advice."""

_BESIDE = "The masks as data (COCO) and a note of how they were made lie beside it."


class SoundingExportDialog(QDialog):
    """Folder, style and matte. Remembers nothing: defaults come in, a choice goes out."""

    def __init__(
        self,
        defaults: SoundingExportChoice,
        clip_name: str,
        plan_files: PlanSounding,
        files_in_the_way: PlanSounding,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Export what sounds in {clip_name}")
        self._defaults = defaults
        self._plan_files, self._files_in_the_way = plan_files, files_in_the_way
        self.style_box, self.matte = QComboBox(), QCheckBox("Also a &matte")
        self.where = ExportFiles(defaults.folder)
        self._buttons, self.export_button = export_buttons(self)
        self._fill(defaults)
        self._lay_out()
        self.style_box.currentIndexChanged.connect(self._refresh)
        self.matte.toggled.connect(self._refresh)
        self.where.changed.connect(self._refresh)
        self._refresh()

    def choice(self) -> SoundingExportChoice:
        """Return what is chosen now; overwriting is allowed only where it was ticked and shown."""
        return replace(self._bare_choice(), may_overwrite=self.where.may_overwrite)

    def _bare_choice(self) -> SoundingExportChoice:
        return replace(
            self._defaults,
            folder=self.where.folder,
            style=OverlayStyle(self.style_box.currentData()),
            with_matte=self.matte.isChecked(),
            may_overwrite=False,
        )

    def _fill(self, defaults: SoundingExportChoice) -> None:
        for style, words in STYLES.items():
            self.style_box.addItem(words, style.value)
        self.style_box.setCurrentIndex(self.style_box.findData(defaults.style.value))
        self.matte.setChecked(defaults.with_matte)
        self.matte.setToolTip("A black and white video of all that sounds, for compositing")

    def _lay_out(self) -> None:
        beside = QLabel(_BESIDE)
        beside.setProperty("rank", "small")
        beside.setWordWrap(True)
        form = QFormLayout()
        form.addRow("What sounds is &shown", self.style_box)
        form.addRow(self.matte)
        form.addRow(beside)
        video = QGroupBox("Video")
        video.setLayout(form)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 14)
        whole.setSpacing(12)
        whole.addWidget(video)
        whole.addWidget(self.where, 1)
        whole.addWidget(self._buttons)
        self.resize(560, 440)

    def _refresh(self) -> None:
        """Show the files of the choice, and whether it can be carried out."""
        choice = self._bare_choice()
        try:
            self.where.show_files(self._plan_files(choice), self._files_in_the_way(choice))
        except CoreError as error:
            self.where.refuse(error.advice)
        self.export_button.setEnabled(self.where.is_ready)
