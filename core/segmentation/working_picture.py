"""A part of a frame shrunk to a size that classic segmentation can afford, and the way back.

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels

Field = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole frame pixels, `left_px <= x < right_px` and likewise down."""

    left_px: int
    top_px: int
    right_px: int
    bottom_px: int

    @property
    def width_px(self) -> int:
        return self.right_px - self.left_px

    @property
    def height_px(self) -> int:
        return self.bottom_px - self.top_px

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top_px, self.bottom_px), slice(self.left_px, self.right_px)

    def middle(self, reach_px: int) -> "Window":
        """Return the few pixels around the window's middle."""
        x, y = (self.left_px + self.right_px) // 2, (self.top_px + self.bottom_px) // 2
        return Window(max(0, x - reach_px), max(0, y - reach_px), x + reach_px, y + reach_px)

    def grown(self, by_px: float, width_px: int, height_px: int) -> "Window":
        """Return the window wider by `by_px` on every side, cut at the frame's edges."""
        return Window(
            max(0, int(self.left_px - by_px)),
            max(0, int(self.top_px - by_px)),
            min(width_px, round(self.right_px + by_px)),
            min(height_px, round(self.bottom_px + by_px)),
        )


def lab_of(pixels: Pixels) -> Field:
    """Return CIE L*a*b*, float32 (h, w, 3), L from 0 to 100."""
    return np.asarray(
        cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32
    )


def whole(width_px: int, height_px: int) -> Window:
    return Window(0, 0, width_px, height_px)


def window_around(
    x_px: float, y_px: float, side_px: float, width_px: int, height_px: int
) -> Window:
    """Return a window about `side_px` wide and high, pushed inside the frame."""
    wide, high = min(width_px, max(8, round(side_px))), min(height_px, max(8, round(side_px)))
    left = round(min(max(0.0, x_px - wide / 2), width_px - wide))
    top = round(min(max(0.0, y_px - high / 2), height_px - high))
    return Window(left, top, left + wide, top + high)


def window_of(mask: Mask) -> Window | None:
    """Return the smallest window that holds the mask, or None where the mask is empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return None
    return Window(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class WorkingPicture:
    """What a window of a frame looks like at working size."""

    pixels: Pixels  # (h, w, 3) RGB
    window: Window
    frame_width_px: int
    frame_height_px: int

    @property
    def size(self) -> tuple[int, int]:
        """(w, h), as OpenCV wants it."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[0])

    @property
    def scale(self) -> float:
        """Working pixels per frame pixel."""
        return self.size[0] / self.window.width_px

    def place(self, x_px: float, y_px: float) -> tuple[int, int]:
        """Return the working pixel (x, y) that shows a place of the frame, kept inside."""
        wide, high = self.size
        x = int((x_px - self.window.left_px) * wide / self.window.width_px)
        y = int((y_px - self.window.top_px) * high / self.window.height_px)
        return min(max(x, 0), wide - 1), min(max(y, 0), high - 1)

    def shows(self, x_px: float, y_px: float) -> bool:
        across = self.window.left_px <= x_px < self.window.right_px
        return across and self.window.top_px <= y_px < self.window.bottom_px

    def shrink(self, mask: Mask) -> Mask:
        """Return a frame's mask (H, W) as this window shows it (h, w)."""
        part = mask[self.window.slices].astype(np.uint8) * 255
        return np.asarray(cv2.resize(part, self.size, interpolation=cv2.INTER_AREA) > 127)

    def enlarge(self, mask: Mask) -> Mask:
        """Return the mask (h, w) on the whole frame (H, W), its edge drawn smoothly."""
        size = self.window.width_px, self.window.height_px
        way = cv2.INTER_LINEAR if self.scale <= 1 else cv2.INTER_AREA
        soft = cv2.resize(mask.astype(np.float32), size, interpolation=way)
        full = np.zeros((self.frame_height_px, self.frame_width_px), np.bool_)
        full[self.window.slices] = soft >= 0.5
        return full


def look(pixels: Pixels, window: Window, max_side_px: int, max_zoom: float = 1.0) -> WorkingPicture:
    """Return the window of `pixels` (H, W, 3), its longer side at most `max_side_px`.

    Small windows are enlarged by no more than `max_zoom`.
    """
    part = pixels[window.slices]
    scale = min(max_zoom, max_side_px / max(part.shape[:2]))
    wide, high = (max(1, round(side * scale)) for side in (part.shape[1], part.shape[0]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = part if scale == 1 else cv2.resize(part, (wide, high), interpolation=way)
    return WorkingPicture(
        np.ascontiguousarray(small, np.uint8), window, int(pixels.shape[1]), int(pixels.shape[0])
    )
