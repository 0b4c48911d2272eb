"""How much an object moves beyond what is around it, from its mask track and optical flow.

Only the stretches of time that are asked for are decoded, at no more than ten pictures a second
and shrunk, so that length costs neither memory nor much time.

Letters in shapes: K pictures, H, W pixels, T moments.
"""

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.pictures import Frame, PictureSource, Pixels

PICTURE_GAP_S = 0.1
LARGEST_GAP_S = 0.5
LONG_SIDE_PX = 160
SMALLEST_REGION_PX = 4
"""Of the shrunken mask; fewer pixels have no flow to speak of."""
LEAST_OUTSIDE = 0.1
QUICKEST = 0.9
LARGEST_TRACK_GAP_S = 0.5

Times = npt.NDArray[np.float64]
Values = npt.NDArray[np.float64]
Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class MotionEnergy:
    """Speed of the object against its surroundings, in pixels per tenth of a second.

    Pixels are those of the shrunken picture around the object, `LONG_SIDE_PX` long.

    Attributes:
        times_s: (K,) rising media times, each the middle between two pictures.
        values: (K,) not negative.
    """

    times_s: Times
    values: Values

    def at(self, times_s: Times) -> Values:
        """Return the energy at (T,) media times, NaN where nothing was seen close by."""
        if len(self.times_s) == 0:
            return np.full(len(times_s), np.nan)
        found = np.interp(times_s, self.times_s, self.values)
        right = np.clip(np.searchsorted(self.times_s, times_s), 0, len(self.times_s) - 1)
        left = np.maximum(right - 1, 0)
        nearest = np.minimum(
            np.abs(self.times_s[right] - times_s), np.abs(self.times_s[left] - times_s)
        )
        found[nearest > 2 * PICTURE_GAP_S] = np.nan
        return found


def motion_energy(
    picture: PictureSource,
    tracks: Sequence[MaskTrack],
    stretches_s: Sequence[tuple[float, float]],
    checkpoint: Callable[[], None],
) -> MotionEnergy:
    """Return how much the object of `tracks` moves during the given stretches of media time.

    Args:
        picture: read on this thread.
        tracks: masks of one object; where there are several, of any of them.
        stretches_s: rising (start, end) in media seconds.
        checkpoint: called at every picture; may raise to stop.

    Raises:
        MediaError: a picture cannot be decoded.
    """
    times, values = [], []
    for start_s, end_s in stretches_s:
        frames = _sparse_frames(picture, start_s, end_s, checkpoint)
        for former, latter in itertools.pairwise(frames):
            gap_s = latter.time_s - former.time_s
            mask = _mask_at(tracks, former)
            speed = _excess_speed(former, latter, mask) if mask is not None else None
            if speed is not None and gap_s < LARGEST_GAP_S:
                times.append(former.time_s + 0.5 * gap_s)
                values.append(speed * PICTURE_GAP_S / gap_s)
    order = np.argsort(times, kind="stable")
    return MotionEnergy(np.asarray(times, float)[order], np.asarray(values, float)[order])


def _sparse_frames(
    picture: PictureSource, start_s: float, end_s: float, checkpoint: Callable[[], None]
) -> Iterator[Frame]:
    """Yield frames of the stretch that are at least about `PICTURE_GAP_S` apart."""
    next_s = -np.inf
    first_pts = picture.pts_at(max(start_s - PICTURE_GAP_S, picture.time_s(picture.pts_table[0])))
    for frame in picture.frames(first_pts, picture.pts_at(end_s + PICTURE_GAP_S)):
        checkpoint()
        if frame.time_s >= next_s:
            yield frame
            # A quarter of slack: at 25 pictures a second it is every second or third, evenly.
            next_s = frame.time_s + 0.75 * PICTURE_GAP_S


def _mask_at(tracks: Sequence[MaskTrack], frame: Frame) -> Mask | None:
    """Return the masks of all tracks near this frame, joined, or None where there are none."""
    found = [mask for track in tracks if (mask := _nearest(track, frame.time_s)) is not None]
    if not found:
        return None
    joined = found[0].unpack()
    for mask in found[1:]:
        joined |= mask.unpack()
    return joined


def _nearest(track: MaskTrack, time_s: float) -> TrackedMask | None:
    if not track.masks:
        return None
    place = bisect.bisect_right(track.masks, time_s, key=track.time_s)
    near = track.masks[max(0, place - 1) : place + 1]
    best = min(near, key=lambda mask: abs(track.time_s(mask) - time_s))
    return best if abs(track.time_s(best) - time_s) <= LARGEST_TRACK_GAP_S else None


def _excess_speed(former: Frame, latter: Frame, mask: Mask) -> float | None:
    """Return how fast the quickest parts inside `mask` move beyond what is around them.

    The quickest tenth rather than the mean: of a talking face only the mouth moves.
    """
    place = _surroundings(mask)
    if place is None:
        return None
    inside = _shrunken(mask[place].astype(np.float32)) > 0.5
    if int(inside.sum()) < SMALLEST_REGION_PX:
        return None
    flow = _flow(_grey(former.pixels[place]), _grey(latter.pixels[place]))  # (H, W, 2)
    outside = ~inside
    # Where the object fills the picture, what most of it does is taken for the camera's doing.
    still = outside if outside.mean() > LEAST_OUTSIDE else np.ones_like(inside)
    speed = np.linalg.norm(flow - np.median(flow[still], axis=0), axis=2)
    around = float(np.median(speed[still]))
    return max(0.0, float(np.quantile(speed[inside], QUICKEST)) - around)


def _surroundings(mask: Mask) -> tuple[slice, slice] | None:
    """Return rows and columns of the object with a margin of a quarter, None for no object.

    Only these are looked at, so that small things are seen as large as big ones.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return _widened(rows, mask.shape[0]), _widened(columns, mask.shape[1])


def _widened(covered: npt.NDArray[np.intp], limit: int) -> slice:
    first, last = int(covered[0]), int(covered[-1]) + 1
    margin = max(8, (last - first) // 4)
    return slice(max(0, first - margin), min(limit, last + margin))


def _shrunken(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a picture of any kind with a long side of about `LONG_SIDE_PX`."""
    height, width = picture.shape[:2]
    factor = LONG_SIDE_PX / max(height, width)
    size = max(16, round(width * factor)), max(16, round(height * factor))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=way))


def _grey(pixels: Pixels) -> Grey:
    return np.asarray(cv2.cvtColor(_shrunken(pixels), cv2.COLOR_RGB2GRAY), np.uint8)


def _flow(former: Grey, latter: Grey) -> npt.NDArray[np.float32]:
    # Made anew each time: the object is cheap, and keeping one would be state between jobs.
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    start = np.zeros((*former.shape, 2), np.float32)
    return np.asarray(dis.calc(former, latter, start), np.float32)
