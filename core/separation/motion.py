"""How much an object moves beyond what moves around it, from its mask track and optical flow.

Only the stretches of time that are asked for are decoded, at no more than ten pictures a second
and shrunk, so that length costs neither memory nor much time.

Letters in shapes: K pictures, H, W pixels, T moments.
"""

import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.pictures import Frame, PictureSource

PICTURE_GAP_S = 0.1
LONG_SIDE_PX = 192
SMALLEST_REGION_PX = 4
"""Of the shrunken mask; fewer pixels have no flow to speak of."""
LARGEST_TRACK_GAP_S = 0.5

Times = npt.NDArray[np.float64]
Values = npt.NDArray[np.float64]
Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class MotionEnergy:
    """Speed of the object against its surroundings, in shrunken pixels a picture.

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
        former: tuple[Frame, Grey] | None = None
        for frame in _sparse_frames(picture, start_s, end_s, checkpoint):
            grey = _shrunken(frame)
            if former is not None and 0 < frame.time_s - former[0].time_s < 5 * PICTURE_GAP_S:
                mask = _mask_at(tracks, former[0])
                speed = _excess_speed(former[1], grey, mask) if mask is not None else None
                if speed is not None:
                    gap_s = frame.time_s - former[0].time_s
                    times.append(former[0].time_s + 0.5 * gap_s)
                    values.append(speed * PICTURE_GAP_S / gap_s)
            former = frame, grey
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


def _shrunken(frame: Frame) -> Grey:
    height, width = frame.pixels.shape[:2]
    factor = min(1.0, LONG_SIDE_PX / max(height, width))
    size = max(16, round(width * factor)), max(16, round(height * factor))
    small = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


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


def _excess_speed(former: Grey, latter: Grey, mask: Mask) -> float | None:
    """Return the mean speed inside `mask` less that outside, both against the camera's own."""
    size = former.shape[1], former.shape[0]
    inside = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    if int(inside.sum()) < SMALLEST_REGION_PX:
        return None
    flow = _flow(former, latter)  # (H, W, 2)
    outside = ~inside
    if not outside.any():
        return float(np.linalg.norm(flow, axis=2).mean())
    camera = np.median(flow[outside], axis=0)
    speed = np.linalg.norm(flow - camera, axis=2)
    return max(0.0, float(speed[inside].mean() - speed[outside].mean()))


def _flow(former: Grey, latter: Grey) -> npt.NDArray[np.float32]:
    # Made anew each time: the object is cheap, and keeping one would be state between jobs.
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    start = np.zeros((*former.shape, 2), np.float32)
    return np.asarray(dis.calc(former, latter, start), np.float32)
