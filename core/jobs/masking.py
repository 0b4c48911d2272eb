"""Masks as frozen requests: one frame's mask at once, and an object's track through the clip."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.media import MediaInfo
from core.domain.pictures import Frame, PictureSource
from core.domain.prompts import Box, Click, RegionPrompt
from core.jobs.requests import next_job_id
from core.jobs.segmenters import notice_of, segmenter_for
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Progress, Report, ignore
from core.segmentation import registry
from core.segmentation.protocol import Anchor, Segmenter

OnMasks = Callable[[RegionPrompt, tuple[TrackedMask, ...]], None]

_BATCH_S = 0.25
_CACHE_BYTES = 96 * 2**20
_DRIFTED_BELOW = 0.5
"""Confidence below which a new positive click elsewhere begins anew instead of adding."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskAnswer:
    """The mask of a region on one frame."""

    job_id: int
    region: RegionPrompt
    mask: TrackedMask
    notice: str = ""
    """Why it was not the wanted segmenter that found the object; empty where it was."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackAnswer:
    """A region's mask on every frame of the clip."""

    job_id: int
    region: RegionPrompt
    track: MaskTrack
    notice: str = ""
    """Why it was not the wanted segmenter that followed the object; empty where it was."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskJob:
    """Find the object that the region's marks on the frame `pts` point at."""

    media: MediaInfo
    table: PtsTable | None
    region: RegionPrompt
    pts: int
    previous: TrackedMask | None = None
    """What tracking believed on this frame, to be corrected by the marks."""
    segmenter: str = registry.DEFAULT
    device: str = "auto"
    frame: Frame | None = None
    """The frame `pts` where it is at hand, as on screen: then nothing has to be decoded."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Find the object"

    def __call__(self, report: Report, cancel: CancelToken) -> MaskAnswer:
        """Return the mask, as sure as a person's own word.

        Raises:
            PromptError: a mark lies outside the picture, or none says where the object is.
            MediaError: the frame cannot be read.
            Cancelled: it was asked to stop.
        """
        report(Progress(self.label, 0, 1))
        segmenter = segmenter_for(self.segmenter, self.device)
        anchor = _anchor(segmenter, self._frame(), self.region, self.previous, cancel)
        report(Progress(self.label, 1, 1))
        mask = TrackedMask.pack(anchor.pts, anchor.mask)
        return MaskAnswer(self.job_id, self.region, mask, notice_of(segmenter))

    def _frame(self) -> Frame:
        if self.frame is not None and self.frame.pts == self.pts:
            return self.frame
        with FrameReader(self.media, self.table, _CACHE_BYTES) as picture:
            return picture.frame_at(self.pts)


def _tell_nobody(_region: RegionPrompt, _masks: tuple[TrackedMask, ...]) -> None:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class TrackJob:
    """Follow the object of a region through the whole clip, nearest to its marks first."""

    media: MediaInfo
    table: PtsTable | None
    region: RegionPrompt
    segmenter: str = registry.DEFAULT
    device: str = "auto"
    on_masks: OnMasks = _tell_nobody
    """Told a few times a second what is new, on the worker's thread; later news of a frame
    replaces earlier."""
    previous: MaskTrack | None = None
    """The track before the latest marks, which correct it on their frames."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Follow the object"

    def __call__(self, report: Report, cancel: CancelToken) -> TrackAnswer:
        """Return the whole track.

        Raises:
            PromptError: a mark lies outside the picture.
            MediaError: a frame cannot be read.
            Cancelled: it was asked to stop; what `on_masks` was told stays true.
        """
        segmenter = segmenter_for(self.segmenter, self.device)
        with FrameReader(self.media, self.table, _CACHE_BYTES) as picture:
            anchors = anchors_of(segmenter, picture, self.region, self.previous, cancel=cancel)
            masks = self._followed(segmenter, picture, anchors, report, cancel)
            track = MaskTrack(
                picture.time_base,
                picture.origin_s,
                tuple(masks[pts] for pts in sorted(masks)),
            )
        return TrackAnswer(self.job_id, self.region, track, notice_of(segmenter))

    def _followed(
        self,
        segmenter: Segmenter,
        picture: PictureSource,
        anchors: Sequence[Anchor],
        report: Report,
        cancel: CancelToken,
    ) -> dict[int, TrackedMask]:
        masks: dict[int, TrackedMask] = {}
        news: list[TrackedMask] = []
        told_s = -_BATCH_S
        for tracked in segmenter.track(picture, anchors, report=report, cancel=cancel):
            masks[tracked.pts] = tracked
            news.append(tracked)
            if time.monotonic() - told_s >= _BATCH_S:
                self.on_masks(self.region, tuple(news))
                news.clear()
                told_s = time.monotonic()
        if news:
            self.on_masks(self.region, tuple(news))
        return masks


