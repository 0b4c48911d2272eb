"""Shows the licences of what is about to be downloaded, and asks for an explicit yes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.model_words import commercial_words
from core.domain.models import Licence, ModelEntry
from widgets.fonts import fixed_font


class LicenceDialog(QDialog):
    """One tab for each licence; nothing can be downloaded before they are accepted."""

    def __init__(self, entries: tuple[ModelEntry, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        licences = _by_licence(entries)
        self.setWindowTitle("Licence" if len(licences) == 1 else "Licences")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for licence, titles in licences:
            self.tabs.addTab(_page(licence, titles), licence.name)
        self.tabs.tabBar().setVisible(len(licences) > 1)
        self.tabs.tabBar().setDrawBase(False)
        it = {1: "this licence", 2: "both licences"}.get(len(licences), "all licences")
        self.accepts = QCheckBox(f"I have &read {it} and accept")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton("&Download", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.go.setMinimumWidth(110)
        self.go.setEnabled(False)
        self.accepts.toggled.connect(self.go.setEnabled)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.accepts)
        column.addWidget(buttons)
        self.resize(660, 520)
        self.accepts.setFocus()


def _by_licence(entries: tuple[ModelEntry, ...]) -> list[tuple[Licence, list[str]]]:
    found: dict[Licence, list[str]] = {}
    for entry in entries:
        found.setdefault(entry.licence, []).append(entry.title)
    return list(found.items())


def _page(licence: Licence, titles: list[str]) -> QWidget:
    title = QLabel(f"{licence.name}: {commercial_words(licence)}")
    title.setProperty("rank", "title")
    title.setWordWrap(True)
    what = QLabel(f"For {', '.join(titles)}")
    what.setWordWrap(True)
    link = QLabel(f'<a href="{licence.url}">{licence.url}</a>')
    link.setOpenExternalLinks(True)
    link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    text = QPlainTextEdit(licence.text)
    text.setReadOnly(True)
    text.setTabChangesFocus(True)
    text.setAccessibleName(f"Text of {licence.name}")
    if licence.is_whole:
        text.setFont(fixed_font(-1))
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(8)
    for widget in (title, what, link):
        column.addWidget(widget)
    column.addWidget(text, 1)
    return page
