"""Looks for words in the picture: on the frame on screen first, then through the clip."""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.job_lane import Urgency
from app.job_runner import Job, JobRunner, Lane
from app.missing import MissingModelError
from core.detection import registry
from core.detection.protocol import USUAL
from core.domain.pictures import Frame
from core.errors import PromptError
from core.jobs.detection import FindAnswer, FindJob


class FindingController(QObject):
    """Asks one question at a time; a newer one takes the place of the one before.

    Signals:
        found: the `FindAnswer` to the newest question.
        failed: a `CoreError`, or what else went wrong.
        looking_changed: the words that are being looked for; empty when that has ended.
    """

    found = Signal(object)
    failed = Signal(object)
    looking_changed = Signal(str)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.device = "auto"
        """Where is looked from now on."""
        self.thresholds = USUAL
        """How sure what is found must be from now on."""
        self._clip: Clip | None = None
        self._job: Job | None = None

    def set_clip(self, clip: Clip | None) -> None:
        """Look through another clip; what is being looked for in the earlier one is dropped."""
        self.cancel()
        self._clip = clip

    def find(self, words: str, frame: Frame | None) -> None:
        """Look for `words`, first on the frame on screen; says what is missing for that."""
        clip = self._clip
        if clip is None or clip.info.video is None:
            self.failed.emit(
                PromptError(
                    "no picture to look in", advice="Open a clip with a picture to look in it."
                )
            )
            return
        if (detector := registry.default()).needs:
            self.failed.emit(
                MissingModelError(
                    detector.title,
                    detector.needs,
                    without="Until words can be found in the picture, click the thing itself.",
                )
            )
            return
        self._ask(
            FindJob(
                clip.info,
                clip.table,
                words,
                frame,
                device=self.device,
                thresholds=self.thresholds,
            )
        )

    def cancel(self) -> None:
        """Stop looking."""
        if self._job is not None:
            self._job.cancel()

    def _ask(self, request: FindJob) -> None:
        job = self._runner.prepare(
            request, Lane.DEVICE, replaces="find in the picture", urgency=Urgency.SOON
        )
        job.succeeded.connect(self._on_found)
        job.failed.connect(self.failed)
        job.finished.connect(self._on_finished)
        self._job = job
        self.looking_changed.emit(request.words)
        self._runner.start(job)

    @Slot(object)
    def _on_found(self, answer: FindAnswer) -> None:
        # One that was replaced may have ended a moment before it heard of that.
        if self.sender() is self._job:
            self.found.emit(answer)

    @Slot()
    def _on_finished(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self.looking_changed.emit("")
