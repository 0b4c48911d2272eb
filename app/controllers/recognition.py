"""Looks at what was clicked: which word the selected stem's region shows, as a belief.

It follows the masks: as soon as one is known on a marked frame, the region is looked at once, for
as long as the clip is open. The separation looks again, and at more frames; this is for the person.
"""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.masking import MaskingController
from app.controllers.media import Clip
from app.document import Document
from app.engine_book import EngineBook
from app.job_lane import Urgency
from app.job_runner import Job, JobRunner, Lane
from app.track_store import TrackStore
from core.domain.beliefs import Belief
from core.domain.masks import TrackedMask
from core.domain.project import Stem
from core.domain.prompts import RegionPrompt
from core.jobs.recognition import BeliefAnswer, BeliefJob

_log = logging.getLogger(__name__)


class RecognitionController(QObject):
    """Keeps a belief for each region that was looked at.

    Signals:
        belief_changed: the `Belief` about the selected stem's region, or None where there is none.
    """

    belief_changed = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        masking: MaskingController,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._masking, self._book = masking, book
        self.device = "auto"
        """Where is looked from now on."""
        self._clip: Clip | None = None
        self._is_ready = False
        self._beliefs: dict[RegionPrompt, Belief | None] = {}
        self._asked: RegionPrompt | None = None
        self._job: Job | None = None
        self._shown: Belief | None = None
        masking.masks_changed.connect(self._look)
        document.project_changed.connect(self._look)

    def set_clip(self, clip: Clip | None) -> None:
        """Look at another clip; under the same clicks it shows other things."""
        if self._job is not None:
            self._job.cancel()
        self._clip, self._job, self._asked = clip, None, None
        self._beliefs.clear()
        self._look()

    @Slot()
    def set_ready(self) -> None:
        """Allow looking: loading the libraries for it would now make no click wait."""
        self._is_ready = True
        self._look()

    def belief_about(self, stem: Stem) -> Belief | None:
        """Return what is believed of the stem's region, where its engine goes by such beliefs."""
        regions = stem.prompts.regions
        if not regions or not self._book.sees(stem.engine):
            return None
        return self._beliefs.get(regions[0])

    @Slot()
    def _look(self, _project: object = None) -> None:
        stem = self._document.project.selected_stem
        self._tell(self.belief_about(stem) if stem is not None else None)
        if stem is None or not stem.prompts.regions or not self._book.sees(stem.engine):
            return
        region = stem.prompts.regions[0]
        if not self._is_ready or region in self._beliefs or region == self._asked:
            return
        mask = self._first_mask(region)
        if mask is not None and self._clip is not None:
            self._ask(self._clip, region, mask)

    def _first_mask(self, region: RegionPrompt) -> TrackedMask | None:
        """Return the mask of the first marked frame that has one."""
        masks = (self._tracks.at(region, pts) for pts in region.anchor_pts)
        return next((mask for mask in masks if mask is not None), None)

    def _ask(self, clip: Clip, region: RegionPrompt, mask: TrackedMask) -> None:
        frame = self._masking.frame
        request = BeliefJob(clip.info, clip.table, region, mask, frame=frame, device=self.device)
        job = self._runner.prepare(request, Lane.DEVICE, replaces="belief", urgency=Urgency.SOON)
        job.succeeded.connect(self._on_believed)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_finished)
        self._job, self._asked = job, region
        self._runner.start(job)

    @Slot(object)
    def _on_believed(self, answer: BeliefAnswer) -> None:
        self._beliefs[answer.region] = answer.belief

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        # Nobody asked for it; the separation itself will say what is wrong, if it matters.
        _log.info("not recognised: %s", error)
        self._give_up()

    @Slot()
    def _on_cancelled(self) -> None:
        self._give_up()

    def _give_up(self) -> None:
        """Look no more at this region; one that was replaced by another is looked at later."""
        if self._asked is not None and self.sender() is self._job:
            self._beliefs[self._asked] = None

    @Slot()
    def _on_finished(self) -> None:
        # One that was replaced ends after its successor has begun.
        if self.sender() is self._job:
            self._job, self._asked = None, None
        self._look()

    def _tell(self, belief: Belief | None) -> None:
        if belief != self._shown:
            self._shown = belief
            self.belief_changed.emit(belief)
