"""Spectrogram at any zoom: uint8 levels in decibels, thinned four to one over time by maximum.

Letters in shapes: C channels, N samples, F frequency bins, T spectrogram frames.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.domain.audio import AudioSource, Samples
from core.domain.views import SpectrogramPatch
from core.media.row_file import RowFile

FLOOR_DB = -120.0
_WINDOW_S = 0.046  # 2048 samples at 44.1 kHz
_HOPS_PER_WINDOW = 4
_MAX_BINS = 512
_THINNING = 4
_N_LEVELS = 8  # 4^7 frames of 12 ms are three minutes: 1500 columns show three days
_BATCH = 128
_TURNED_AT_ONCE = 64  # frames; a whole patch would miss the processor's cache with every byte

Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SpectrogramShape:
    """How a sound of a given rate is analysed."""

    sample_rate_hz: int
    n_fft: int
    hop_samples: int
    n_folded: int
    """Neighbouring bins of the transform that become one stored bin."""
    n_bins: int

    @classmethod
    def for_rate(cls, sample_rate_hz: int) -> "SpectrogramShape":
        """Return windows of about 46 ms, a power of two, and at most 512 bins."""
        n_fft = 1 << max(6, round(np.log2(_WINDOW_S * sample_rate_hz)))
        n_folded = max(1, n_fft // 2 // _MAX_BINS)
        n_bins = n_fft // 2 // n_folded
        return cls(sample_rate_hz, n_fft, n_fft // _HOPS_PER_WINDOW, n_folded, n_bins)

    @property
    def high_hz(self) -> float:
        return self.sample_rate_hz / 2


class SpectrogramTiles:
    """A `SpectrogramSource` on disk, readable while it is still being written."""

    def __init__(
        self, shape: SpectrogramShape, start_s: float, levels: tuple[RowFile, ...]
    ) -> None:
        self.shape = shape
        self._start_s = start_s
        self._levels = levels

    @property
    def n_ready(self) -> int:
        """Frames of the finest level that are known."""
        return self._levels[0].n_rows

    def patch(self, start_s: float, end_s: float, n_columns: int) -> SpectrogramPatch:
        """Return levels that cover `start_s` to `end_s`; what is not known is the floor, 0."""
        if n_columns < 1 or not end_s > start_s:
            raise ValueError(f"{n_columns} columns from {start_s} s to {end_s} s")
        hop_s = self.shape.hop_samples / self.shape.sample_rate_hz
        # Frame t looks at samples around t * hop, so its cell reaches half a hop to either side.
        zero_s = self._start_s - hop_s / 2
        level = 0
        while level + 1 < _N_LEVELS and (end_s - start_s) / hop_s > 2 * n_columns:
            hop_s *= _THINNING
            level += 1
        first = int(np.floor((start_s - zero_s) / hop_s))
        stop = max(first + 1, int(np.ceil((end_s - zero_s) / hop_s)))
        levels = np.zeros((self.shape.n_bins, stop - first), np.uint8)
        known = self._levels[level].read(max(0, first), stop)
        offset = max(0, first) - first
        for n in range(0, len(known), _TURNED_AT_ONCE):
            turned = known[n : n + _TURNED_AT_ONCE].T
            levels[:, offset + n : offset + n + turned.shape[1]] = turned
        return SpectrogramPatch(
            levels,
            zero_s + first * hop_s,
            zero_s + stop * hop_s,
            self.shape.high_hz,
            FLOOR_DB,
        )

    def close(self) -> None:
        for level in self._levels:
            level.close()

    @classmethod
    def open(cls, source: AudioSource, folder: Path) -> "SpectrogramTiles":
        """Open what a `SpectrogramWriter` left in `folder`. Raises `OSError`."""
        shape = SpectrogramShape.for_rate(source.sample_rate_hz)
        return cls(shape, source.start_s, _open_levels(folder, shape, is_new=False))


def _open_levels(folder: Path, shape: SpectrogramShape, *, is_new: bool) -> tuple[RowFile, ...]:
    return tuple(
        RowFile(folder / f"tiles_{k}.u8", np.uint8, shape.n_bins, is_new=is_new)
        for k in range(_N_LEVELS)
    )


class SpectrogramWriter:
    """Builds the tiles from blocks of sound in order; `tiles` can be read meanwhile."""

    def __init__(self, source: AudioSource, folder: Path) -> None:
        self.shape = SpectrogramShape.for_rate(source.sample_rate_hz)
        self._levels = _open_levels(folder, self.shape, is_new=True)
        self.tiles = SpectrogramTiles(self.shape, source.start_s, self._levels)
        window = np.hanning(self.shape.n_fft + 1)[:-1]
        # A full-scale sine reads 0 dB.
        self._window = (window * 2 / window.sum()).astype(np.float32)
        # Half a window of silence before the sound centres frame 0 on sample 0.
        self._waiting: Samples = np.zeros((source.n_channels, self.shape.n_fft // 2), np.float32)
        self._n_samples = 0
        self._unthinned = [np.zeros((0, self.shape.n_bins), np.uint8) for _ in range(_N_LEVELS)]

    def write(self, samples: Samples) -> None:
        """Take float32 (C, n) that follow what came before."""
        self._n_samples += samples.shape[1]
        self._waiting = np.concatenate([self._waiting, samples], axis=1)
        n_fft, hop = self.shape.n_fft, self.shape.hop_samples
        n_frames = (self._waiting.shape[1] - n_fft) // hop + 1
        for first in range(0, n_frames, _BATCH):
            n_batch = min(_BATCH, n_frames - first)
            piece = self._waiting[:, first * hop : (first + n_batch - 1) * hop + n_fft]
            self._push(0, self._analyse(piece))
        if n_frames > 0:
            self._waiting = self._waiting[:, n_frames * hop :].copy()

    def finish(self) -> None:
        """Analyse the tail, padded with silence, and close every level."""
        n_written = self._levels[0].n_rows
        n_missing = -(-self._n_samples // self.shape.hop_samples) - n_written
        if n_missing > 0:
            n_wanted = (n_missing - 1) * self.shape.hop_samples + self.shape.n_fft
            n_pad = max(0, n_wanted - self._waiting.shape[1])
            piece = np.pad(self._waiting, ((0, 0), (0, n_pad)))[:, :n_wanted]
            self._push(0, self._analyse(piece))
        for k, level in enumerate(self._levels):
            rest = self._unthinned[k]
            if k + 1 < _N_LEVELS and len(rest):
                self._push(k + 1, rest.max(axis=0, keepdims=True))
            level.finish_writing()

    def _analyse(self, piece: Samples) -> Levels:
        """Return levels (T, F) of every frame in `piece` (C, n): the loudest channel."""
        # Eight times as quick as NumPy's in float32, and imported late: the window opens before.
        from scipy import fft

        frames = np.lib.stride_tricks.sliding_window_view(piece, self.shape.n_fft, axis=1)
        loudest = np.zeros(1, np.float32)
        for channel in frames[:, :: self.shape.hop_samples]:
            spectrum = fft.rfft(channel * self._window, axis=1)
            power = np.square(spectrum.real) + np.square(spectrum.imag)
            loudest = np.maximum(loudest, power)
        # The top bin (half the rate) joins its neighbour, so that bins fold evenly.
        n_kept = self.shape.n_bins * self.shape.n_folded
        loudest[:, n_kept - 1] = np.maximum(loudest[:, n_kept - 1], loudest[:, n_kept])
        folded = loudest[:, : n_kept : self.shape.n_folded]
        for n in range(1, self.shape.n_folded):
            folded = np.maximum(folded, loudest[:, n : n_kept : self.shape.n_folded])
        level_db = 10 * np.log10(np.maximum(folded, np.float32(1e-12)))
        levels = np.rint((level_db / -FLOOR_DB + 1) * 255)
        return np.asarray(np.clip(levels, 0, 255), np.uint8)

    def _push(self, k: int, rows: Levels) -> None:
        """Append rows (T, F) to level `k`, and every four of them as one to the level above."""
        self._levels[k].append(rows)
        if k + 1 == _N_LEVELS:
            return
        rows = np.concatenate([self._unthinned[k], rows])
        n_whole = len(rows) // _THINNING * _THINNING
        self._unthinned[k] = rows[n_whole:].copy()
        if n_whole:
            self._push(k + 1, rows[:n_whole].reshape(-1, _THINNING, rows.shape[1]).max(axis=1))
