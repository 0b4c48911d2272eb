"""What time it is in the flow or the diffusion, as a vector every block can read."""

import math

import torch
from torch import Tensor, nn


class SinusoidalEmbedding(nn.Module):
    """Times (B,) to waves (B, dim): sines, then cosines (Vaswani et al. 2017)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, time: Tensor) -> Tensor:
        half = self.dim // 2
        steps = torch.arange(half, device=time.device, dtype=torch.float32)
        angle = time[:, None].float() * torch.exp(steps * (-math.log(10_000) / (half - 1)))
        return torch.cat((angle.sin(), angle.cos()), dim=-1)


def clock_layers(width: int, clock_dim: int) -> nn.Sequential:
    """Return the layers that turn times (B,) into clocks (B, clock_dim)."""
    return nn.Sequential(
        SinusoidalEmbedding(width),
        nn.Linear(width, clock_dim),
        nn.GELU(),
        nn.Linear(clock_dim, clock_dim),
    )
