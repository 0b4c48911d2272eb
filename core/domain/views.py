"""What the timeline needs of a sound in order to draw it at any zoom: peaks and spectrogram.

Widgets draw through these doors and never learn where the numbers come from. Both answer within a
few milliseconds at any zoom, and both may be asked while the file is still being read: what is
not known yet is drawn as nothing.

Letters in shapes: C channels, X columns of the view, F frequency bins, T spectrogram frames.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class PeakColumns:
    """Lowest and highest sample per channel and column; NaN where nothing is known yet."""

    low: npt.NDArray[np.float32]  # (C, X)
    high: npt.NDArray[np.float32]  # (C, X)


class PeakSource(Protocol):
    """Waveform at any zoom."""

    @property
    def n_channels(self) -> int: ...

    def columns(self, start_s: float, end_s: float, n_columns: int) -> PeakColumns:
        """Return peaks of `n_columns` equal stretches of media time from `start_s` to `end_s`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SpectrogramPatch:
    """A piece of spectrogram: uint8 levels (F, T), bin 0 lowest, and where it lies."""

    levels: npt.NDArray[np.uint8]  # (F, T): 0 is `floor_db`, 255 is 0 dBFS
    start_s: float
    end_s: float
    high_hz: float
    """Frequency of the top edge; the bins are evenly spaced in hertz from zero."""
    floor_db: float = -120.0


class SpectrogramSource(Protocol):
    """Spectrogram at any zoom, channels folded into one picture (their loudest)."""

    def patch(self, start_s: float, end_s: float, n_columns: int) -> SpectrogramPatch:
        """Return levels that cover at least the given media time.

        T is between `n_columns / 2` and `4 * n_columns` where the resolution of the analysis
        allows it, so that the caller has little left to shrink.
        """
        ...
