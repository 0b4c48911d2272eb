"""The questions only a person can answer, asked with dialogs. Tests hand in another `Asker`."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from app.controllers.projects import Answer
from core.domain.export import ExportChoice, SoundingExportChoice
from core.domain.models import ModelEntry, ModelStatus
from core.files.project_file import SUFFIX
from core.units import format_size
from widgets.export_dialog import ExportDialog, PlanFiles
from widgets.export_options import ExportOffer
from widgets.licence_dialog import LicenceDialog
from widgets.model_store import ModelStore
from widgets.preferences import Preferences
from widgets.shortcuts_dialog import ShortcutsDialog
from widgets.sounding_export_dialog import PlanSounding, SoundingExportDialog

_ABOUT = (
    "<b>Soloist</b><br>Click it. Hear only it.<br><br>"
    "Separates the sound of one object from the sound of a video, on this computer; nothing is "
    "uploaded. Free software under the MIT licence."
)
MEDIA_FILTER = (
    "Clips and projects (*.soloist *.mp4 *.mov *.m4v *.mkv *.webm *.avi *.ts *.mts *.mpg *.mpeg "
    "*.ogv *.wav *.flac *.mp3 *.m4a *.aac *.ogg *.opus *.aiff *.aif *.wma)"
    ";;All files (*)"
)

_BUTTONS = {
    QMessageBox.StandardButton.Save: Answer.SAVE,
    QMessageBox.StandardButton.Discard: Answer.DISCARD,
}


class Dialogs:
    """An `Asker` that asks in front of `window`."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._store: ModelStore | None = None

    def unsaved(self, name: str) -> Answer:
        """Ask whether the changes to `name` shall be saved; closing the question is Cancel."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save your work on “{name}”?")
        box.setInformativeText("Prompts, masks and stems that are not saved will be lost.")
        box.setStandardButtons(
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        return _BUTTONS.get(QMessageBox.StandardButton(box.exec()), Answer.CANCEL)

    def where_to_save(self, suggestion: Path) -> Path | None:
        """Ask for the project's file; the dialog itself asks before an existing one is replaced."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save project", str(suggestion), f"Soloist project (*{SUFFIX})"
        )
        return Path(chosen) if chosen else None

    def find_media(self, missing: Path) -> Path | None:
        """Tell that the clip has moved and let the person find it."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("The clip is not where it was")
        box.setText(f"“{missing.name}” is not where the project left it.")
        box.setInformativeText(f"It was looked for in {missing.parent}. Where is it now?")
        find = box.addButton("Find it…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is not find:
            return None
        return self.open_file(missing.parent)

    def open_file(self, folder: Path | None) -> Path | None:
        """Ask for a clip or a project."""
        start = str(folder) if folder is not None and folder.is_dir() else str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open", start, MEDIA_FILTER)
        return Path(chosen) if chosen else None

    def export(
        self,
        defaults: ExportChoice,
        offer: ExportOffer,
        plan_files: PlanFiles,
        files_in_the_way: PlanFiles,
    ) -> ExportChoice | None:
        """Ask what to export; None if the person changed their mind."""
        dialog = ExportDialog(defaults, offer, plan_files, files_in_the_way, self._window)
        return dialog.choice() if dialog.exec() == ExportDialog.DialogCode.Accepted else None

    def export_sounding(
        self,
        defaults: SoundingExportChoice,
        clip_name: str,
        plan_files: PlanSounding,
        files_in_the_way: PlanSounding,
    ) -> SoundingExportChoice | None:
        """Ask how to export what sounds; None if the person changed their mind."""
        dialog = SoundingExportDialog(
            defaults, clip_name, plan_files, files_in_the_way, self._window
        )
        return dialog.choice() if dialog.exec() == QDialog.DialogCode.Accepted else None

    def shortcuts(self, rows: tuple[tuple[str, str, str], ...]) -> None:
        """List every shortcut, to be searched."""
        dialog = ShortcutsDialog(rows, self._window)
        dialog.exec()

    def accept_licences(self, entries: tuple[ModelEntry, ...]) -> bool:
        """Show the licences of what is about to be downloaded; closing the question is no."""
        dialog = LicenceDialog(entries, self._store or self._window)
        return dialog.exec() == LicenceDialog.DialogCode.Accepted

    def remove_model(self, one: ModelStatus, needed_by: tuple[str, ...]) -> bool:
        """Ask whether a model may be deleted."""
        box = QMessageBox(self._store or self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Remove a model")
        box.setText(f"Remove “{one.entry.title}” and free {format_size(one.size_bytes)}?")
        others = f" {' and '.join(needed_by)} cannot work without it." if needed_by else ""
        box.setInformativeText(f"Everything in {one.folder} is deleted.{others}")
        remove = box.addButton("&Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is not None and box.clickedButton() == remove

    def model_store(self) -> ModelStore:
        """Return the window of the model store, in front of which its questions are asked."""
        self._store = ModelStore(self._window)
        return self._store

    def preferences(self) -> Preferences:
        """Return the window of preferences."""
        return Preferences(self._window)

    def about(self) -> None:
        QMessageBox.about(self._window, "About Soloist", _ABOUT)

    def recover(self, names: list[str]) -> bool:
        """Ask whether work that a crash left behind shall be brought back."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved work")
        box.setText("Bring back the unsaved work on " + ", ".join(f"“{it}”" for it in names) + "?")
        box.setInformativeText(
            "Soloist did not end properly last time. What you do not bring back is deleted."
        )
        bring = box.addButton("&Bring it back", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("&Delete it", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(bring)
        # Closing the question must not delete anything.
        box.setEscapeButton(bring)
        box.exec()
        return box.clickedButton() is not None and box.clickedButton() == bring
