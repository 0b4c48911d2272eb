"""Lays what the spectral engine has learned on a piece of the mix: one soft mask, all channels.

Letters in shapes: C channels, N samples, F frequency bins, B bands, T frames, P parts.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.domain.audio import AudioSource, Samples
from core.domain.prompts import SpectralPrompt
from core.errors import EngineError
from core.separation.bands import Bands
from core.separation.intervals import Intervals
from core.separation.listening import finite, levels_of
from core.separation.nmf import TINY, Nmf
from core.separation.spectral_learning import Learned
from core.separation.spectral_marks import gate, painted
from core.separation.stft import Stft


@dataclass(frozen=True, slots=True, eq=False)
class Masker:
    """Cuts the target out of pieces of a mix.

    Attributes:
        mix: whose rate and start count; pieces are handed in.
        stft: the transform the shapes were learned on.
        bands: the bands they were learned in.
        nmf: explains what is heard by the shapes.
        learned: the shapes, or None where paint alone decides.
        strokes: painted cells, which overrule the shapes and the spans.
        audible: where the shapes may find the target.
        sharpness: exponent of the soft mask over magnitudes; 2 is Wiener's.
        device: where the work is done.
    """

    mix: AudioSource
    stft: Stft
    bands: Bands
    nmf: Nmf
    learned: Learned | None
    strokes: tuple[SpectralPrompt, ...]
    audible: Intervals
    sharpness: float
    device: torch.device

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`.

        Raises:
            EngineError: the answer is not finite.
        """
        n_samples = samples.shape[1]
        gains = gate(self.audible, start, start + n_samples, self.mix.sample_rate_hz)
        is_wanted, is_unwanted = self._paint(start, n_samples)  # (F, T)
        if not gains.any() and not is_wanted.any():
            return np.zeros_like(samples)
        spectrum = self.stft.forward(finite(samples), self.device)  # (C, F, T)
        given = torch.as_tensor(is_wanted, device=self.device)
        mask = self._mask(spectrum)  # (F, T)
        mask[torch.as_tensor(is_wanted | is_unwanted, device=self.device)] = 0.0
        target = self.stft.inverse(spectrum * mask, n_samples)  # (C, N)
        target = target * torch.as_tensor(gains, device=self.device)
        if is_wanted.any():
            target = target + self.stft.inverse(spectrum * given, n_samples)
        return _checked(target.cpu().numpy())

    def _mask(self, spectrum: Tensor) -> Tensor:
        """Return the share (F, T) of the target in every cell, 0 to 1."""
        if self.learned is None:
            only_removed = not any(stroke.is_positive for stroke in self.strokes)
            return torch.full(spectrum.shape[1:], float(only_removed), device=self.device)
        is_power = self.nmf.divergence == "is"
        levels = self.bands.pool(levels_of(spectrum, is_power)) / self.learned.scale  # (B, T)
        shapes, share = self.learned.shapes, self.learned.share
        activity = self.nmf.explain(levels, shapes)  # (P, T)
        exponent = 0.5 * self.sharpness if is_power else self.sharpness
        target = ((shapes * share) @ activity) ** exponent
        rest = ((shapes * (1.0 - share)) @ activity) ** exponent
        return self.bands.spread(target / (target + rest + TINY))

    def _paint(self, start: int, n_samples: int) -> tuple[np.ndarray, np.ndarray]:
        rate_hz = self.mix.sample_rate_hz
        frames = start + np.arange(self.stft.n_frames(n_samples)) * self.stft.n_hop
        bins_hz = np.linspace(0.0, 0.5 * rate_hz, self.stft.n_bins)
        return painted(self.strokes, frames / rate_hz + self.mix.start_s, bins_hz)


def _checked(target: Samples) -> Samples:
    if not np.isfinite(target).all():
        raise EngineError(
            "the spectral engine made values that are not finite",
            advice="Try again with the “kl” divergence or fewer passes.",
        )
    return target
