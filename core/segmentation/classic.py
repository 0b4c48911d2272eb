"""The segmenter that needs no weights: GrabCut and region merging, tracked by optical flow."""

from collections.abc import Iterator, Sequence

from core.domain.masks import Mask, TrackedMask
from core.domain.pictures import Frame, PictureSource
from core.domain.prompts import Box, Click
from core.progress import CancelToken, Report
from core.segmentation.classic_info import CLASSIC
from core.segmentation.click_masks import mask_from_marks
from core.segmentation.follower import FlowFollower
from core.segmentation.marks import check_marks
from core.segmentation.protocol import Anchor, SegmenterInfo
from core.segmentation.tracking import track_all


class ClassicSegmenter:
    """Finds an object's pixels from colours, edges and motion. A `Segmenter`; keeps no state."""

    @property
    def info(self) -> SegmenterInfo:
        return CLASSIC

    def segment(
        self,
        frame: Frame,
        clicks: Sequence[Click],
        boxes: Sequence[Box],
        *,
        previous: Mask | None = None,
        cancel: CancelToken,
    ) -> Mask:
        marks = check_marks(frame, clicks, boxes, previous)
        return mask_from_marks(frame.pixels, marks, previous, cancel)

    def track(
        self,
        picture: PictureSource,
        anchors: Sequence[Anchor],
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Iterator[TrackedMask]:
        return track_all(picture, anchors, FlowFollower(), report=report, cancel=cancel)


def build(_device: str) -> ClassicSegmenter:
    """Return the segmenter; it runs on the CPU, whatever the device."""
    return ClassicSegmenter()
