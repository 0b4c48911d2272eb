"""Moving pictures whose answer is known, and a `PictureSource` made of arrays."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Frame, Pixels


class ArrayPictures:
    """Frames held in memory, one every `step` pts of 1/90000 s."""

    def __init__(self, frames: list[Pixels], rate_hz: int = 25) -> None:
        self.time_base = Fraction(1, 90_000)
        self.origin_s = Fraction(0)
        self._frames = frames
        step = 90_000 // rate_hz
        self._pts = np.arange(len(frames), dtype=np.int64) * step

    @property
    def width_px(self) -> int:
        return int(self._frames[0].shape[1])

    @property
    def height_px(self) -> int:
        return int(self._frames[0].shape[0])

    @property
    def pts_table(self) -> npt.NDArray[np.int64]:
        return self._pts

    def time_s(self, pts: int) -> float:
        return float(pts * self.time_base - self.origin_s)

    def pts_at(self, time_s: float) -> int:
        place = int(np.searchsorted(self._pts, round(time_s * 90_000), side="right")) - 1
        return int(self._pts[max(0, place)])

    def frame_at(self, pts: int) -> Frame:
        place = int(np.searchsorted(self._pts, pts))
        return Frame(self._frames[place], int(self._pts[place]), self.time_s(pts))

    def frames(self, first_pts: int, last_pts: int) -> Iterator[Frame]:
        for pts in self._pts:
            if first_pts <= pts <= last_pts:
                yield self.frame_at(int(pts))


def disc_mask(width_px: int, height_px: int, x_px: float, y_px: float, radius_px: float) -> Mask:
    y, x = np.mgrid[0:height_px, 0:width_px]
    return np.asarray((x - x_px) ** 2 + (y - y_px) ** 2 <= radius_px**2, np.bool_)


def background(width_px: int, height_px: int, seed: int = 0) -> Pixels:
    """A smooth, coloured, slightly textured backdrop."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    base = np.stack(
        [60 + 40 * x / width_px, 90 + 30 * y / height_px, 70 + 20 * np.sin(x / 17)], axis=2
    )
    return np.clip(base + random.normal(0, 6, base.shape), 0, 255).astype(np.uint8)


def moving_disc(
    n_frames: int = 30,
    width_px: int = 160,
    height_px: int = 120,
    radius_px: float = 18,
    speed_px: float = 2.0,
) -> tuple[list[Pixels], list[Mask]]:
    """A red, spotted disc moving right over a backdrop; frames and the true masks."""
    backdrop = background(width_px, height_px)
    y, x = np.mgrid[0:height_px, 0:width_px]
    frames, masks = [], []
    for k in range(n_frames):
        x_px, y_px = 40 + speed_px * k, height_px / 2
        mask = disc_mask(width_px, height_px, x_px, y_px, radius_px)
        frame = backdrop.copy()
        spots = (np.sin((x - x_px) / 3.0) * np.sin((y - y_px) / 3.0) > 0).astype(np.uint8)
        frame[mask] = np.stack([200 + 0 * x, 30 + 40 * spots, 40 + 0 * x], axis=2)[mask]
        frames.append(frame)
        masks.append(mask)
    return frames, masks
