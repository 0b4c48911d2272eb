"""BigVGAN version 2: from a log mel spectrogram to sound, with 512 samples for each frame.

Facts: arXiv 2206.04658 and the released `config.json` of `bigvgan_v2_44khz_128band_512x`. The
weight norm of training is folded in while a checkpoint is read (`folded`).

Letters in shapes: B clips, F mel bands, C channels, T mel frames, N samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.nn.mmaudio.antialias import AntialiasedSnake

EDGE_KERNEL = 7
"""Steps that the first and the last convolution see."""


@dataclass(frozen=True, slots=True)
class VocoderConfig:
    """What the shape of a `BigVgan` depends on. The defaults are those of 44.1 kHz."""

    n_bands: int = 128
    width: int = 1536
    """Channels before the first doubling, halved at each stage."""
    rates: tuple[int, ...] = (8, 4, 2, 2, 2, 2)
    """How much longer each stage makes the sound; their product is the hop."""
    kernels: tuple[int, ...] = (16, 8, 4, 4, 4, 4)
    """Of the stages."""
    branch_kernels: tuple[int, ...] = (3, 7, 11)
    branch_steps: tuple[tuple[int, ...], ...] = ((1, 3, 5), (1, 3, 5), (1, 3, 5))
    """Dilations within each branch."""

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> "VocoderConfig":
        """Return what the published `config.json` says.

        Raises:
            ValueError: it describes another kind of BigVGAN.
            KeyError: it is not whole.
        """
        kind = config["resblock"], config["activation"], config["snake_logscale"]
        ends = config.get("use_tanh_at_final", True), config.get("use_bias_at_final", True)
        if kind != ("1", "snakebeta", True) or ends != (False, False):
            raise ValueError(f"only version 2 with snakebeta is known, not {kind} and {ends}")
        return cls(
            n_bands=int(config["num_mels"]),
            width=int(config["upsample_initial_channel"]),
            rates=tuple(config["upsample_rates"]),
            kernels=tuple(config["upsample_kernel_sizes"]),
            branch_kernels=tuple(config["resblock_kernel_sizes"]),
            branch_steps=tuple(tuple(steps) for steps in config["resblock_dilation_sizes"]),
        )


class Branch(nn.Module):
    """Pairs of convolutions beside shortcuts, each after an activation: (B, C, T) to (B, C, T)."""

    def __init__(self, width: int, kernel: int, steps: Sequence[int]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(_conv(width, width, kernel, step) for step in steps)
        self.convs2 = nn.ModuleList(_conv(width, width, kernel) for _ in steps)
        # One before each convolution, in the order in which they are used.
        self.activations = nn.ModuleList(AntialiasedSnake(width) for _ in range(2 * len(steps)))

    def forward(self, x: Tensor) -> Tensor:
        for k, (first, second) in enumerate(zip(self.convs1, self.convs2, strict=True)):
            inner = first(self.activations[2 * k](x))
            x = x + second(self.activations[2 * k + 1](inner))
        return x


class BigVgan(nn.Module):
    """Log mel magnitudes (B, F, T) to sound (B, N), between -1 and 1."""

    def __init__(self, config: VocoderConfig) -> None:
        super().__init__()
        self.config = config
        self.conv_pre = _conv(config.n_bands, config.width, EDGE_KERNEL)
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        width = config.width
        for rate, kernel in zip(config.rates, config.kernels, strict=True):
            margin = (kernel - rate) // 2
            longer = nn.ConvTranspose1d(width, width // 2, kernel, rate, padding=margin)
            self.ups.append(nn.ModuleList([longer]))
            width //= 2
            for branch, steps in zip(config.branch_kernels, config.branch_steps, strict=True):
                self.resblocks.append(Branch(width, branch, steps))
        self.activation_post = AntialiasedSnake(width)
        self.conv_post = _conv(width, 1, EDGE_KERNEL, has_bias=False)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.conv_pre(mel)
        n_branches = len(self.config.branch_kernels)
        for stage, longer in enumerate(self.ups.children()):
            x = next(longer.children())(x)
            branches = self.resblocks[stage * n_branches : (stage + 1) * n_branches]
            x = torch.stack([branch(x) for branch in branches]).mean(0)
        sound: Tensor = self.conv_post(self.activation_post(x))[:, 0]
        return sound.clamp(-1, 1)


def folded(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a checkpoint with the two halves of each weight, size and direction, made one."""
    made: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if name.endswith(".weight_v"):
            size = tensors[f"{name.removesuffix('v')}g"]
            length = value.flatten(1).norm(dim=1).view_as(size)
            made[name.removesuffix("_v")] = value * (size / length)
        elif not name.endswith(".weight_g"):
            made[name] = value
    return made


def _conv(n_in: int, n_out: int, kernel: int, step: int = 1, *, has_bias: bool = True) -> nn.Conv1d:
    margin = step * (kernel - 1) // 2
    return nn.Conv1d(n_in, n_out, kernel, dilation=step, padding=margin, bias=has_bias)
