"""The layers of the DAC-VAE: Snake, weight norm, and convolutions padded in two ways.

Kumar et al. 2023 (DAC), with the shapes of SAM Audio's checkpoint. The sound goes through layers
padded on both sides; the watermark through causal ones, padded on the left alone. For inference
only. Letters in shapes: B clips, C channels, N samples or frames.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

TINY = 1e-9


class Snake(nn.Module):
    """`x + sin(alpha x)^2 / alpha`, which favours what is periodic (Ziyin et al. 2020)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, n_channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        # In place: at full rate each copy would take as much memory as all that goes on.
        return (self.alpha * x).sin_().square_().div_(self.alpha + TINY).add_(x)


class _Normed(nn.Module):
    """A weight as length and direction (Salimans and Kingma 2016), and a bias."""

    def __init__(self, shape: tuple[int, int, int], n_bias: int) -> None:
        super().__init__()
        direction = torch.empty(shape).normal_(std=0.02)
        self.bias = nn.Parameter(torch.zeros(n_bias))
        self.weight_g = nn.Parameter(direction.norm(dim=(1, 2), keepdim=True))
        self.weight_v = nn.Parameter(direction)

    @property
    def weight(self) -> Tensor:
        length = self.weight_v.float().norm(dim=(1, 2), keepdim=True)
        out: Tensor = (self.weight_v * (self.weight_g / length)).to(self.weight_v.dtype)
        return out


class NormedConv(_Normed):
    """Keeps N, or divides it by the stride."""

    def __init__(
        self, in_dim: int, out_dim: int, kernel: int, *, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__((out_dim, in_dim, kernel), out_dim)
        self.stride, self.dilation = stride, dilation
        self.padding = -((stride - kernel) * dilation // 2)  # rounded up, or odd strides lose one

    def forward(self, x: Tensor) -> Tensor:
        return nnf.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)


class NormedTransposedConv(_Normed):
    """Multiplies N by the stride."""

    def __init__(self, in_dim: int, out_dim: int, stride: int) -> None:
        super().__init__((in_dim, out_dim, 2 * stride), out_dim)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        padding, missing = -(-self.stride // 2), self.stride % 2
        return nnf.conv_transpose1d(x, self.weight, self.bias, self.stride, padding, missing)


class CausalConv(nn.Conv1d):
    """Hears the past alone; a stride divides N, rounding up."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        return super().forward(nnf.pad(x, (kernel - stride, -x.shape[-1] % stride)))


class CausalTransposedConv(nn.ConvTranspose1d):
    """Multiplies N by the stride and drops what would lie beyond the end."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        grown = super().forward(x, output_size)
        return grown[..., : x.shape[-1] * self.stride[0]]


class ResidualUnit(nn.Module):
    """Snakes and convolutions, and a way around them."""

    def __init__(self, dim: int, dilation: int) -> None:
        super().__init__()
        wide, narrow = NormedConv(dim, dim, 7, dilation=dilation), NormedConv(dim, dim, 1)
        self.block = nn.Sequential(Snake(dim), wide, Snake(dim), narrow)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x).add_(x)
        return out


class CausalResidualUnit(nn.Module):
    """The same for the watermark: ELU, half as wide inside, no weight norm."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        narrow, wide = CausalConv(dim, dim // 2, 3), CausalConv(dim // 2, dim, 1)
        self.block = nn.Sequential(nn.ELU(), narrow, nn.ELU(), wide)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x).add_(x)
        return out
