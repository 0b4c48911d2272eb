"""What the machine believes it sees and hears, as suggestions that a person may take."""

from PySide6.QtCore import QObject, Slot

from app.controllers.recognition import RecognitionController
from app.controllers.tagging import TaggingController
from app.document import Document
from app.engine_book import EngineBook
from core.domain import edits
from core.domain.beliefs import HeardWord
from core.domain.vocabulary import said_as
from widgets.prompt_bar import PromptBar


class SuggestingPresenter(QObject):
    """Introduces recognition and tagging to the prompt bar."""

    def __init__(
        self,
        prompts: PromptBar,
        recognition: RecognitionController,
        tagging: TaggingController,
        document: Document,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._book = document, book
        recognition.belief_changed.connect(prompts.set_belief)
        tagging.heard_changed.connect(prompts.set_heard)
        prompts.heard_chosen.connect(self._on_heard_chosen)

    @Slot(object)
    def _on_heard_chosen(self, heard: HeardWord) -> None:
        """Say the word and when it sounds, as one step."""
        project = edits.with_stem(self._document.project, self._book.default)
        stem = project.selected_stem
        if stem is None or not self._book.takes_words(stem.engine):
            return
        word = said_as(heard.name, self._book.vocabulary(stem.engine))
        edited = edits.set_heard(project, stem.stem_id, word, heard.spans)
        self._document.apply(f"Choose {word}", edited)
