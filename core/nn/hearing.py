"""What sounds where in a mixture, before anyone has said what to look for.

A small network lists features of a mixture. Their product with a prompt says where in time and
frequency that prompt is heard (the separator is told), and over all words it says which of them
sound when (the tagger). Words and pictures meet in one space because both are compared with it.

Letters in shapes: B clips, F bins (256), T frames, D width of a prompt, K words,
f and t the coarse grid of the features (F / 32, T / 8).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

FRAMES_PER_STEP = 8
"""Frames of the spectrogram to one step of the features."""

BINS_PER_STEP = 32


@dataclass(frozen=True, slots=True)
class HearingConfig:
    """What the shape of a `Hearing` depends on."""

    channels: tuple[int, int, int, int, int] = (24, 48, 96, 144, 192)
    """After each of the five times that frequency is halved."""
    prompt_dim: int = 128


class Hearing(nn.Module):
    """Residual convolutions from a mixture to features that prompts are compared with."""

    def __init__(self, config: HearingConfig) -> None:
        super().__init__()
        self.config = config
        first, *rest = config.channels
        strides = ((2, 2), (2, 1), (2, 2), (2, 1))
        layers: list[nn.Module] = [nn.Conv2d(2, first, 5, (2, 2), 2, bias=False)]
        layers += [nn.BatchNorm2d(first), nn.ReLU(inplace=True)]
        for n_in, n_out, stride in zip(config.channels, rest, strides, strict=False):
            layers += [_Halving(n_in, n_out, stride), _Residual(n_out)]
        self.layers = nn.Sequential(*layers)
        self.features = nn.Conv2d(rest[-1], config.prompt_dim, 1)
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, mixture: Tensor) -> Tensor:
        """Return features (B, D, f, t) of a mixture (B, 1, F, T), scaled log level.

        T is a multiple of `FRAMES_PER_STEP`.
        """
        height = torch.linspace(-1, 1, mixture.shape[2], device=mixture.device)
        # Convolutions don't know how high a pitch is; an "s" and a bird are told apart by it.
        seen = torch.cat((mixture, height[None, None, :, None].expand_as(mixture).to(mixture)), 1)
        seen = seen.contiguous(memory_format=torch.channels_last)
        out: Tensor = self.features(self.layers(seen))
        return out

    def evidence(self, features: Tensor, prompts: Tensor) -> Tensor:
        """Return how much of each prompt (B, D) is heard where, (B, 1, f, t), around 0."""
        scale = self.scale / math.sqrt(self.config.prompt_dim)
        return scale * torch.einsum("bdft,bd->bft", features, prompts)[:, None]

    def evidence_of_all(self, features: Tensor, words: Tensor) -> Tensor:
        """Return how much of each word (K, D) is heard where, (B, K, f, t)."""
        scale = self.scale / math.sqrt(self.config.prompt_dim)
        return scale * torch.einsum("bdft,kd->bkft", features, words)


def pooled(evidence: Tensor) -> Tensor:
    """Return (B, K, t): evidence (B, K, f, t) over frequency, nearly its largest value."""
    return torch.logsumexp(evidence, 2) - math.log(evidence.shape[2])


class _Halving(nn.Sequential):
    def __init__(self, n_in: int, n_out: int, stride: tuple[int, int]) -> None:
        super().__init__(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(inplace=True),
        )


class _Residual(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(n, n, 3, 1, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(n)
        self.second = nn.Conv2d(n, n, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(n)

    def forward(self, x: Tensor) -> Tensor:
        inside = nnf.relu(self.first_norm(self.first(x)), inplace=True)
        return nnf.relu(x + self.second_norm(self.second(inside)))
