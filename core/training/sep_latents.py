"""Sound as the latents that MMAudio works in, and back to a spectrogram.

Two kinds: those of MMAudio's mel VAE, and, for networks so small that they are taught in minutes,
the mel spectrogram itself, two frames in one. Letters in shapes: B clips, N samples, F mel bands,
M mel frames, T latents (M / 2), D width of a latent.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from core.nn.mmaudio.mel import MEL_44K, MelConfig, MelSpectrogram
from core.nn.mmaudio.sequences import SequenceLengths, sequence_lengths
from core.nn.mmaudio.vae import MelVae, Posterior

SMALL_MEL = MelConfig(
    sample_rate_hz=16_000, window_samples=1024, hop_samples=256, n_bands=40, top_hz=8000.0
)
"""Of the tiny networks: 31 latents a second, as wide as those of MMAudio."""


class Latents(Protocol):
    """How sound becomes latents."""

    @property
    def mel(self) -> MelConfig: ...

    def encode(self, sound: Tensor) -> Posterior:
        """Return where the latents (B, T, D) of sounds (B, N) lie."""
        ...

    def decode(self, latent: Tensor) -> Tensor:
        """Return log mel magnitudes (B, F, M) of latents (B, T, D)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class VaeLatents:
    """Those of MMAudio at 44.1 kHz."""

    vae: MelVae

    @property
    def mel(self) -> MelConfig:
        return MEL_44K

    @torch.no_grad()
    def encode(self, sound: Tensor) -> Posterior:
        found = self.vae.encode(MelSpectrogram(self.mel)(sound))
        return Posterior(found.mean.transpose(1, 2), found.std.transpose(1, 2))

    @torch.no_grad()
    def decode(self, latent: Tensor) -> Tensor:
        return self.vae.decode(latent.transpose(1, 2))


@dataclass(frozen=True, slots=True)
class MelLatents:
    """The log mel spectrogram at half its rate, without a network and without chance."""

    mel: MelConfig = SMALL_MEL

    def encode(self, sound: Tensor) -> Posterior:
        pairs = torch.nn.functional.avg_pool1d(MelSpectrogram(self.mel)(sound), 2)
        latent = pairs.transpose(1, 2)
        return Posterior(latent, torch.zeros_like(latent))

    def decode(self, latent: Tensor) -> Tensor:
        return latent.transpose(1, 2).repeat_interleave(2, dim=-1)


def lengths_of(latents: Latents, window_s: float) -> SequenceLengths:
    """Return the counts for windows of `window_s` seconds."""
    return sequence_lengths(window_s, latents.mel.sample_rate_hz, latents.mel.hop_samples)
