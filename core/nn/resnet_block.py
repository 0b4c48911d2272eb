"""The convolutional half of a CA block: two weight-standardised convolutions around a shortcut.

papers/000 section 3.3 and figure 3(a). Features travel as (B, C, T, F) in channels-last memory;
the official weights are for (B, C, F, T), so kernels are turned while they are folded.
Letters in shapes: B clips, C channels, T frames, F bins, D width of the clock, O outputs, I inputs.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.film import Nudge, film_layer, group_norm
from core.nn.folding import Fold
from core.nn.projection import project

N_GROUPS = 8


def turned(kernel: Tensor) -> Tensor:
    """Return an (O, I, F, T) kernel as (O, I, T, F), in the memory order convolutions like."""
    return kernel.transpose(2, 3).contiguous(memory_format=torch.channels_last)


def standardised(kernel: Tensor) -> Tensor:
    """Return (O, I, h, w) with mean 0 and variance 1 for each output (Qian et al. 2020)."""
    eps = 1e-5 if kernel.dtype == torch.float32 else 1e-3
    return nnf.layer_norm(kernel, kernel.shape[1:], eps=eps)


class Block(nn.Module):
    """Convolve 3 x 3, normalise in groups, nudge by the clock, SiLU."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(n_in, n_out, 3, padding=1)
        self.norm = nn.GroupNorm(N_GROUPS, n_out)
        self._kernel: Fold[Tensor] = Fold()

    def forward(self, x: Tensor, nudge: Nudge | None = None) -> Tensor:
        kernel = self._kernel.of([self.proj.weight], self._fold)
        x = group_norm(nnf.conv2d(x, kernel, self.proj.bias, padding=1), self.norm, nudge)
        return nnf.silu(x, inplace=not torch.is_grad_enabled())

    def _fold(self) -> Tensor:
        return turned(standardised(self.proj.weight))


class ResnetBlock(nn.Module):
    """Two `Block`s and a shortcut; only the first hears the clock."""

    def __init__(self, n_in: int, n_out: int, clock_dim: int) -> None:
        super().__init__()
        self.mlp = film_layer(clock_dim, n_out)
        self.block1 = Block(n_in, n_out)
        self.block2 = Block(n_out, n_out)
        self.res_conv = nn.Conv2d(n_in, n_out, 1) if n_in != n_out else None

    def forward(self, x: Tensor, clock: Tensor | None) -> Tensor:
        """Return (B, C_out, T, F) for (B, C_in, T, F); a clock of None leaves time out."""
        nudge = None if clock is None else Nudge(self.mlp(clock))
        inner: Tensor = self.block2(self.block1(x, nudge))
        if self.res_conv is not None:
            pixels = project(x.permute(0, 2, 3, 1), self.res_conv.weight, self.res_conv.bias)
            x = pixels.permute(0, 3, 1, 2)
        return inner.add_(x)
