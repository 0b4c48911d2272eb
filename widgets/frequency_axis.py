"""How hertz map onto the height of the spectrogram: logarithmic, mel or linear, at any zoom.

Letters in shapes: F frequency bins, Y rows of the picture.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.units import hz_to_mel, mel_to_hz

LOWEST_LOG_HZ = 30.0
"""A logarithm has no zero; nothing much is heard below this."""

_LINEAR_STEPS_HZ = (10, 20, 50, 100, 200, 500, 1000, 2000, 2500, 5000, 10_000, 20_000)
_ROUND_STOPS_HZ = (*(digit * 10**power for digit in (1, 5, 2) for power in range(2, 6)), 50)
_SHORTEST = 0.02


class FrequencyScale(StrEnum):
    """The law that gives each frequency its height."""

    LOG = "log"
    MEL = "mel"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class FrequencyAxis:
    """What part of 0 to `top_hz` is shown, and by which law.

    `low` and `high` are heights of the whole scale, 0 at the bottom and 1 at the top, so that
    a zoom means the same in every law.
    """

    top_hz: float = 24_000.0
    scale: FrequencyScale = FrequencyScale.MEL
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not (self.top_hz > LOWEST_LOG_HZ and 0.0 <= self.low < self.high <= 1.0):
            raise ValueError(f"axis to {self.top_hz} Hz showing {self.low} to {self.high}")

    @property
    def is_fitted(self) -> bool:
        return self.low == 0.0 and self.high == 1.0

    def to_hz(self, height: float) -> float:
        """Return the frequency at `height`, 0 at the bottom of the view and 1 at its top."""
        place = min(1.0, max(0.0, self.low + height * (self.high - self.low)))
        if self.scale is FrequencyScale.LINEAR:
            return place * self.top_hz
        if self.scale is FrequencyScale.MEL:
            return min(self.top_hz, mel_to_hz(place * hz_to_mel(self.top_hz)))
        return min(self.top_hz, LOWEST_LOG_HZ * float((self.top_hz / LOWEST_LOG_HZ) ** place))

    def to_height(self, frequency_hz: float) -> float:
        """Return the height of a frequency in the view; below 0 or above 1 where not shown."""
        if self.scale is FrequencyScale.LINEAR:
            place = frequency_hz / self.top_hz
        elif self.scale is FrequencyScale.MEL:
            place = hz_to_mel(max(0.0, frequency_hz)) / hz_to_mel(self.top_hz)
        else:
            ratio = max(frequency_hz, 1e-3) / LOWEST_LOG_HZ
            place = math.log(ratio) / math.log(self.top_hz / LOWEST_LOG_HZ)
        return (place - self.low) / (self.high - self.low)

    def zoomed(self, factor: float, about: float) -> "FrequencyAxis":
        """Return the axis showing `factor` times less, keeping the height `about` in place."""
        length = min(1.0, max(_SHORTEST, (self.high - self.low) / factor))
        centre = self.low + about * (self.high - self.low)
        low = min(max(0.0, centre - about * length), 1.0 - length)
        return replace(self, low=low, high=min(1.0, low + length))

    def panned(self, by: float) -> "FrequencyAxis":
        """Return the axis moved up by `by` of its own height, stopping at the ends."""
        length = self.high - self.low
        low = min(max(0.0, self.low + by * length), 1.0 - length)
        return replace(self, low=low, high=min(1.0, low + length))

    def row_edges_hz(self, n_rows: int) -> npt.NDArray[np.float64]:
        """Return the `n_rows + 1` frequencies between which the rows lie, lowest first."""
        return np.array([self.to_hz(row / n_rows) for row in range(n_rows + 1)])

    def ticks_hz(self, height_px: float, spacing_px: float = 18) -> tuple[float, ...]:
        """Return round frequencies to label, rising, at least `spacing_px` apart."""
        if height_px <= 0:
            return ()
        wanted: list[float] = []
        for stop_hz in self._stops(height_px / spacing_px):
            y_px = self.to_height(stop_hz) * height_px
            if all(abs(self.to_height(near) * height_px - y_px) >= spacing_px for near in wanted):
                wanted.append(stop_hz)
        return tuple(sorted(wanted))

    def _stops(self, n_most: float) -> tuple[float, ...]:
        """Return candidates, the roundest first; a deep zoom needs finer ones than 1-5-2."""
        low_hz, high_hz = self.to_hz(0.0), self.to_hz(1.0)
        round_ones = tuple(float(stop) for stop in _ROUND_STOPS_HZ if low_hz <= stop <= high_hz)
        if self.scale is not FrequencyScale.LINEAR and len(round_ones) >= 3:
            return round_ones
        wanted_hz = (high_hz - low_hz) / max(1.0, n_most)
        step = next((step for step in _LINEAR_STEPS_HZ if step >= wanted_hz), 20_000)
        first = math.ceil(low_hz / step)
        return tuple(float(count * step) for count in range(first, int(high_hz // step) + 1))
