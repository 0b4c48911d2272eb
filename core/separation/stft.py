"""The short-time Fourier transform that every mask is laid on, and its inverse.

Frame t of a piece is centred `t * n_hop` samples after the piece's first sample.

Letters in shapes: C channels, N samples, F frequency bins, T frames.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.domain.audio import Samples

N_HOPS_PER_WINDOW = 4
"""A Hann window on both ways adds up to a constant from this on."""


@dataclass(frozen=True, slots=True)
class Stft:
    """A transform with a Hann window of `n_window` samples, and its inverse."""

    n_window: int

    @classmethod
    def lasting(cls, window_s: float, sample_rate_hz: int) -> "Stft":
        """Return one whose window lasts about `window_s`, of a length that transforms quickly."""
        n_hop = max(4, round(window_s * sample_rate_hz / N_HOPS_PER_WINDOW / 4) * 4)
        return cls(n_hop * N_HOPS_PER_WINDOW)

    @property
    def n_hop(self) -> int:
        return self.n_window // N_HOPS_PER_WINDOW

    @property
    def n_bins(self) -> int:
        return self.n_window // 2 + 1

    def n_frames(self, n_samples: int) -> int:
        return n_samples // self.n_hop + 1

    def forward(self, samples: Samples | Tensor, device: torch.device) -> Tensor:
        """Return the complex spectrum (C, F, T) of (C, N); silence is assumed around it."""
        waves = torch.as_tensor(samples).to(device)
        return torch.stft(
            waves,
            self.n_window,
            self.n_hop,
            window=self._window(device),
            center=True,
            pad_mode="constant",
            return_complex=True,
        )

    def inverse(self, spectrum: Tensor, n_samples: int) -> Tensor:
        """Return (C, n_samples) of a complex spectrum (C, F, T) that `forward` has made."""
        return torch.istft(
            spectrum,
            self.n_window,
            self.n_hop,
            window=self._window(spectrum.device),
            center=True,
            length=n_samples,
        )

    def _window(self, device: torch.device) -> Tensor:
        return torch.hann_window(self.n_window, device=device)
