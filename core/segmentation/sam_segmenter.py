"""A segmenter over SAM 2.1 or EdgeTAM: marks become questions, and every mark is kept to.

Letters in shapes: H, W frame pixels.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.masks import Mask, TrackedMask
from core.domain.pictures import Frame, PictureSource
from core.domain.prompts import Box, Click
from core.errors import ModelError
from core.nn.devices import pick_device
from core.nn.pretrained import Stamp, load_pretrained, stamps
from core.progress import CancelToken, Report
from core.segmentation.click_masks import mask_from_marks
from core.segmentation.marks import Marks, check_marks, with_dots
from core.segmentation.protocol import Anchor, SegmenterInfo
from core.segmentation.sam_info import find_sam, sam_needs
from core.segmentation.sam_memory import SamFollower
from core.segmentation.sam_network import Points, SamNetwork
from core.segmentation.tracking import track_all

_OFF, _ON, _TOP_LEFT, _BOTTOM_RIGHT = range(4)


class SamSegmenter:
    """Finds an object's pixels with a network that was taught on millions of them. A `Segmenter`.

    Several clicks on one frame cost one look at it: the network keeps what it saw.
    """

    def __init__(self, info: SegmenterInfo, network: SamNetwork) -> None:
        self._info, self.network = info, network

    @property
    def info(self) -> SegmenterInfo:
        return self._info

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
        cancel.raise_if_cancelled()
        if previous is not None and not marks.boxes and not marks.wrong_in(previous):
            return previous.copy()
        # What was believed is a hint to the decoder; a box says anew where the object is.
        believed = previous if previous is not None and previous.any() and not boxes else None
        mask = np.zeros(frame.pixels.shape[:2], np.bool_)
        for question in questions(marks):
            mask |= self.network.answer(frame.pixels, question, believed)
            cancel.raise_if_cancelled()
        if not mask.any():
            # The network sees nothing there, but the person does.
            return mask_from_marks(frame.pixels, marks, previous, cancel)
        return with_dots(mask, marks)

    def track(
        self,
        picture: PictureSource,
        anchors: Sequence[Anchor],
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Iterator[TrackedMask]:
        follower = SamFollower(self.network, tuple(anchors))
        return track_all(picture, anchors, follower, report=report, cancel=cancel)


def questions(marks: Marks) -> list[Points]:
    """Return what to ask: about each box with the clicks in it, and about the other clicks."""
    off = [(click.x_px, click.y_px) for click in marks.off]
    left = list(marks.on)
    asked = []
    for box in marks.boxes:
        inside = [click for click in left if _is_in(box, click)]
        left = [click for click in left if click not in inside]
        corners = ((box.x0_px, box.y0_px), (box.x1_px, box.y1_px))
        on = [(click.x_px, click.y_px) for click in inside]
        labels = (_TOP_LEFT, _BOTTOM_RIGHT, *[_ON] * len(on), *[_OFF] * len(off))
        asked.append(Points((*corners, *on, *off), labels))
    if left or not asked:
        on = [(click.x_px, click.y_px) for click in left]
        asked.append(Points((*on, *off), (*[_ON] * len(on), *[_OFF] * len(off))))
    return asked


def build_sam(info: SegmenterInfo, kind: Any, new_session: Any, device: str) -> SamSegmenter:
    """Return a segmenter over the best model that is installed for it, the same while that stays.

    Args:
        info: what the segmenter says of itself.
        kind: the class of its network.
        new_session: the class of that network's sessions.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: none is installed, its files are damaged or another model's, or there is no
            such device.
    """
    folder = _installed_folder(info)
    asked = (kind, new_session, info.title, str(pick_device(device)))
    return SamSegmenter(info, _loaded(*asked, folder, stamps(folder)))


@lru_cache(maxsize=1)  # up to a gigabyte: the last one is kept, no second
def _loaded(
    kind: Any, new_session: Any, title: str, device: str, folder: Path, _files: tuple[Stamp, ...]
) -> SamNetwork:
    return SamNetwork(load_pretrained(kind, folder, title, device), new_session, title)


def _installed_folder(info: SegmenterInfo) -> Path:
    """Return the folder of the best model that is installed for a segmenter.

    Raises:
        ModelError: none is.
    """
    folder = find_sam(info.name)
    if folder is not None:
        return folder
    missing = "; ".join(f"{name}: {how}" for name, how in sam_needs(info.name).items())
    raise ModelError(
        f"{info.title} is not installed", advice=f"{info.title} is not installed. Needs {missing}."
    )


def _is_in(box: Box, click: Click) -> bool:
    is_across = box.x0_px <= click.x_px <= box.x1_px
    return is_across and box.y0_px <= click.y_px <= box.y1_px
