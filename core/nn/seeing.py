"""The network that names what is seen in a crop: a small residual network with a mask beside RGB.

It is ordinary on purpose: a ResNet (He and others, 2016), batch norm, an average
over the whole crop, one linear layer. The mask says which of several things in the crop is meant.
A file holds the weights in float16 and the configuration as JSON in the metadata.

Letters in shapes: B crops, S pixels of a side, K words, D width of the features.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.errors import ModelError
from core.nn.weight_file import fill, read_tensors, write_network

_CONFIG = "seeing"
"""Key of the metadata under which the configuration stands."""

_ADVICE = "Install Soloist again, or give a file that its “train pictures” command wrote."


@dataclass(frozen=True, slots=True)
class SeeingConfig:
    """What the shape of a `SeeingNetwork` depends on, and what its numbers mean."""

    words: tuple[str, ...]
    """Names of classes in the order of the answers; "none of these" comes after the last."""
    side_px: int = 96
    widths: tuple[int, ...] = (24, 40, 80, 160, 256)
    """Of the stem and of each stage; each halves the picture."""
    n_blocks: tuple[int, ...] = (1, 2, 2, 1)
    """In each stage."""
    has_mask: bool = True
    dropout: float = 0.2
    temperature: float = 1.0
    """By which log odds are divided so that confidences come true; found after training."""

    def __post_init__(self) -> None:
        if not self.words or len(set(self.words)) != len(self.words):
            raise ValueError("words must be there, each once")
        if len(self.n_blocks) != len(self.widths) - 1:
            raise ValueError("widths are those of the stem and of each stage")
        if self.temperature <= 0:
            raise ValueError(f"temperature {self.temperature} is not positive")


class SeeingNetwork(nn.Module):
    """Names what is seen. `confidences` is what to show to people."""

    def __init__(self, config: SeeingConfig) -> None:
        super().__init__()
        self.config = config
        n_inputs = 4 if config.has_mask else 3
        first, *others = config.widths
        self.stem = SeeingConvolution(n_inputs, first, 3, stride=2)
        blocks: list[nn.Module] = []
        width = first
        for out, n_blocks in zip(others, config.n_blocks, strict=True):
            for number in range(n_blocks):
                blocks.append(SeeingBlock(width, out, stride=2 if number == 0 else 1))
                width = out
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(config.dropout)
        self.out = nn.Linear(width, len(config.words) + 1)

    def forward(self, pictures: Tensor, masks: Tensor | None = None) -> Tensor:
        """Return log odds (B, K + 1), up to a constant each, of each word and of "none of these".

        Args:
            pictures: (B, 3, S, S), RGB, 0 to 1.
            masks: (B, 1, S, S), 1 on the thing that is meant and 0 elsewhere; None: all of it.
        """
        x = pictures * 4 - 2
        if self.config.has_mask:
            where = torch.ones_like(pictures[:, :1]) if masks is None else masks
            x = torch.cat([x, where * 2 - 1], 1)  # (B, 4, S, S)
        x = self.blocks(nnf.relu(self.stem(x)))  # (B, D, S/32, S/32)
        features = x.mean((2, 3))  # (B, D)
        logits: Tensor = self.out(self.dropout(features))
        return logits

    def confidences(self, pictures: Tensor, masks: Tensor | None = None) -> Tensor:
        """Return (B, K + 1), adding up to 1, the last for "none of these"."""
        logits = self.forward(pictures, masks).float()
        return (logits / self.config.temperature).softmax(1)


class SeeingConvolution(nn.Module):
    """A convolution and its norm, without a nonlinearity."""

    def __init__(self, n_in: int, n_out: int, size: int, stride: int = 1) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(n_in, n_out, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.weigh(x))
        return normed


class SeeingBlock(nn.Module):
    """Two convolutions around which the picture also passes as it is."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.first = SeeingConvolution(n_in, n_out, 3, stride)
        self.second = SeeingConvolution(n_out, n_out, 3)
        self.stride = stride
        self.around = SeeingConvolution(n_in, n_out, 1) if n_in != n_out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        # Averaging, not skipping: thin lines of drawings live on every pixel.
        passed = nnf.avg_pool2d(x, self.stride, ceil_mode=True) if self.stride > 1 else x
        out: Tensor = nnf.relu(self.around(passed) + self.second(nnf.relu(self.first(x))))
        return out


def save_seeing(network: SeeingNetwork, path: Path) -> None:
    """Write the weights in float16 with the configuration, beside `path` and then in its place."""
    write_network(network, asdict(network.config), path, key=_CONFIG)


def load_seeing(path: Path, device: torch.device | None = None) -> SeeingNetwork:
    """Return the network of a file, in float32, ready to be asked.

    Raises:
        ModelError: the file is missing, damaged, or holds another network.
    """
    tensors, held = read_tensors(path, _ADVICE, _CONFIG)
    network = SeeingNetwork(_config(held, path))
    fill(network, tensors, path, _ADVICE)
    return network.to(device).eval().requires_grad_(False)


def _config(held: dict[str, Any], path: Path) -> SeeingConfig:
    try:
        values = dict(held)
        for name in ("words", "widths", "n_blocks"):
            values[name] = tuple(values[name])
        return SeeingConfig(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} has no usable configuration of a picture network: {error!r}", advice=_ADVICE
        ) from error
