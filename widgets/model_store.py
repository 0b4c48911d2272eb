"""The window of the model store: what there is, what is known of it, and what can be done."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.models import ModelStatus
from widgets.icons import IconLabel, icon
from widgets.jobs_panel import JobLine, JobRow
from widgets.model_details import ModelDetails
from widgets.model_list import ModelList
from widgets.notice_bar import Severity
from widgets.token_field import TokenField

_SIGNS = {
    Severity.INFO: ("good", "good"),
    Severity.WARNING: ("warning", "warning"),
    Severity.ERROR: ("error", "error"),
}
_BUSY = "Wait until the running work is done, or cancel it"


class ModelStore(QDialog):
    """Shows models and asks for work on them; stays open beside the editor.

    Signals:
        install_requested: the name of a model, and the token that was typed (may be empty).
        import_requested: the name of a model, and the `Path` of a folder or a file.
        verify_requested: the name of a model.
        remove_requested: the name of a model.
        forget_requested: the access token shall be forgotten.
        cancel_requested: the number of the running job.
    """

    install_requested = Signal(str, str)
    import_requested = Signal(str, object)
    verify_requested = Signal(str)
    remove_requested = Signal(str)
    forget_requested = Signal()
    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Model store")
        self._models: dict[str, ModelStatus] = {}
        self._wanted = ""
        self._running: JobRow | None = None
        self.list, self.details, self.token = ModelList(), ModelDetails(), TokenField()
        self.message = QLabel()
        self._message_sign = IconLabel("good", "good", 16)
        self._message_row = QWidget()
        self._line: JobLine | None = None
        self._line_place = QVBoxLayout()
        self.install = QPushButton(icon("download", "on_accent"), "&Install…")
        self.import_ = QPushButton("I&mport")
        self.verify = QPushButton("&Verify")
        self.remove = QPushButton("&Remove…")
        self._lay_out()
        self._connect()
        self._refresh()

    def set_models(self, models: tuple[ModelStatus, ...]) -> None:
        """Show the state of all models."""
        self._models = {one.entry.name: one for one in models}
        self.list.set_models(models, self._wanted)
        self._refresh()

    def select(self, name: str) -> None:
        """Show the model called `name`, now or as soon as it is known."""
        if name in self._models:
            self.list.select(name)
        else:
            self._wanted = name

    def set_progress(self, row: JobRow | None) -> None:
        """Show the running work; None when there is none."""
        self._running = row
        if row is None and self._line is not None:
            self._line_place.removeWidget(self._line)
            self._line.hide()
            self._line.deleteLater()
            self._line = None
        elif row is not None and self._line is None:
            self._line = JobLine(row)
            self._line.cancel_requested.connect(self._on_cancel)
            self._line_place.addWidget(self._line)
        elif row is not None and self._line is not None:
            self._line.set_row(row)
        self._refresh()

    def say(self, severity: Severity, words: str) -> None:
        """Show a sentence under the details; an empty one takes it away."""
        self._message_sign.set_icon(*_SIGNS[severity])
        self.message.setText(words)
        self._message_row.setVisible(bool(words))

    @property
    def progress_line(self) -> JobLine | None:
        return self._line

    def _lay_out(self) -> None:
        self.install.setProperty("kind", "primary")
        self.remove.setProperty("kind", "danger")
        self.list.setFixedWidth(300)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        said = QHBoxLayout(self._message_row)
        said.setContentsMargins(0, 0, 0, 0)
        said.setSpacing(8)
        said.addWidget(self._message_sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.message, 1)
        self._message_row.hide()
        close = QPushButton("&Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.install, self.import_, self.verify, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        for button in (self.install, self.import_, self.verify, self.remove, close):
            # else Enter in the token's line would press the first of them
            button.setAutoDefault(False)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.details, 1)
        right.addWidget(self.token)
        right.addWidget(self._message_row)
        right.addLayout(self._line_place)
        right.addLayout(buttons)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(14, 14, 16, 14)
        whole.setSpacing(18)
        whole.addWidget(self.list)
        whole.addLayout(right, 1)
        self.resize(920, 600)

    def _connect(self) -> None:
        menu = QMenu(self.import_)
        menu.addAction("From a &folder…", self._import_folder)
        menu.addAction("From a &zip archive or a file…", self._import_file)
        self.import_.setMenu(menu)
        self.list.model_selected.connect(self._on_selected)
        self.install.clicked.connect(self._on_install)
        self.token.line.returnPressed.connect(self._on_install)
        self.token.forget_requested.connect(self.forget_requested)
        self.verify.clicked.connect(lambda: self.verify_requested.emit(self.list.selected))
        self.remove.clicked.connect(lambda: self.remove_requested.emit(self.list.selected))

    def _on_selected(self, name: str) -> None:
        if name != self._wanted:
            self._wanted = name
            self.say(Severity.INFO, "")  # what was said is about another model
        self._refresh()

    def _on_install(self) -> None:
        if self.install.isEnabled():
            self.install_requested.emit(self.list.selected, self.token.take())

    def _on_cancel(self) -> None:
        if self._running is not None:
            self.cancel_requested.emit(self._running.job_id)

    def _import_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Import a model from a folder")
        if chosen:
            self.import_requested.emit(self.list.selected, Path(chosen))

    def _import_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Import a model from a file", "", "Models (*.zip *.safetensors *.pt *.pth *.bin)"
        )
        if chosen:
            self.import_requested.emit(self.list.selected, Path(chosen))

    def _refresh(self) -> None:
        """Enable exactly what can be done with the selected model now."""
        one = self._models.get(self.list.selected)
        is_free = one is not None and self._running is None
        if one is not None:
            needed = (self._models.get(name) for name in one.entry.requires)
            self.details.set_model(one, tuple(other for other in needed if other is not None))
        is_there = one is not None and (one.is_installed or one.size_bytes > 0)
        can_fetch = one is not None and one.entry.is_downloadable and not one.is_installed
        self.install.setEnabled(is_free and can_fetch)
        self.install.setText("Go &on…" if one is not None and one.is_begun else "&Install…")
        self.import_.setEnabled(is_free)
        self.verify.setEnabled(is_free and is_there)
        self.remove.setEnabled(is_free and is_there)
        self.token.setVisible(one is not None and one.entry.is_gated and not one.is_installed)
        for button in (self.install, self.import_, self.verify, self.remove):
            button.setToolTip(_BUSY if self._running is not None else "")
