"""From clicks and boxes to masks: the mask of this frame at once, its track in the background.

It follows the document, not the mouse: whatever brings a region into the project (a click, undo,
an opened file) is answered in the same way, and a region whose track is known costs nothing.
"""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.document import Document
from app.job_runner import Job, JobRunner, Lane
from app.track_store import TrackStore
from core.domain import edits
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.project import Project
from core.domain.prompts import Box, Click, RegionPrompt
from core.errors import CoreError
from core.jobs.masking import MaskAnswer, MaskJob, TrackAnswer, TrackJob


class _Bridge(QObject):
    """Carries new masks from the worker to the window's thread."""

    masks = Signal(object, object)


class MaskingController(QObject):
    """Turns wishes about the picture into prompts, and prompts into mask tracks.

    Signals:
        masks_changed: masks of the selected stem's region were added.
        track_finished: the `RegionPrompt` whose track is whole.
        failed: a `CoreError`.
        busy_changed: True while the mask of a click is being made.
    """

    masks_changed = Signal()
    track_finished = Signal(object)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._clip: Clip | None = None
        self._masking: Job | None = None
        self._tracking: Job | None = None
        self._tracked_region: RegionPrompt | None = None
        self._asked_region: RegionPrompt | None = None
        self._previous_track: MaskTrack | None = None
        self._bridge = _Bridge(self)
        self._bridge.masks.connect(self._on_masks)
        document.project_changed.connect(self._on_project_changed)

    def set_clip(self, clip: Clip | None) -> None:
        """Work on another clip; whatever runs for the earlier one is dropped."""
        self._cancel()
        self._clip = clip
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

    def track_again(self) -> None:
        """Forget the track of the selected stem's region and make it anew."""
        if self.region is not None:
            self._tracks.forget(self.region)
            self._asked_region = None
            self._on_project_changed(self._document.project)

    def _with_stem(self) -> Project:
        project = self._document.project
        return project if project.selected_stem is not None else edits.add_stem(project)

    @Slot(object)
    def _on_project_changed(self, _project: Project) -> None:
        region, clip = self.region, self._clip
        if region == self._asked_region:
            return
        previous, self._asked_region = self._asked_region, region
        self.masks_changed.emit()
        if region is None or clip is None or clip.table is None:
            return
        if not self._tracks.is_whole(region):
            self._ask(region, previous, clip)

    def _ask(self, region: RegionPrompt, previous: RegionPrompt | None, clip: Clip) -> None:
        """Make the mask of the newest mark first, then the whole track."""
        self._cancel()
        table = clip.table
        if table is None:
            return
        pts = _newest_mark(region, previous)
        earlier = self._tracks.at(previous, pts) if previous is not None else None
        self._previous_track = self._tracks.get(previous) if previous is not None else None
        self._tracks.begin(region, table.time_base, table.origin_s)
        job = MaskJob(clip.info, table, region, pts, earlier)
        self._masking = self._runner.prepare(job, Lane.DEVICE, replaces="mask", is_urgent=True)
        self._masking.succeeded.connect(self._on_mask)
        self._masking.failed.connect(self._on_failed)
        self._masking.finished.connect(self._on_mask_finished)
        self.busy_changed.emit(True)
        self._runner.start(self._masking)

    @Slot(object)
    def _on_mask(self, answer: MaskAnswer) -> None:
        if answer.region != self._asked_region or self._clip is None:
            return
        self._on_masks(answer.region, (answer.mask,))
        table = self._clip.table
        if table is None:
            return
        job = TrackJob(
            self._clip.info,
            table,
            answer.region,
            on_masks=self._bridge.masks.emit,
            previous=self._previous_track,
        )
        self._tracked_region = answer.region
        self._tracking = self._runner.prepare(job, Lane.DEVICE, replaces="track")
        self._tracking.succeeded.connect(self._on_tracked)
        self._tracking.failed.connect(self._on_failed)
        self._runner.start(self._tracking)

    @Slot()
    def _on_mask_finished(self) -> None:
        self.busy_changed.emit(False)

    @Slot(object, object)
    def _on_masks(self, region: RegionPrompt, masks: tuple[TrackedMask, ...]) -> None:
        if region not in (self._asked_region, self._tracked_region):
            return  # of a clip that is no longer open
        self._tracks.add(region, masks)
        if region == self.region:
            self.masks_changed.emit()

    @Slot(object)
    def _on_tracked(self, answer: TrackAnswer) -> None:
        self._tracking = None
        self._tracks.put(answer.region, answer.track)
        if answer.region == self.region:
            self.masks_changed.emit()
        self.track_finished.emit(answer.region)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)

    def _cancel(self) -> None:
        for job in (self._masking, self._tracking):
            if job is not None:
                job.cancel()
        self._masking = self._tracking = None


def _newest_mark(region: RegionPrompt, previous: RegionPrompt | None) -> int:
    """Return the frame of the mark that `previous` did not have, else of the last one."""
    clicks, boxes = (previous.clicks, previous.boxes) if previous is not None else ((), ())
    new = [click.pts for click in region.clicks if click not in clicks]
    new += [box.pts for box in region.boxes if box not in boxes]
    return new[-1] if new else region.anchor_pts[-1]
