"""The engine of the selected stem and its settings, as undoable edits."""

from PySide6.QtCore import QObject, Slot

from app.document import Document
from app.engine_book import EngineBook
from core.domain import edits
from core.domain.engines import SettingValue
from widgets.prompt_bar import PromptBar


class EnginesPresenter(QObject):
    """Shows which engines there are, and keeps what is chosen of them with the stem."""

    def __init__(
        self,
        prompts: PromptBar,
        document: Document,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._book, self._prompts = document, book, prompts
        self.refresh()
        prompts.engine_chosen.connect(self.choose)
        prompts.setting_chosen.connect(self._on_setting)
        prompts.settings_reset.connect(self._on_reset)

    def refresh(self) -> None:
        """Show which engines there are now."""
        self._prompts.set_engines(self._book.engines, self._book.vocabularies)

    @Slot(str)
    def choose(self, engine: str) -> None:
        """Let `engine` separate the selected stem, or a new one where there is none."""
        project = edits.with_stem(self._document.project, self._book.default)
        stem = project.selected_stem
        if stem is None or stem.engine == engine:
            return
        # An engine refuses settings that are not its own.
        kept = self._book.kept_settings(engine, stem.settings)
        edited = edits.set_engine(project, stem.stem_id, engine, settings=kept)
        self._document.apply("Choose engine", edited)

    @Slot(str, object)
    def _on_setting(self, name: str, value: SettingValue | None) -> None:
        project = edits.with_stem(self._document.project, self._book.default)
        stem_id = project.selected_stem_id or ""
        words = f"Set {name.replace('_', ' ')}"
        self._document.apply(words, edits.set_setting(project, stem_id, name, value))

    @Slot()
    def _on_reset(self) -> None:
        project = self._document.project
        stem = project.selected_stem
        if stem is not None:
            edited = edits.set_engine(project, stem.stem_id, stem.engine, settings={})
            self._document.apply("Reset settings", edited)
