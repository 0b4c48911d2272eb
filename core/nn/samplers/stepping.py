"""What every sampler shares: where noise comes from, and who is told of each step.

Letters in shapes: B clips, C channels, F bins, T frames.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Network = Callable[[Tensor, Tensor], Tensor]
"""Conditions filled in: what flows (B, C, F, T) and a time (1,) to a velocity or to noise."""

OnStep = Callable[[int, int, Tensor], None]
"""Called after each step with the steps done, the steps in all, and what flows now.

May raise, to stop: a sampler keeps nothing that would have to be put back."""

Noise = Callable[[Tensor], Tensor]
"""Standard normal noise shaped like a tensor."""


def nobody(_done: int, _total: int, _x: Tensor) -> None:
    """Tell nobody."""


def seeded_noise(generator: torch.Generator) -> Noise:
    """Return noise that depends on the generator alone, not on the device it ends up on."""

    def draw(like: Tensor) -> Tensor:
        noise = torch.randn(
            like.shape, generator=generator, device=generator.device, dtype=torch.float32
        )
        return noise.to(like)

    return draw


@dataclass(frozen=True, slots=True)
class SilenceMask:
    """Where the mixture is silent, so is every sound in it (papers/000 section 3.5, eq. 9)."""

    threshold: float = 0.002
    """δ, in the scaled log level of the mixture."""

    def apply(self, x: Tensor, mixture: Tensor, silent: Tensor) -> Tensor:
        """Return `x` (B, C, F, T) with `silent` in its place wherever `mixture` is silent."""
        return torch.where(mixture < self.threshold, silent, x)
