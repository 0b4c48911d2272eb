"""Small layers that SAM Audio's transformer is made of.

papers/004, with the constants of the official code. Letters in shapes: B clips, T latent frames,
D width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf


class RmsNorm(nn.Module):
    """Scale each vector to a root mean square of one, in float32 whatever comes in."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide * scale * self.weight).to(x.dtype)


class GatedLayers(nn.Module):
    """SwiGLU: one projection gates another, a third brings both back (Shazeer 2020)."""

    def __init__(self, in_dim: int, hidden_dim: int, out_dim: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(in_dim, hidden_dim, bias=False)
        self.w2 = nn.Linear(hidden_dim, out_dim, bias=False)
        self.w3 = nn.Linear(in_dim, hidden_dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.w2(nnf.silu(self.w1(x)) * self.w3(x))
        return out


class ConvHalf(nn.Module):
    """Norm over all channels and frames, SiLU, and a convolution over three frames."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.groupnorm = nn.GroupNorm(1, dim)
        self.project = nn.Conv1d(dim, dim, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.project(nnf.silu(self.groupnorm(x)))
        return out


class ResidualConv(nn.Module):
    """Two convolutions and a way around them, over latent frames (B, T, D)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.block = nn.ModuleDict({"block1": ConvHalf(dim), "block2": ConvHalf(dim)})

    def forward(self, x: Tensor) -> Tensor:
        inner = self.block["block1"](x.transpose(1, 2))  # (B, D, T)
        out: Tensor = x + self.block["block2"](inner).transpose(1, 2)
        return out


def waves_of(time: Tensor, dim: int) -> Tensor:
    """Return (B, dim) of times (B,) from 0 to 1: cosines, then sines, in float32."""
    half = dim // 2
    steps = torch.arange(half, device=time.device, dtype=torch.float32)
    angle = time[:, None].float() * (10_000 ** (-steps / half))
    return torch.cat((angle.cos(), angle.sin()), dim=-1)


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return x * (1 + scale) + shift
