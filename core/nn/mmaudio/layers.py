"""The small layers that MMAudio is built of: convolutions along time and gated projections.

Features travel as (B, T, D): B clips, T steps in time, D width. Facts: arXiv 2412.15322 section 3;
the gated projection is SwiGLU (arXiv 2002.05202).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

WIDTH_STEP = 256
"""The inner width of a gated projection is a multiple of this."""


class TimeConv(nn.Conv1d):
    """A convolution along time that keeps the length, over (B, T, D)."""

    def __init__(self, n_in: int, n_out: int, kernel: int, *, has_bias: bool = True) -> None:
        super().__init__(n_in, n_out, kernel, padding=kernel // 2, bias=has_bias)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)  # (B, T, D)


class GatedProjection(nn.Module):
    """SwiGLU along the width, or, with a kernel, along time too: (B, T, D) to (B, T, D)."""

    def __init__(self, width: int, kernel: int = 1) -> None:
        super().__init__()
        inner = inner_width(width)
        self.w1 = mixing(width, inner, kernel, has_bias=False)
        self.w2 = mixing(inner, width, kernel, has_bias=False)
        self.w3 = mixing(width, inner, kernel, has_bias=False)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.w2(nnf.silu(self.w1(x)) * self.w3(x))
        return mixed


def mixing(n_in: int, n_out: int, kernel: int, *, has_bias: bool = True) -> nn.Module:
    """Return a linear layer, or a convolution along time where `kernel` is more than 1."""
    if kernel == 1:
        return nn.Linear(n_in, n_out, bias=has_bias)
    return TimeConv(n_in, n_out, kernel, has_bias=has_bias)


def inner_width(width: int) -> int:
    """Return two thirds of four widths, rounded up to a multiple of `WIDTH_STEP`."""
    return -(-(2 * 4 * width // 3) // WIDTH_STEP) * WIDTH_STEP


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Return `x` (B, T, D) moved and stretched by (B, T or 1, D), as adaptive norms do."""
    return x * (1 + scale) + shift


class ClockEmbedding(nn.Module):
    """The time of the flow, (B,) from 0 to 1, as (B, D): cosines, sines, then two layers."""

    def __init__(self, width: int, n_waves: int, period: float) -> None:
        super().__init__()
        self.n_waves, self.period = n_waves, period
        self.mlp = nn.Sequential(nn.Linear(n_waves, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        powers = torch.arange(0, self.n_waves, 2, device=time.device, dtype=torch.float32)
        rates = (10_000 / self.period) / (10_000 ** (powers / self.n_waves))
        # Up to 10,000 radians: half precision would know nothing of the angle.
        angles = time.float()[:, None] * rates  # (B, n_waves / 2)
        waves = torch.cat((angles.cos(), angles.sin()), dim=-1)
        dtype = next(self.mlp.parameters()).dtype
        embedded: Tensor = self.mlp(waves.to(dtype))
        return embedded
