"""What a person's clicks and boxes must satisfy, and what a mask must satisfy for their sake.

Letters in shapes: H, W frame pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.masks import Mask
from core.domain.pictures import Frame
from core.domain.prompts import Box, Click
from core.errors import PromptError
from core.segmentation.mask_shapes import disc

_DOT_PART = 0.006
"""Of the shorter side: the radius around a click that is surely as the click says."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on one frame, checked: all inside the picture, and something to start from."""

    on: tuple[Click, ...]
    off: tuple[Click, ...]
    boxes: tuple[Box, ...]

    def wrong_in(self, mask: Mask) -> int:
        """Return how many clicks the mask (H, W) contradicts."""
        missed = sum(not is_on(mask, click) for click in self.on)
        return missed + sum(is_on(mask, click) for click in self.off)


def is_on(mask: Mask, click: Click) -> bool:
    return bool(mask[int(click.y_px), int(click.x_px)])


def check_marks(
    frame: Frame, clicks: Sequence[Click], boxes: Sequence[Box], previous: Mask | None
) -> Marks:
    """Return the marks sorted by kind.

    Raises:
        PromptError: a mark lies outside the picture, or nothing says where the object is.
        ValueError: `previous` is not a mask of this frame's size.
    """
    high, wide = frame.pixels.shape[:2]
    for click in clicks:
        _check_place(click, wide, high)
    for box in boxes:
        _check_box(box, wide, high)
    if previous is not None and previous.shape != (high, wide):
        raise ValueError(f"mask {previous.shape} on a frame of {(high, wide)} pixels")
    marks = Marks(
        tuple(click for click in clicks if click.is_positive),
        tuple(click for click in clicks if not click.is_positive),
        tuple(boxes),
    )
    if not marks.on and not boxes and (previous is None or not previous.any()):
        raise PromptError(
            f"{len(marks.off)} negative marks on frame {frame.pts} and nothing to start from",
            advice="Click the thing that sounds, or drag a box around it, before you say what "
            "does not belong to it.",
        )
    return marks


def with_dots(mask: Mask, marks: Marks) -> Mask:
    """Return the mask with a dot's worth of pixels around each click set as the click says."""
    shape = mask.shape[0], mask.shape[1]
    radius = round(_DOT_PART * min(shape))
    marked = mask.copy()
    for click in marks.on:
        marked |= disc(shape, int(click.x_px), int(click.y_px), radius)
    for click in marks.off:
        marked &= ~disc(shape, int(click.x_px), int(click.y_px), radius)
    for click in marks.on:  # where dots touch, the very pixel that was clicked counts
        marked[int(click.y_px), int(click.x_px)] = True
    return marked


def _check_place(click: Click, wide: int, high: int) -> None:
    if not (click.x_px < wide and click.y_px < high):
        raise PromptError(
            f"click at {click.x_px:g}, {click.y_px:g} lies outside the picture "
            f"of {wide} x {high} pixels",
            advice="Click inside the picture.",
        )


def _check_box(box: Box, wide: int, high: int) -> None:
    if not (box.x1_px <= wide and box.y1_px <= high):
        raise PromptError(
            f"box {box.x0_px:g},{box.y0_px:g} to {box.x1_px:g},{box.y1_px:g} reaches out of the "
            f"picture of {wide} x {high} pixels",
            advice="Drag the box so that it stays inside the picture.",
        )
