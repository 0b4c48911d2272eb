"""Lays the answer of a small, mono, band-limited model on the full-rate, multichannel mix.

A model says how much of target and residual there is in each cell of its own grid. That becomes a
soft mask, drawn anew on the grid of the mix's own transform, one for all channels, and the mix is
cut by it. Stereo image, rate and length survive, and target and residual add up to the mix.

Beyond the band that was modelled each moment takes over the share which the target has in the
nearest octave of the band (its envelope in time is copied upward): a cymbal or an "s" goes on
above the edge with whom it belongs to, while harmonics that the model never saw are not guessed.

Letters in shapes: C channels, N samples, F frequency bins, T frames (of the mix's transform),
f bins and t frames of the model's own grid.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.audio import Samples
from core.separation.chunking import resample
from core.separation.listening import finite
from core.separation.stft import Stft

Grid = npt.NDArray[np.float32]
Axis = npt.NDArray[np.float64]

TINY = 1e-12
EDGE = 0.06
"""Width, as a part of the edge's frequency, over which the band fades into what is copied."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelAnswer:
    """What a model heard, as magnitudes on its own grid.

    Attributes:
        target: (f, t), not negative.
        residual: (f, t), not negative.
        bins_hz: (f,) rising centres of the bins.
        times_s: (t,) rising centres of the frames, from the first sample of the piece.
        band_hz: what of it can be trusted, low to high.
    """

    target: Grid
    residual: Grid
    bins_hz: Axis
    times_s: Axis
    band_hz: tuple[float, float]

    def __post_init__(self) -> None:
        shape = len(self.bins_hz), len(self.times_s)
        if self.target.shape != shape or self.residual.shape != shape or 0 in shape:
            raise ValueError(
                f"target {self.target.shape} and residual {self.residual.shape} do not lie "
                f"on {shape[0]} bins and {shape[1]} frames"
            )
        low_hz, high_hz = self.band_hz
        if not 0.0 <= low_hz < high_hz:
            raise ValueError(f"band {low_hz} Hz to {high_hz} Hz is empty")


@dataclass(frozen=True, slots=True)
class Projector:
    """Cuts mixes by what models heard.

    Attributes:
        window_s: of the transform on the mix.
        exponent: 2 shares cells by power (Wiener), 1 by magnitude.
    """

    window_s: float = 0.064
    exponent: float = 2.0

    def project(
        self, samples: Samples, sample_rate_hz: int, answer: ModelAnswer, device: torch.device
    ) -> Samples:
        """Return the target (C, N) in the mix `samples` (C, N); the rest of it is the residual."""
        stft = Stft.lasting(self.window_s, sample_rate_hz)
        spectrum = stft.forward(finite(samples), device)  # (C, F, T)
        power = spectrum.abs().square().mean(0)  # (F, T)
        mask = self._mask(answer, power, sample_rate_hz, stft.n_hop / sample_rate_hz)
        return np.asarray(stft.inverse(spectrum * mask, samples.shape[1]).cpu().numpy(), np.float32)

    def _raised(self, grid: Grid) -> npt.NDArray[np.float64]:
        return np.asarray(grid, np.float64) ** self.exponent

    def _mask(
        self, answer: ModelAnswer, power: Tensor, sample_rate_hz: int, hop_s: float
    ) -> Tensor:
        """Return the mask (F, T), 0 to 1, for a mix of that `power` (F, T)."""
        bins_hz: Axis = np.linspace(0.0, 0.5 * sample_rate_hz, power.shape[0])
        times_s: Axis = np.arange(power.shape[1], dtype=np.float64) * hop_s
        target, residual = (
            _redrawn(self._raised(grid), answer, bins_hz, times_s).to(power)
            for grid in (answer.target, answer.residual)
        )
        inside = target / (target + residual + TINY)  # (F, T)
        hz = torch.as_tensor(bins_hz, device=power.device, dtype=power.dtype)
        low_hz, high_hz = answer.band_hz
        above = _share(inside, power, (hz >= 0.5 * high_hz) & (hz <= high_hz))  # (T,)
        below = _share(inside, power, (hz >= low_hz) & (hz <= 2.0 * low_hz))  # (T,)
        up = _ramp(hz, high_hz)[:, None]  # (F, 1)
        down = 1.0 - _ramp(hz, low_hz)[:, None] if low_hz > 0.0 else torch.zeros_like(up)
        return inside * (1.0 - up) * (1.0 - down) + above * up + below * down * (1.0 - up)


def answer_from_sound(
    target: Samples, residual: Samples, sample_rate_hz: int, band_hz: tuple[float, float]
) -> ModelAnswer:
    """Return the answer of a model that makes waves, (1, N) each at its own rate."""
    stft = Stft.lasting(Projector().window_s, sample_rate_hz)
    cpu = torch.device("cpu")
    grids = [stft.forward(wave, cpu).abs().mean(0).numpy() for wave in (target, residual)]
    times_s = np.arange(grids[0].shape[1]) * stft.n_hop / sample_rate_hz
    bins_hz = np.linspace(0.0, 0.5 * sample_rate_hz, stft.n_bins)
    return ModelAnswer(grids[0], grids[1], bins_hz, times_s, band_hz)


def resampled_to_mono(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Return the mean of the channels (1, N') at a model's rate, N' rounded up."""
    mono = finite(samples).mean(axis=0, keepdims=True, dtype=np.float32)
    n_samples = -(-samples.shape[1] * to_hz // from_hz)
    return resample(mono, from_hz, to_hz, n_samples)


def _redrawn(
    grid: npt.NDArray[np.float64], answer: ModelAnswer, bins_hz: Axis, times_s: Axis
) -> Tensor:
    """Return `grid` (f, t) drawn anew at (F, T), linear in between, held beyond the ends."""
    across = np.stack([np.interp(times_s, answer.times_s, row) for row in grid])  # (f, T)
    place = np.interp(bins_hz, answer.bins_hz, np.arange(len(answer.bins_hz)))
    first = np.minimum(place.astype(np.int64), len(answer.bins_hz) - 1)
    second = np.minimum(first + 1, len(answer.bins_hz) - 1)
    part = (place - first)[:, None]
    return torch.as_tensor((1.0 - part) * across[first] + part * across[second])


def _share(mask: Tensor, power: Tensor, is_counted: Tensor) -> Tensor:
    """Return (T,) the part of the power in some bins that the mask gives to the target."""
    counted = power[is_counted] + TINY
    return (mask[is_counted] * counted).sum(0) / counted.sum(0).clamp_min(TINY)


def _ramp(hz: Tensor, edge_hz: float) -> Tensor:
    """Return (F,) rising from 0 to 1 just below `edge_hz`."""
    return ((hz - edge_hz * (1.0 - EDGE)) / (edge_hz * EDGE)).clamp(0.0, 1.0)
