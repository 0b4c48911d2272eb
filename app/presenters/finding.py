"""Words to boxes: what was found is laid over the picture, and what is picked becomes a prompt."""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.finding import FindingController
from app.controllers.masking import MaskingController
from app.document import Document
from app.playback.player import Player
from app.presenters.picture import PicturePresenter
from core.domain.findings import Finding
from core.domain.project import Project
from core.errors import PromptError
from core.jobs.detection import FindAnswer
from widgets.prompt_bar import PromptBar
from widgets.prompt_words import words_of
from widgets.video_view import VideoView


class FindingPresenter(QObject):
    """Introduces the detector to the prompt bar and the picture.

    Signals:
        failed: a `CoreError`.
        notice_raised: a sentence about where something was found, or that it was not.
    """

    failed = Signal(object)
    notice_raised = Signal(str)

    def __init__(  # noqa: PLR0913 - it stands between all these
        self,
        prompts: PromptBar,
        view: VideoView,
        picture: PicturePresenter,
        finding: FindingController,
        masking: MaskingController,
        document: Document,
        player: Player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._prompts, self._view, self._picture = prompts, view, picture
        self._finding, self._masking = finding, masking
        self._document, self._player = document, player
        self._words = ""
        prompts.find_requested.connect(self.find)
        view.candidate_chosen.connect(self._on_chosen)
        view.candidates_dismissed.connect(self.clear)
        finding.found.connect(self._on_found)
        finding.failed.connect(self.failed)
        finding.looking_changed.connect(self._on_looking)
        document.project_changed.connect(self._on_project_changed)

    @Slot()
    def find(self) -> None:
        """Look for the words of the selected stem in the picture."""
        self._prompts.field.commit()
        words = words_of(self._document.project.selected_stem)
        if not words:
            self._prompts.focus_words()
            self.failed.emit(
                PromptError(
                    "no words to look for",
                    advice="Type what to look for, such as “dog”, and look for it again.",
                )
            )
            return
        self.clear()
        self._player.pause()
        self._words = words
        self._finding.find(words, self._picture.frame)

    @Slot()
    def clear(self) -> None:
        """Take what was found off the picture."""
        self._view.set_candidates(())

    @Slot(object)
    def _on_found(self, answer: FindAnswer) -> None:
        view, frame = answer.view, self._picture.frame
        if view is None or not view.findings:
            self.notice_raised.emit(
                f"“{answer.words}” was not found in the picture. Try a plainer word, or click it."
            )
            return
        self._view.set_candidates(view.findings)
        self._view.take_keys()
        if frame is None or frame.pts != view.pts:
            self._player.seek(answer.time_s)
            self.notice_raised.emit(
                f"“{answer.words}” is not on the frame you were at. This one shows it best."
            )

    @Slot(object)
    def _on_chosen(self, finding: Finding) -> None:
        self.clear()
        self._masking.box(finding.box)

    @Slot(str)
    def _on_looking(self, words: str) -> None:
        self._picture.set_looking(words)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        # Boxes for other words than those that stand in the field would mislead.
        if self._words and words_of(project.selected_stem) != self._words:
            self._words = ""
            self._finding.cancel()
            self.clear()
