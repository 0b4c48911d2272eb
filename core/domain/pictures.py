"""Frames of a video, and the door through which they are read.

Place is always given in frame pixels of the upright picture, origin top left, `(x, y)`.
Letters in shapes: H, W pixels; K frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""uint8, (H, W, 3), RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright picture: RGB uint8 (H, W, 3), known by its `pts`, shown from `time_s` on."""

    pixels: Pixels
    pts: int
    time_s: float

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != np.uint8:
            raise ValueError(
                f"pixels must be uint8 (H, W, 3), got {self.pixels.dtype} {self.pixels.shape}"
            )


@runtime_checkable
class PictureSource(Protocol):
    """Frames by pts. One object belongs to one thread; open another for another thread."""

    @property
    def width_px(self) -> int: ...

    @property
    def height_px(self) -> int: ...

    @property
    def pts_table(self) -> npt.NDArray[np.int64]:
        """(K,) the pts of every frame, rising."""
        ...

    def time_s(self, pts: int) -> float:
        """Return the media time at which the frame `pts` is shown."""
        ...

    def pts_at(self, time_s: float) -> int:
        """Return the pts of the frame on screen at `time_s`: the last that starts by then.

        Before the first frame this is the first.
        """
        ...

    def frame_at(self, pts: int) -> Frame:
        """Return exactly the frame `pts`.

        Raises:
            MediaError: there is no such frame, or it cannot be decoded.
        """
        ...

    def frames(self, first_pts: int, last_pts: int) -> Iterator[Frame]:
        """Yield the frames `first_pts <= pts <= last_pts` in order, decoding once."""
        ...
