"""From clicks and boxes to masks: the mask of this frame at once, its track in the background.

It follows the document, not the mouse: whatever brings a region into the project (a click, undo,
an opened file) is answered in the same way, and a region whose track is known costs nothing.
"""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.document import Document
from app.engine_book import EngineBook
from app.job_runner import Job, JobRunner, Lane
from app.track_store import TrackStore
from core.domain import edits, sounding_edits
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.media import MediaInfo
from core.domain.pictures import Frame
from core.domain.project import Project
from core.domain.prompts import Box, Click, RegionPrompt
from core.errors import CoreError
from core.jobs.masking import MaskAnswer, MaskJob, TrackAnswer, TrackJob
from core.media.pts_table import PtsTable
from core.segmentation import registry


class _Bridge(QObject):
    """Carries new masks from the worker to the window's thread."""

    masks = Signal(object, object)


class MaskingController(QObject):
    """Turns wishes about the picture into prompts, and prompts into mask tracks.

    Signals:
        masks_changed: masks of the selected stem's region were added.
        track_finished: the `RegionPrompt` whose track is whole.
        track_given_up: the `RegionPrompt` whose track will not become whole.
        failed: a `CoreError`.
        notice_raised: why another segmenter than the wanted one was asked.
        busy_changed: True while the mask of a click is being made.
    """

    masks_changed = Signal()
    track_finished = Signal(object)
    track_given_up = Signal(object)
    failed = Signal(object)
    notice_raised = Signal(str)
    busy_changed = Signal(bool)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._default = book.default
        self.segmenter = registry.DEFAULT
        """With what objects are found from now on, by name."""
        self.device = "auto"
        """Where that runs from now on."""
        self.frame: Frame | None = None
        """The frame on screen, on which most marks are made."""
        self._clip: Clip | None = None
        self._masking: Job | None = None
        self._tracking: dict[RegionPrompt, Job] = {}
        self._asked_region: RegionPrompt | None = None
        self._earlier: dict[RegionPrompt, MaskTrack | None] = {}
        self._bridge = _Bridge(self)
        self._bridge.masks.connect(self._on_masks)
        document.project_changed.connect(self._on_project_changed)

    def set_clip(self, clip: Clip | None) -> None:
        """Work on another clip; whatever runs for the earlier one is dropped."""
        self._cancel()
        self._clip, self.frame = clip, None
        self._on_project_changed(self._document.project)

    @property
    def region(self) -> RegionPrompt | None:
        """The region of the selected stem."""
        stem = self._document.project.selected_stem
        return stem.prompts.regions[0] if stem and stem.prompts.regions else None

    def mask_at(self, pts: int) -> TrackedMask | None:
        """Return the mask of the selected stem on the frame `pts`, if it is known."""
        return self._tracks.at(self.region, pts) if self.region is not None else None

    def is_whole(self, region: RegionPrompt) -> bool:
        """Whether every frame that can be tracked has been."""
        return self._tracks.is_whole(region)

    def click(self, click: Click) -> None:
        """Add a click to the selected stem, making a stem where there is none."""
        project = self._with_stem()
        stem = project.selected_stem
        if stem is None:
            return
        try:
            project = edits.add_click(project, stem.stem_id, click)
        except CoreError as error:
            self.failed.emit(error)
            return
        self._document.apply("Click" if click.is_positive else "Click away", project)

    def box(self, box: Box) -> None:
        """Put a box around the object of the selected stem."""
        project = self._with_stem()
        if project.selected_stem is not None:
            project = edits.add_box(project, project.selected_stem.stem_id, box)
            self._document.apply("Box", project)

    def ask_for(self, region: RegionPrompt, colour: int) -> None:
        """Let the selected stem ask for a region that was found for the person, in one step.

        A stem that asks for nothing yet takes the colour that the thing was shown in.
        """
        colour %= edits.N_COLOURS
        project = sounding_edits.ask_for(self._document.project, region, colour, self._default)
        self._document.apply("Pick what sounds", project)

    def ensure_track(self, region: RegionPrompt) -> None:
        """Go on following the selected stem's region, should that have been cancelled."""
        if region == self.region and region not in self._tracking:
            self._asked_region = None
            self._on_project_changed(self._document.project)

    def track_again(self) -> None:
        """Forget the track of the selected stem's region and make it anew."""
        if self.region is not None:
            self._cancel()
            self._tracks.forget(self.region)
            self._on_project_changed(self._document.project)

    def _with_stem(self) -> Project:
        return edits.with_stem(self._document.project, self._default)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        self._drop_what_nobody_asks_for(project)
        region, clip = self.region, self._clip
        if region == self._asked_region:
            return
        previous, self._asked_region = self._asked_region, region
        self.masks_changed.emit()
        if region is None or region in self._tracking or clip is None or clip.table is None:
            return
        self._ask(region, previous, clip.info, clip.table)

    def _drop_what_nobody_asks_for(self, project: Project) -> None:
        """Stop following regions that are in no stem any more, such as before the last click."""
        asked = _asked_for(project)
        for region in [region for region in self._tracking if region not in asked]:
            self._tracking[region].cancel()

    def _ask(
        self,
        region: RegionPrompt,
        previous: RegionPrompt | None,
        info: MediaInfo,
        table: PtsTable,
    ) -> None:
        """Make the mask of the newest mark first, then the whole track."""
        if self._tracks.is_whole(region):
            return
        pts = _newest_mark(region, previous)
        # Only where marks were added: undoing a click must not keep the mask that it made.
        is_corrected = previous is not None and _marks(previous) <= _marks(region)
        earlier = self._tracks.get(previous) if previous is not None and is_corrected else None
        self._earlier[region] = earlier
        self._tracks.begin(region, table.time_base, table.origin_s)
        believed = earlier.at(pts) if earlier else None
        job = MaskJob(
            info, table, region, pts, believed, self.segmenter, self.device, frame=self.frame
        )
        stem_id = self._document.project.selected_stem_id
        self._masking = self._runner.prepare(
            job, Lane.DEVICE, replaces=f"mask of {stem_id}", is_urgent=True
        )
        self._masking.succeeded.connect(self._on_mask)
        self._masking.failed.connect(self.failed)
        self._masking.finished.connect(self._on_mask_finished)
        self.busy_changed.emit(True)
        self._runner.start(self._masking)

    @Slot(object)
    def _on_mask(self, answer: MaskAnswer) -> None:
        region, clip = answer.region, self._clip
        if answer.notice:
            self.notice_raised.emit(answer.notice)
        if clip is None or clip.table is None or region not in _asked_for(self._document.project):
            return
        request = TrackJob(
            clip.info,
            clip.table,
            region,
            self.segmenter,
            self.device,
            on_masks=self._bridge.masks.emit,
            previous=self._earlier.pop(region, None),
        )
        job = self._runner.prepare(request, Lane.DEVICE)
        job.succeeded.connect(self._on_tracked)
        job.failed.connect(self.failed)
        job.finished.connect(lambda: self._on_track_ended(region))
        self._tracking[region] = job
        self._on_masks(region, (answer.mask,))
        self._runner.start(job)

    @Slot()
    def _on_mask_finished(self) -> None:
        self.busy_changed.emit(False)

    @Slot(object, object)
    def _on_masks(self, region: RegionPrompt, masks: tuple[TrackedMask, ...]) -> None:
        if region not in self._tracking:
            return  # of a clip that is no longer open
        self._tracks.add(region, masks)
        if region == self.region:
            self.masks_changed.emit()

    @Slot(object)
    def _on_tracked(self, answer: TrackAnswer) -> None:
        if answer.region not in self._tracking:
            return
        if answer.notice:
            self.notice_raised.emit(answer.notice)
        self._tracks.put(answer.region, answer.track)
        if answer.region == self.region:
            self.masks_changed.emit()
        self.track_finished.emit(answer.region)

    def _on_track_ended(self, region: RegionPrompt) -> None:
        self._tracking.pop(region, None)
        if not self._tracks.is_whole(region):
            self.track_given_up.emit(region)

    def _cancel(self) -> None:
        if self._masking is not None:
            self._masking.cancel()
        for job in self._tracking.values():
            job.cancel()
        self._masking = None
        self._tracking.clear()
        self._earlier.clear()
        self._asked_region = None


def _asked_for(project: Project) -> frozenset[RegionPrompt]:
    return frozenset(region for stem in project.stems for region in stem.prompts.regions)


def _marks(region: RegionPrompt) -> frozenset[Click | Box]:
    return frozenset((*region.clicks, *region.boxes))


def _newest_mark(region: RegionPrompt, previous: RegionPrompt | None) -> int:
    """Return the frame of the mark that `previous` did not have, else of the last one."""
    clicks, boxes = (previous.clicks, previous.boxes) if previous is not None else ((), ())
    new = [click.pts for click in region.clicks if click not in clicks]
    new += [box.pts for box in region.boxes if box not in boxes]
    return new[-1] if new else region.anchor_pts[-1]
