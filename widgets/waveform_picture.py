"""Lowest and highest samples per column turned into smooth-edged uint8 coverage.

Coverage is how much of each pixel lies inside the wave. It is worked out directly instead of
being drawn as thousands of lines: one pass over the picture, whatever the zoom.

Letters in shapes: C channels, X columns, Y rows.
"""

import numpy as np
import numpy.typing as npt

from core.domain.views import PeakColumns

Coverage = npt.NDArray[np.uint8]

THINNEST_PX = 1.1
"""Silence is a line, not nothing: nothing means that the sound has not been read yet."""


def lane_edges(n_channels: int, height_px: int, gap_px: int, thinnest_px: int) -> list[slice]:
    """Return the rows of each channel's lane; one lane for all where they would be too thin."""
    n_lanes = n_channels
    if (height_px - gap_px * (n_channels - 1)) / max(1, n_channels) < thinnest_px:
        n_lanes = 1
    lane_px = (height_px - gap_px * (n_lanes - 1)) / max(1, n_lanes)
    starts = [round(lane * (lane_px + gap_px)) for lane in range(n_lanes)]
    return [slice(start, min(height_px, start + max(1, int(lane_px)))) for start in starts]


def cover(peaks: PeakColumns, lanes: list[slice], height_px: int, gain: float = 1.0) -> Coverage:
    """Return (Y, X) uint8, 255 inside the wave; columns that are not known yet stay 0.

    Args:
        peaks: (C, X) each; with fewer lanes than channels the loudest extents are shown.
        lanes: rows of each lane.
        height_px: Y.
        gain: how much the wave is magnified; what leaves its lane is cut.
    """
    low, high = peaks.low, peaks.high
    if len(lanes) < low.shape[0]:
        low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    picture = np.zeros((height_px, low.shape[1]), np.uint8)
    for lane, rows in enumerate(lanes):
        picture[rows] = _cover_lane(low[lane] * gain, high[lane] * gain, rows.stop - rows.start)
    return picture


def unknown_stretches(peaks: PeakColumns) -> list[tuple[int, int]]:
    """Return half-open stretches of columns that are not known in any channel."""
    unknown = np.isnan(peaks.high).all(axis=0)
    edges = np.flatnonzero(np.diff(unknown, prepend=False, append=False))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _cover_lane(
    low: npt.NDArray[np.float32], high: npt.NDArray[np.float32], height_px: int
) -> Coverage:
    low, high = _joined(low, high)
    middle_px = height_px / 2
    top_px = middle_px - np.clip(high, -1.0, 1.0) * middle_px
    bottom_px = middle_px - np.clip(low, -1.0, 1.0) * middle_px
    lacking_px = np.maximum(0.0, THINNEST_PX - (bottom_px - top_px)) / 2
    top_px = np.nan_to_num(top_px - lacking_px, nan=-2.0).astype(np.float32)
    bottom_px = np.nan_to_num(bottom_px + lacking_px, nan=-2.0).astype(np.float32)
    row = np.arange(height_px, dtype=np.float32)[:, np.newaxis]
    inside = np.minimum(bottom_px, row + 1)
    inside -= np.maximum(top_px, row)
    np.clip(inside, 0.0, 1.0, out=inside)
    inside *= 255
    return np.asarray(inside, np.uint8)


def _joined(
    low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Stretch columns until they touch the one before, so that a steep wave has no holes."""
    low, high = low.copy(), high.copy()
    known = ~np.isnan(high[1:])
    high[1:][known] = np.fmax(high[1:], low[:-1])[known]
    low[1:][known] = np.fmin(low[1:], high[:-1])[known]
    return low, high
