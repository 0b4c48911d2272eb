"""The short-time Fourier transform every network of the DAVIS family hears through.

papers/000 appendix C: Hann window of 1022, hop 256, centred on zero padding.
Letters in shapes: B clips, N samples, F bins (512), T frames.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Stft:
    """Waves to complex spectra and back."""

    window_samples: int = 1022
    hop_samples: int = 256

    @property
    def n_bins(self) -> int:
        return self.window_samples // 2 + 1

    def n_frames(self, n_samples: int) -> int:
        return 1 + n_samples // self.hop_samples

    def forward(self, waves: Tensor) -> Tensor:
        """Return complex (B, F, T) for real (B, N)."""
        return torch.stft(
            waves,
            self.window_samples,
            self.hop_samples,
            window=self._window(waves),
            center=True,
            pad_mode="constant",
            return_complex=True,
        )

    def inverse(self, spectra: Tensor, n_samples: int | None = None) -> Tensor:
        """Return real (B, N) for complex (B, F, T); N is hop * (T - 1) unless told."""
        return torch.istft(
            spectra,
            self.window_samples,
            self.hop_samples,
            window=self._window(spectra.real),
            center=True,
            length=n_samples,
        )

    def _window(self, like: Tensor) -> Tensor:
        return torch.hann_window(self.window_samples, dtype=like.dtype, device=like.device)


def with_phase_of(magnitude: Tensor, mixture: Tensor) -> Tensor:
    """Return complex spectra of this magnitude that turn as the mixture's do, shaped like both."""
    return torch.polar(magnitude, mixture.angle())
