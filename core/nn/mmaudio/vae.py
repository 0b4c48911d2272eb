"""The mel VAE of MMAudio: log mel spectrograms to latents at half the rate, and back.

Facts: hkchengrex/MMAudio (`v1-44.pth`, `v1-16.pth`); arXiv 2412.15322 section 3.1. Convolutions
have unit-size weights (see `magnitude`), which `fold` computes once after a checkpoint is loaded.

Letters in shapes: B clips, F mel bands, T mel frames, L latents (T / 2), D width of a latent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.nn.mmaudio.magnitude import KeptConv, kept_silu
from core.nn.mmaudio.vae_blocks import Doubling, Halving, KeptBlock, middle

MULTIPLIERS = (1, 2, 4)
"""Channels of each level, in widths."""

BLOCKS_DOWN = 2
BLOCKS_UP = 3

LOUDEST = 256.0
"""Nothing inside may get larger."""


@dataclass(frozen=True, slots=True)
class VaeConfig:
    """What the shape of a `MelVae` depends on. The defaults are 44.1 kHz."""

    n_bands: int = 128
    latent_dim: int = 40
    width: int = 512


VAE_44K = VaeConfig()
VAE_16K = VaeConfig(n_bands=80, latent_dim=20, width=384)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Where the latent of a spectrogram may lie."""

    mean: Tensor  # (B, D, L)
    std: Tensor  # (B, D, L)

    def sample(self, noise: Tensor) -> Tensor:
        """Return a latent (B, D, L) for standard normal `noise` of that shape."""
        return self.mean + self.std * noise


class Stage(nn.Module):
    """Blocks of one width, and what changes the rate after them, by its official name."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int) -> None:
        super().__init__()
        self.downsample: Halving | None = None
        self.upsample: Doubling | None = None
        widths = [n_in, *[n_out] * n_blocks]
        self.block = nn.ModuleList(KeptBlock(*pair) for pair in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        x = _through(self.block, x)
        change = self.downsample or self.upsample
        return x if change is None else change(x)


class MelEncoder(nn.Module):
    """Normalised mel (B, F, T) to mean and log variance (B, 2 D, L)."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.conv_in = KeptConv(config.n_bands, config.width, 3)
        self.down = nn.ModuleList()
        width = config.width
        for level, factor in enumerate(MULTIPLIERS):
            before, width = width, factor * config.width
            self.down.append(Stage(before, width, BLOCKS_DOWN))
            if level == 0:
                self.down[-1].downsample = Halving(width)
        self.mid = middle(width)
        self.conv_out = KeptConv(width, 2 * config.latent_dim, 3)
        self.learnable_gain = nn.Parameter(torch.zeros(()))

    def forward(self, mel: Tensor) -> Tensor:
        x = self.conv_in(mel)
        for stage in self.down:
            x = stage(x)
        x = _through(self.mid.children(), x)
        moments: Tensor = self.conv_out(kept_silu(x), gain=self.learnable_gain + 1)
        return moments


class MelDecoder(nn.Module):
    """Latent (B, D, L) to normalised mel (B, F, T)."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        width = MULTIPLIERS[-1] * config.width
        self.conv_in = KeptConv(config.latent_dim, width, 3)
        self.mid = middle(width)
        stages = []
        for level, factor in reversed([*enumerate(MULTIPLIERS)]):
            before, width = width, factor * config.width
            stages.append(Stage(before, width, BLOCKS_UP))
            if level == 1:
                stages[-1].upsample = Doubling(width)
        # Numbered from the widest in time, walked from the narrowest.
        self.up = nn.ModuleList(reversed(stages))
        self.conv_out = KeptConv(width, config.n_bands, 3)
        self.learnable_gain = nn.Parameter(torch.zeros(()))

    def forward(self, latent: Tensor) -> Tensor:
        x = _through(self.mid.children(), self.conv_in(latent))
        for stage in reversed(self.up):
            x = stage(x)
        mel: Tensor = self.conv_out(kept_silu(x), gain=self.learnable_gain + 1)
        return mel


class MelVae(nn.Module):
    """Encoder and decoder, with the mean and deviation that every mel band has."""

    data_mean: Tensor  # (1, F, 1)
    data_std: Tensor  # (1, F, 1)

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = MelEncoder(config)
        self.decoder = MelDecoder(config)
        self.register_buffer("data_mean", torch.zeros(1, config.n_bands, 1))
        self.register_buffer("data_std", torch.ones(1, config.n_bands, 1))

    def encode(self, mel: Tensor) -> Posterior:
        """Return where the latents of log mel magnitudes (B, F, T) lie; an odd T loses a frame."""
        return self.encode_normalised((mel - self.data_mean) / self.data_std)

    def decode(self, latent: Tensor) -> Tensor:
        """Return the log mel magnitudes (B, F, 2 L) of latents (B, D, L)."""
        mel: Tensor = self.decoder(latent) * self.data_std + self.data_mean
        return mel

    def encode_normalised(self, mel: Tensor) -> Posterior:
        mean, log_variance = self.encoder(mel).chunk(2, dim=1)
        return Posterior(mean, (0.5 * log_variance.clamp(-30, 20)).exp())

    def fold(self) -> None:
        """Leave all weights as they are used; call once, after a checkpoint was loaded."""
        for part in self.modules():
            if isinstance(part, KeptConv):
                part.fold()


def _through(blocks: Iterable[nn.Module], x: Tensor) -> Tensor:
    for block in blocks:
        x = block(x).clamp(-LOUDEST, LOUDEST)
    return x
