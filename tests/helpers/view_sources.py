"""Peaks and spectrograms whose answer is known, for what draws them."""

import numpy as np

from core.domain.views import PeakColumns, SpectrogramPatch


class FlatPeaks:
    """A wave of one height from zero to `known_s`; after that nothing is known."""

    def __init__(self, height: float = 0.5, n_channels: int = 2, known_s: float = 1e9) -> None:
        self.n_channels = n_channels
        self.height = height
        self.known_s = known_s
        self.asked: list[tuple[float, float, int]] = []

    def columns(self, start_s: float, end_s: float, n_columns: int) -> PeakColumns:
        self.asked.append((start_s, end_s, n_columns))
        edges_s = np.linspace(start_s, end_s, n_columns + 1)
        high = np.full((self.n_channels, n_columns), self.height, np.float32)
        high[:, edges_s[1:] > self.known_s] = np.nan
        return PeakColumns(-high, high)


class ToneSpectrogram:
    """One loud line at a frequency over a silent ground."""

    def __init__(self, tone_hz: float = 1000.0, high_hz: float = 8000.0, n_bins: int = 513) -> None:
        self.tone_hz = tone_hz
        self.high_hz = high_hz
        self.n_bins = n_bins

    def patch(self, start_s: float, end_s: float, n_columns: int) -> SpectrogramPatch:
        levels = np.zeros((self.n_bins, n_columns), np.uint8)
        levels[round(self.tone_hz / self.high_hz * (self.n_bins - 1))] = 255
        return SpectrogramPatch(levels, start_s, end_s, self.high_hz)
