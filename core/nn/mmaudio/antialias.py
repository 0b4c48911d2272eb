"""A periodic activation between two resamplings, so that what it adds above the band is filtered.

Facts: BigVGAN (arXiv 2206.04658 section 3.2 and 3.3; snake with two parameters, kept as logarithms,
in version 2). The low-pass is a sinc in a Kaiser window. Letters in shapes: B clips, C channels,
T samples.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

N_TAPS = 12
"""Length of the low-pass, at twice the rate."""

_CUTOFF = 0.25
"""In cycles per sample at twice the rate: the band that the slower rate has room for."""

_HALF_WIDTH = 0.3
"""Of the way from passing to stopping, in cycles per sample."""

_TINY = 1e-9


def low_pass() -> Tensor:
    """Return the filter (1, 1, `N_TAPS`), which sums to one."""
    n_half = N_TAPS // 2
    # Kaiser's formulas: from the width of the transition to the damping, which is above 50 dB, to
    # the shape of the window.
    damping_db = 2.285 * (n_half - 1) * math.pi * 4 * _HALF_WIDTH + 7.95
    beta = 0.1102 * (damping_db - 8.7)
    window = torch.kaiser_window(N_TAPS, beta=beta, periodic=False)
    place = torch.arange(N_TAPS) - n_half + 0.5
    taps = window * torch.sinc(2 * _CUTOFF * place)
    return (taps / taps.sum())[None, None]


class SnakeBeta(nn.Module):
    """x + sin²(αx) / β for each channel; both are kept as logarithms."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(n_channels))
        self.beta = nn.Parameter(torch.zeros(n_channels))

    def forward(self, x: Tensor) -> Tensor:
        alpha, beta = self.alpha.exp()[:, None], self.beta.exp()[:, None]
        return x + (alpha * x).sin().square() / (beta + _TINY)


class Doubled(nn.Module):
    """(B, C, T) to (B, C, 2 T)."""

    filter: Tensor  # (1, 1, N_TAPS)

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", low_pass())

    def forward(self, x: Tensor) -> Tensor:
        n_channels, margin = x.shape[1], N_TAPS // 2 - 1
        padded = nnf.pad(x, (margin, margin), mode="replicate")
        taps = self.filter.expand(n_channels, -1, -1)
        spread = 2 * nnf.conv_transpose1d(padded, taps, stride=2, groups=n_channels)
        n_cut = 2 * margin + (N_TAPS - 2) // 2
        return spread[..., n_cut:-n_cut]


class LowPass(nn.Module):
    """Filters and keeps every second sample: (B, C, T) to (B, C, T / 2)."""

    filter: Tensor  # (1, 1, N_TAPS)

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", low_pass())

    def forward(self, x: Tensor) -> Tensor:
        n_channels = x.shape[1]
        padded = nnf.pad(x, (N_TAPS // 2 - 1, N_TAPS // 2), mode="replicate")
        taps = self.filter.expand(n_channels, -1, -1)
        return nnf.conv1d(padded, taps, stride=2, groups=n_channels)


class Halved(nn.Module):
    """Holds the low-pass under its official name."""

    def __init__(self) -> None:
        super().__init__()
        self.lowpass = LowPass()

    def forward(self, x: Tensor) -> Tensor:
        halved: Tensor = self.lowpass(x)
        return halved


class AntialiasedSnake(nn.Module):
    """The activation at twice the rate: (B, C, T) to (B, C, T)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.act = SnakeBeta(n_channels)
        self.upsample = Doubled()
        self.downsample = Halved()

    def forward(self, x: Tensor) -> Tensor:
        bent: Tensor = self.downsample(self.act(self.upsample(x)))
        return bent
