"""Waveform at any zoom: lowest and highest sample of every 256, 4096 and 65536, and raw below.

Letters in shapes: C channels, N samples, X columns of the view.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.domain.audio import AudioSource, Samples
from core.domain.views import PeakColumns
from core.media.row_file import RowFile

BLOCKS = (256, 4096, 65536)
"""Samples in one pair of peaks, per level; each is a multiple of the one before."""

Peaks = npt.NDArray[np.float32]


class PeakPyramid:
    """A `PeakSource` over a sound on disk, readable while it is still being written."""

    def __init__(self, source: AudioSource, levels: tuple[RowFile, ...]) -> None:
        """Take one file per entry of `BLOCKS`; rows are C lowest, then C highest, float32."""
        self._source = source
        self._levels = levels

    @property
    def n_channels(self) -> int:
        return self._source.n_channels

    @property
    def n_ready(self) -> int:
        """Samples whose peaks are known."""
        return min(self._levels[0].n_rows * BLOCKS[0], self._source.n_samples)

    def columns(self, start_s: float, end_s: float, n_columns: int) -> PeakColumns:
        """Return peaks of `n_columns` equal stretches; a column holds at least one sample."""
        if n_columns < 1 or not end_s > start_s:
            raise ValueError(f"{n_columns} columns from {start_s} s to {end_s} s")
        rate_hz = self._source.sample_rate_hz
        edges_s = np.linspace(start_s, end_s, n_columns + 1) - self._source.start_s
        edges = np.floor(edges_s * rate_hz)
        per_column = (edges[-1] - edges[0]) / n_columns
        fitting = [k for k, n_block in enumerate(BLOCKS) if n_block <= per_column]
        if not fitting:
            return self._from_samples(edges.astype(np.int64))
        n_block = BLOCKS[fitting[-1]]
        return self._from_level(fitting[-1], np.floor(edges / n_block).astype(np.int64))

    def close(self) -> None:
        for level in self._levels:
            level.close()

    def _from_samples(self, edges: npt.NDArray[np.int64]) -> PeakColumns:
        first = int(np.clip(edges[0], 0, self.n_ready))
        last = int(np.clip(edges[-1] + 1, first, self.n_ready))
        samples = self._source.read(first, last)
        return _columns(samples, samples, edges - first)

    def _from_level(self, level: int, edges: npt.NDArray[np.int64]) -> PeakColumns:
        first = max(0, int(edges[0]))
        rows = self._levels[level].read(first, int(edges[-1]) + 1)
        low, high = np.split(np.ascontiguousarray(rows.T, np.float32), 2)
        return _columns(low, high, edges - first)

    @classmethod
    def open(cls, source: AudioSource, folder: Path) -> "PeakPyramid":
        """Open what a `PeakWriter` left in `folder`. Raises `OSError`."""
        return cls(source, _open_levels(folder, source.n_channels, is_new=False))


def _columns(low: Samples, high: Samples, edges: npt.NDArray[np.int64]) -> PeakColumns:
    """Reduce (C, n) between `edges` (X + 1,); columns with nothing in them are NaN."""
    n_channels, n_known = low.shape
    columns = np.full((2, n_channels, edges.size - 1), np.nan, np.float32)
    # A column has at least one sample: zoomed in further than that, it repeats its sample.
    stops = np.maximum(edges[1:], edges[:-1] + 1)
    is_known = (edges[:-1] < n_known) & (stops > 0)
    if n_known and is_known.any():
        starts = np.clip(edges[:-1][is_known], 0, n_known - 1)
        stop = int(np.clip(stops[is_known][-1], starts[-1] + 1, n_known))
        # Starts never fall: reduceat takes each up to the next one, the last up to `stop`.
        columns[0][:, is_known] = np.minimum.reduceat(low[:, :stop], starts, axis=1)
        columns[1][:, is_known] = np.maximum.reduceat(high[:, :stop], starts, axis=1)
    return PeakColumns(columns[0], columns[1])


def _open_levels(folder: Path, n_channels: int, *, is_new: bool) -> tuple[RowFile, ...]:
    return tuple(
        RowFile(folder / f"peaks_{n_block}.f32", np.float32, 2 * n_channels, is_new=is_new)
        for n_block in BLOCKS
    )


class PeakWriter:
    """Builds the pyramid from blocks of sound in order; `pyramid` can be read meanwhile."""

    def __init__(self, source: AudioSource, folder: Path) -> None:
        n_channels = source.n_channels
        self._levels = _open_levels(folder, n_channels, is_new=True)
        self.pyramid = PeakPyramid(source, self._levels)
        # What does not fill a block yet: per level the lowest and the highest, (C, n).
        nothing = np.zeros((n_channels, 0), np.float32)
        self._waiting: list[tuple[Samples, Samples]] = [(nothing, nothing) for _ in BLOCKS]

    def write(self, samples: Samples) -> None:
        """Take float32 (C, n) that follow what came before."""
        self._push(0, samples, samples)

    def finish(self) -> None:
        """Write what is left in each level, shorter than a block, as a last pair of peaks."""
        for k, level in enumerate(self._levels):
            low, high = self._waiting[k]
            if low.shape[1]:
                self._emit(k, low.min(axis=1, keepdims=True), high.max(axis=1, keepdims=True))
            level.finish_writing()

    def _push(self, k: int, low: Samples, high: Samples) -> None:
        """Add (C, n) to level `k`: samples for the lowest level, else peaks of the one below."""
        n_group = BLOCKS[k] // (BLOCKS[k - 1] if k else 1)
        old_low, old_high = self._waiting[k]
        low = np.concatenate([old_low, low], axis=1)
        high = np.concatenate([old_high, high], axis=1) if k else low
        n_whole = low.shape[1] // n_group * n_group
        self._waiting[k] = low[:, n_whole:].copy(), high[:, n_whole:].copy()
        if n_whole:
            shape = (low.shape[0], n_whole // n_group, n_group)
            self._emit(
                k,
                low[:, :n_whole].reshape(shape).min(axis=2),
                high[:, :n_whole].reshape(shape).max(axis=2),
            )

    def _emit(self, k: int, low: Samples, high: Samples) -> None:
        """Write peaks (C, n) of level `k`, and pass them on to the level above."""
        self._levels[k].append(np.ascontiguousarray(np.concatenate([low, high]).T))
        if k + 1 < len(BLOCKS):
            self._push(k + 1, low, high)
