"""A picture from a file as a video of one frame, so that engines can be shown it.

Letters in shapes: H, W pixels.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import MaskTrack, TrackedMask
from core.domain.pictures import Frame, Pixels
from core.domain.prompts import Box, RegionPrompt
from core.errors import MediaError

_PTS = 0


class StillPicture:
    """One frame, on screen from the start on. A `PictureSource`."""

    def __init__(self, pixels: Pixels) -> None:
        self._frame = Frame(pixels, _PTS, 0.0)

    @property
    def width_px(self) -> int:
        return int(self._frame.pixels.shape[1])

    @property
    def height_px(self) -> int:
        return int(self._frame.pixels.shape[0])

    @property
    def pts_table(self) -> npt.NDArray[np.int64]:
        return np.array([_PTS], np.int64)

    def time_s(self, pts: int) -> float:
        self._check(pts)
        return 0.0

    def pts_at(self, time_s: float) -> int:  # noqa: ARG002 - the same picture at all times
        return _PTS

    def frame_at(self, pts: int) -> Frame:
        self._check(pts)
        return self._frame

    def frames(self, first_pts: int, last_pts: int) -> Iterator[Frame]:
        if first_pts <= _PTS <= last_pts:
            yield self._frame

    def whole(self) -> tuple[RegionPrompt, MaskTrack]:
        """Return a box around all of the picture, and its track."""
        box = Box(0, 0, self.width_px, self.height_px, _PTS)
        mask = np.ones((self.height_px, self.width_px), np.bool_)
        track = MaskTrack(Fraction(1), Fraction(0), (TrackedMask.pack(_PTS, mask),))
        return RegionPrompt(boxes=(box,)), track

    @staticmethod
    def _check(pts: int) -> None:
        if pts != _PTS:
            raise MediaError(f"a still has no frame {pts}", advice="Ask for frame 0.")


def read_still(path: Path) -> StillPicture:
    """Return the picture in a file.

    Raises:
        MediaError: it is not there, or is no picture.
    """
    # Not `imread`: on Windows it cannot open names with letters outside the system's own.
    try:
        found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        found = None
    if found is None:
        raise MediaError(
            f"{path} cannot be read as a picture", advice=f"Remove or replace “{path.name}”."
        )
    return StillPicture(np.ascontiguousarray(found[:, :, ::-1]))