def anchors_of(
    segmenter: Segmenter,
    picture: PictureSource,
    region: RegionPrompt,
    previous: MaskTrack | None = None,
    *,
    cancel: CancelToken,
) -> tuple[Anchor, ...]:
    """Return the mask on every frame that was marked, rising in pts.

    A frame that holds only negative clicks corrects what tracking believes there: `previous`, or
    else a track from the other anchors. It is left out where the object is not believed to be.

    Raises:
        PromptError: a mark lies outside the picture.
    """
    anchors: list[Anchor] = []
    waiting: list[int] = []
    for pts in region.anchor_pts:
        believed = previous.at(pts) if previous is not None else None
        if _says_where(region, pts) or (believed is not None and believed.unpack().any()):
            anchors.append(_anchor(segmenter, picture.frame_at(pts), region, believed, cancel))
        else:
            waiting.append(pts)
    for pts in waiting:
        believed = _believed_at(segmenter, picture, anchors, pts, cancel)
        if believed is not None and believed.unpack().any():
            anchors.append(_anchor(segmenter, picture.frame_at(pts), region, believed, cancel))
    return tuple(sorted(anchors, key=lambda anchor: anchor.pts))


def _says_where(region: RegionPrompt, pts: int) -> bool:
    clicks, boxes = _marks_on(region, pts)
    return bool(boxes) or any(click.is_positive for click in clicks)


def _marks_on(region: RegionPrompt, pts: int) -> tuple[list[Click], list[Box]]:
    clicks = [click for click in region.clicks if click.pts == pts]
    return clicks, [box for box in region.boxes if box.pts == pts]


def _anchor(
    segmenter: Segmenter,
    frame: Frame,
    region: RegionPrompt,
    believed: TrackedMask | None,
    cancel: CancelToken,
) -> Anchor:
    clicks, boxes = _marks_on(region, frame.pts)
    cancel.raise_if_cancelled()
    previous = _worth_correcting(believed, clicks)
    mask = segmenter.segment(frame, clicks, boxes, previous=previous, cancel=cancel)
    return Anchor(frame.pts, mask)


def _worth_correcting(believed: TrackedMask | None, clicks: Sequence[Click]) -> Mask | None:
    """Return the believed mask, unless it has drifted off and the person points elsewhere."""
    if believed is None:
        return None
    mask = believed.unpack()
    high, wide = mask.shape
    on = [click for click in clicks if click.is_positive]
    places = [(int(click.y_px), int(click.x_px)) for click in on]
    is_hit = any(mask[y, x] for y, x in places if y < high and x < wide)
    if on and not is_hit and believed.confidence < _DRIFTED_BELOW:
        return None
    return mask


def _believed_at(
    segmenter: Segmenter,
    picture: PictureSource,
    anchors: Sequence[Anchor],
    pts: int,
    cancel: CancelToken,
) -> TrackedMask | None:
    """Track from `anchors` until the frame `pts` is reached."""
    if not anchors:
        return None
    tracked = segmenter.track(picture, anchors, report=ignore, cancel=cancel)
    return next((mask for mask in tracked if mask.pts == pts), None)
