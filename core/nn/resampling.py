"""Halve and double the resolution between the levels of the U-Net.

Both compute what the official code computes in fewer steps: the pixel-unshuffle in front of a
1 x 1 convolution is a 2 x 2 convolution with stride 2, and a 3 x 3 convolution of a picture whose
pixels were just doubled is four 2 x 2 convolutions of the small picture (16 products instead of
36). Letters in shapes: B clips, C channels, T frames, F bins, O outputs, I inputs.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.folding import Fold
from core.nn.resnet_block import turned


class Downsample(nn.Sequential):
    """(B, I, T, F) to (B, O, T/2, F/2)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(nn.Identity(), nn.Conv2d(4 * n_in, n_out, 1))
        self._kernel: Fold[Tensor] = Fold()

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.parameters()
        kernel = self._kernel.of([weight], lambda: turned(weight.view(len(bias), -1, 2, 2)))
        return nnf.conv2d(x, kernel, bias, stride=2)


class Upsample(nn.Sequential):
    """(B, I, T, F) to (B, O, 2T, 2F)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(nn.Identity(), nn.Conv2d(n_in, n_out, 3, padding=1))
        self._kernel: Fold[Tensor] = Fold()

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.parameters()
        if torch.is_grad_enabled():  # the gradient of a 2 x 2 convolution is slower than both
            return nnf.conv2d(nnf.interpolate(x, scale_factor=2), turned(weight), bias, padding=1)
        kernel = self._kernel.of([weight], lambda: _quartered(turned(weight)))
        _, _, t, f = x.shape
        out = nnf.conv2d(x, kernel, bias.repeat(4), padding=1).permute(0, 2, 3, 1)
        quarters = torch.unflatten(out, 3, (2, 2, -1))  # (B, T+1, F+1, odd frame, odd bin, O)
        rows = [
            torch.stack([quarters[:, a : a + t, b : b + f, a, b] for b in (0, 1)], 3)
            for a in (0, 1)
        ]
        doubled = torch.stack(rows, 2)  # (B, T, 2, F, 2, O)
        return doubled.flatten(3, 4).flatten(1, 2).permute(0, 3, 1, 2)


class Same(nn.Conv2d):
    """(B, I, T, F) to (B, O, T, F): the 3 x 3 convolution that ends the last level."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(n_in, n_out, 3, padding=1)
        self._kernel: Fold[Tensor] = Fold()

    def forward(self, x: Tensor) -> Tensor:
        kernel = self._kernel.of([self.weight], lambda: turned(self.weight))
        return nnf.conv2d(x, kernel, self.bias, padding=1)


def _quartered(kernel: Tensor) -> Tensor:
    """Return (4 O, I, 2, 2) for (O, I, 3, 3): one small kernel for each pixel of a doubled one.

    An even pixel's neighbours before, at and after it are the small picture's pixels i-1, i, i; an
    odd one's are i, i, i+1. Taps on the same pixel add up.
    """
    return torch.cat([_halves(rows, 3) for rows in _split(kernel, 2)]).contiguous(
        memory_format=torch.channels_last
    )


def _halves(kernel: Tensor, dim: int) -> Tensor:
    return torch.cat(_split(kernel, dim))


def _split(kernel: Tensor, dim: int) -> list[Tensor]:
    before, at, after = kernel.chunk(3, dim)
    return [torch.cat((before, at + after), dim), torch.cat((before + at, after), dim)]
