"""Rotary positions (arXiv 2104.09864), stretched so that pictures and sound share one time axis.

Letters in shapes: B clips, H heads, T steps, D width of a head.
"""

import torch
from torch import Tensor

BASE = 10_000.0


def rotation(n_steps: int, head_dim: int, stretch: float = 1.0, *, like: Tensor) -> Tensor:
    """Return the cosine and sine of every step: (2, T, D / 2), float32, on the device of `like`.

    Args:
        n_steps: T.
        head_dim: D, even.
        stretch: steps of the sound's latents that one step of this sequence lasts.
        like: any tensor on the wanted device.
    """
    powers = torch.arange(0, head_dim, 2, device=like.device, dtype=torch.float32)
    rates = stretch / (BASE ** (powers / head_dim))
    steps = torch.arange(n_steps, device=like.device, dtype=torch.float32)
    angles = steps[:, None] * rates  # (T, D / 2)
    return torch.stack((angles.cos(), angles.sin()))


def rotated(x: Tensor, turns: Tensor) -> Tensor:
    """Return `x` (B, H, T, D) with each pair of neighbours turned by (2, T, D / 2)."""
    cosine, sine = turns
    even, odd = x.float().reshape(*x.shape[:-1], -1, 2).unbind(-1)  # (B, H, T, D / 2)
    pairs = torch.stack((cosine * even - sine * odd, sine * even + cosine * odd), dim=-1)
    return pairs.flatten(-2).to(x.dtype)
