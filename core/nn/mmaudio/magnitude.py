"""Layers that keep the size of what goes through them, for the mel VAE of MMAudio.

Written from the paper "Analyzing and Improving the Training Dynamics of Diffusion Models"
(arXiv 2312.02696): pixel norm and weight norm with its eps (eq. 47, section B), SiLU over 0.596
(eq. 81), and sums that keep the size (eq. 88). Letters in shapes: B clips, C channels, T steps.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

EPS = 1e-4

RESIDUAL_SHARE = 0.3
"""How much of a sum comes from the branch."""

SILU_SIZE = 0.596
"""Root mean square of SiLU of standard normal numbers."""


def unit_size(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Return `x` with root mean square 1 over `dims`."""
    length: Tensor = torch.linalg.vector_norm(x.float(), dim=dims, keepdim=True)
    size = EPS + length * math.sqrt(length.numel() / x.numel())
    return x / size.to(x.dtype)


def kept_silu(x: Tensor) -> Tensor:
    return nnf.silu(x) / SILU_SIZE


def kept_sum(x: Tensor, branch: Tensor, share: float = RESIDUAL_SHARE) -> Tensor:
    """Return a mean of both that keeps the size, if the two have nothing to do with each other."""
    return x.lerp(branch, share) / math.hypot(1 - share, share)


class KeptConv(nn.Module):
    """A convolution along time without bias whose weights always have unit size.

    Checkpoints hold the weights as they were trained, of any size: `fold` is called once after
    loading, and leaves them as they are used.
    """

    def __init__(self, n_in: int, n_out: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, kernel))
        self.is_folded = False

    def forward(self, x: Tensor, gain: float | Tensor = 1.0) -> Tensor:
        weight = (self.weight if self.is_folded else self._used()) * gain
        return nnf.conv1d(x, weight.to(x.dtype), padding=weight.shape[-1] // 2)

    @torch.no_grad()
    def fold(self) -> None:
        if not self.is_folded:
            self.weight.copy_(self._used())
            self.is_folded = True

    def _used(self) -> Tensor:
        fan_in = self.weight[0].numel()
        used = unit_size(self.weight.float(), (1, 2)) / math.sqrt(fan_in)
        return used.to(self.weight.dtype)
