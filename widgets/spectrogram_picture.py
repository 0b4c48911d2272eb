"""Levels of a spectrogram laid onto the rows and columns of a view, still as uint8.

Colour comes afterwards through a table of 256 entries, so that another dB range or colour map
touches no level. Several bins or frames that share a pixel give their loudest, as a peak that
vanishes at some zoom would be a lie; where one bin spreads over several pixels it is blended
into the next, as a staircase would be one too.

Letters in shapes: F frequency bins, T spectrogram frames, Y rows and X columns of the picture.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.domain.views import SpectrogramPatch
from widgets.frequency_axis import FrequencyAxis

Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class _Blend:
    """Linear blend of `first` and the one after it, by `weight` of 256."""

    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    weight: npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class _RowMap:
    """Low rows blend two bins, high rows take the loudest of many."""

    blend: _Blend
    pools: tuple[tuple[int, int], ...]


def lay_out(
    patch: SpectrogramPatch,
    span_s: tuple[float, float],
    axis: FrequencyAxis,
    size_px: tuple[int, int],
) -> Levels:
    """Return the levels of media time `span_s` as (Y, X) uint8, row 0 at the top.

    Args:
        patch: levels (F, T) that cover the span.
        span_s: media time of the left edge of column 0 and the right edge of the last one.
        axis: which frequencies the rows stand for.
        size_px: (X, Y) of the picture.
    """
    n_columns, n_rows = size_px
    seen, place = _crop(patch, span_s, n_columns)
    # rows first: a view has fewer of them than the analysis has bins
    levels = _gather_rows(seen, _row_map(axis, seen.shape[0], patch.high_hz, n_rows))
    levels, place = _halve(levels, place, n_columns)
    if levels.shape[1] >= n_columns:
        return _pool_columns(levels, place)
    across = _blend_at(place, levels.shape[1])
    return _mix(levels[:, across.first], levels[:, across.second], across.weight)


def level_at(patch: SpectrogramPatch, time_s: float, frequency_hz: float) -> float | None:
    """Return the level there in dB, or None outside the patch."""
    n_bins, n_frames = patch.levels.shape
    if not (patch.start_s <= time_s < patch.end_s and 0.0 <= frequency_hz <= patch.high_hz):
        return None
    frame = int((time_s - patch.start_s) / (patch.end_s - patch.start_s) * n_frames)
    bin_ = round(frequency_hz / patch.high_hz * (n_bins - 1))
    level = int(patch.levels[bin_, min(frame, n_frames - 1)])
    return patch.floor_db * (1.0 - level / 255.0)


def _crop(
    patch: SpectrogramPatch, span_s: tuple[float, float], n_columns: int
) -> tuple[Levels, npt.NDArray[np.float64]]:
    """Return the frames that are seen, and where among them each column's middle lies."""
    n_frames = patch.levels.shape[1]
    per_s = n_frames / max(1e-9, patch.end_s - patch.start_s)
    middles_s = span_s[0] + (np.arange(n_columns) + 0.5) / n_columns * (span_s[1] - span_s[0])
    place = (middles_s - patch.start_s) * per_s - 0.5
    first = min(max(0, int(np.floor(place[0]))), n_frames - 1)
    last = max(first + 1, min(n_frames, int(np.ceil(place[-1])) + 2))
    return patch.levels[:, first:last], place - first


def _halve(
    levels: Levels, place: npt.NDArray[np.float64], n_columns: int
) -> tuple[Levels, npt.NDArray[np.float64]]:
    """Take the louder of neighbouring frames until there are less than two for each column."""
    while levels.shape[1] >= 2 * n_columns:
        even = levels.shape[1] // 2 * 2
        levels = np.maximum(levels[:, 0:even:2], levels[:, 1:even:2])
        place = (place - 0.5) / 2
    return levels, place


def _pool_columns(levels: Levels, place: npt.NDArray[np.float64]) -> Levels:
    """Return the loudest of the one or two frames that each column holds."""
    half = (place[-1] - place[0]) / max(1, place.size - 1) / 2
    first = np.rint(place + 0.5 - half).astype(np.intp)
    last = np.rint(place + 0.5 + half).astype(np.intp) - 1
    n_last = levels.shape[1] - 1
    one = np.take(levels, np.clip(first, 0, n_last), axis=1)
    other = np.take(levels, np.clip(last, 0, n_last), axis=1)
    return np.asarray(np.maximum(one, other, out=one))


@lru_cache(maxsize=4)
def _row_map(axis: FrequencyAxis, n_bins: int, high_hz: float, n_rows: int) -> _RowMap:
    edges = np.clip(axis.row_edges_hz(n_rows) / high_hz * (n_bins - 1), 0.0, n_bins - 1)
    low, high = edges[:-1], edges[1:]
    # widths rise with frequency in every law, so the blended rows are the lowest ones
    n_blended = int(np.searchsorted(high - low, 1.0)) if n_rows else 0
    middles = (low[:n_blended] + high[:n_blended]) / 2
    pools = tuple(
        (int(start), max(int(start) + 1, int(stop)))
        for start, stop in zip(np.rint(low[n_blended:]), np.rint(high[n_blended:]), strict=True)
    )
    return _RowMap(_blend_at(middles, n_bins), pools)


def _gather_rows(levels: Levels, rows: _RowMap) -> Levels:
    n_blended = rows.blend.first.size
    picture = np.empty((n_blended + len(rows.pools), levels.shape[1]), np.uint8)
    picture[:n_blended] = _mix(
        levels[rows.blend.first], levels[rows.blend.second], rows.blend.weight[:, np.newaxis]
    )
    for row, (start, stop) in enumerate(rows.pools, start=n_blended):
        np.max(levels[start:stop], axis=0, out=picture[row])
    return picture[::-1]


def _blend_at(place: npt.NDArray[np.float64], n_values: int) -> _Blend:
    place = np.clip(place, 0.0, n_values - 1)
    first = np.floor(place).astype(np.intp)
    weight = np.rint((place - first) * 256).astype(np.uint16)
    return _Blend(first, np.minimum(first + 1, n_values - 1), weight)


def _mix(first: Levels, second: Levels, weight: npt.NDArray[np.uint16]) -> Levels:
    # at most 255 * 256, which uint16 just holds
    return ((first * (256 - weight) + second * weight) >> 8).astype(np.uint8)
