"""What is known of one model: what it is for, how large it is, its licence, how it is got."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.domain.model_words import access_words, commercial_words, memory_words, size_words
from core.domain.models import ModelState, ModelStatus

_STATES = {
    ModelState.ABSENT: "Not installed",
    ModelState.PARTIAL: "Partly downloaded: installing it goes on from there",
    ModelState.INCOMPLETE: "Incomplete: files are missing",
    ModelState.UNCHECKED: "Put here by hand, not checked yet",
    ModelState.INSTALLED: "Installed and checked",
}


class ModelDetails(QScrollArea):
    """Shows one `ModelStatus`; scrolls where it is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title, self.purpose = QLabel(), QLabel()
        self.title.setProperty("rank", "title")
        self.purpose.setWordWrap(True)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._values: dict[str, QLabel] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.purpose)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addStretch(1)
        self.setWidget(inside)

    def set_model(self, one: ModelStatus, required: tuple[ModelStatus, ...]) -> None:
        """Show `one`; `required` are the models that it cannot do without."""
        entry = one.entry
        self.title.setText(entry.title)
        self.purpose.setText(entry.purpose)
        missing = ", ".join(one.missing) if one.state is ModelState.INCOMPLETE else ""
        licence = f"{entry.licence.name}: {commercial_words(entry.licence)}"
        self._put("State", _STATES[one.state])
        self._put("Missing", missing)
        self._put("Size", size_words(one))
        self._put("Memory", memory_words(entry))
        self._put("Licence", f"{licence}<br>{_link(entry.licence.url)}", is_rich=True)
        self._put("Access", access_words(entry))
        comes_along = "comes along" if entry.is_downloadable else "not installed"
        needs = (
            f"{each.entry.title} ({'installed' if each.is_installed else comes_along})"
            for each in required
        )
        self._put("Needs", ", ".join(needs))
        self._put("Version", entry.version)
        self._put("Page", _link(entry.page), is_rich=True)
        self._put("Folder", str(one.folder) if one.is_installed else "")

    def value(self, name: str) -> str:
        """Return what stands behind `name`; empty where the line is not shown."""
        label = self._values.get(name)
        return label.text() if label is not None and not label.isHidden() else ""

    def _put(self, name: str, text: str, *, is_rich: bool = False) -> None:
        if name not in self._values:
            label = QLabel()
            label.setWordWrap(True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.LinksAccessibleByMouse
                | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            label.setOpenExternalLinks(True)
            self._values[name] = label
            head = QLabel(name)
            head.setProperty("rank", "muted")
            head.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._form.addRow(head, label)
        label = self._values[name]
        label.setTextFormat(Qt.TextFormat.RichText if is_rich else Qt.TextFormat.PlainText)
        label.setText(text)
        self._form.setRowVisible(label, bool(text))


def _link(url: str) -> str:
    return f'<a href="{url}">{url.removeprefix("https://")}</a>'
