"""The small separator as one file, with its configuration."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core.errors import ModelError
from core.nn.hearing import HearingConfig
from core.nn.mini import MiniConfig, MiniNetwork
from core.nn.unet import UNetConfig
from core.nn.weight_file import fill, read_tensors, write_network

_ADVICE = "Install Soloist again: a file that comes with it is missing or damaged."


def write_mini(network: MiniNetwork, path: Path, about: Mapping[str, str] | None = None) -> None:
    """Write weights and configuration, beside `path` and then in its place.

    Args:
        network: any device.
        path: of a safetensors file.
        about: what else is to be known of them, such as how they were made; nothing reads it.
    """
    write_network(network, asdict(network.config), path, about)


def read_mini(path: Path, device: torch.device | None = None) -> MiniNetwork:
    """Return the network of a file in float32 on `device`, ready to be asked.

    Raises:
        ModelError: the file is missing, damaged, or holds another network.
    """
    tensors, held = read_tensors(path, _ADVICE)
    network = MiniNetwork(_config(held, path))
    fill(network, tensors, path, _ADVICE)
    return network.to(device).eval().requires_grad_(False)


def _config(held: Mapping[str, Any], path: Path) -> MiniConfig:
    try:
        return config_from(held)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} has no usable configuration of the small separator: {error!r}", advice=_ADVICE
        ) from error


def config_from(held: Mapping[str, Any]) -> MiniConfig:
    """Return the configuration that `dataclasses.asdict` made plain, also after a way as JSON.

    Raises:
        KeyError: something is missing.
        TypeError: something else is in it.
        ValueError: its numbers don't go together.
    """
    unet, hearing = dict(held["unet"]), dict(held["hearing"])
    unet["multipliers"], unet["patch"] = tuple(unet["multipliers"]), tuple(unet["patch"])
    hearing["channels"] = tuple(hearing["channels"])
    return MiniConfig(held["n_words"], UNetConfig(**unet), HearingConfig(**hearing))
