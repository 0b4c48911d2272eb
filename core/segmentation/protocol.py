"""The door to every segmenter: clicks or a box on a frame give a mask; masks are tracked in time.

Letters in shapes: H, W pixels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.domain.masks import Mask, TrackedMask
from core.domain.pictures import Frame, PictureSource
from core.domain.prompts import Box, Click
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True)
class SegmenterInfo:
    """A segmenter as a person chooses it."""

    name: str
    title: str
    summary: str
    licence: str
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must be installed first, name to how to get it; empty where it is ready."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A frame on which a person has said where the object is: tracking never contradicts it."""

    pts: int
    mask: Mask


class Segmenter(Protocol):
    """Finds an object's pixels. Called from one worker thread at a time."""

    @property
    def info(self) -> SegmenterInfo: ...

    def segment(
        self,
        frame: Frame,
        clicks: Sequence[Click],
        boxes: Sequence[Box],
        *,
        previous: Mask | None = None,
        cancel: CancelToken,
    ) -> Mask:
        """Return the mask (H, W) of the object that the marks on this frame point at.

        `previous` is what tracking believed on this frame, to be corrected by the marks.

        Raises:
            PromptError: a mark lies outside the picture, or all marks are negative and there is
                no `previous` mask to take away from.
        """
        ...

    def track(
        self,
        picture: PictureSource,
        anchors: Sequence[Anchor],
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Iterator[TrackedMask]:
        """Yield a mask for every frame of `picture`, nearest to the anchors first.

        Forward from each anchor to the next one (or the end), and backward to the one before.
        A frame that both sides reach is yielded again when it is known better: the later counts.
        Confidence drops at occlusions and cuts. Memory does not grow with the clip.
        """
        ...
