"""The small separator as one file: safetensors, with its configuration as JSON beside the weights.

Weights are kept in half precision; running statistics are not, since some are too small for it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import ModelError
from core.nn.hearing import HearingConfig
from core.nn.mini import MiniConfig, MiniNetwork
from core.nn.unet import UNetConfig

_CONFIG = "config"
_ADVICE = "Install Soloist again: a file that comes with it is missing or damaged."


def write_mini(network: MiniNetwork, path: Path, about: Mapping[str, str] | None = None) -> None:
    """Write weights and configuration, beside `path` and then in its place.

    Args:
        network: any device.
        path: of a safetensors file.
        about: what else is to be known of them, such as how they were made; nothing reads it.
    """
    tensors = {
        name: (value.half() if _is_halved(name, value) else value).cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    partial = path.with_name(path.name + ".part")
    save_file(
        tensors, partial, metadata={**(about or {}), _CONFIG: json.dumps(asdict(network.config))}
    )
    partial.replace(path)


def read_mini(path: Path, device: torch.device | None = None) -> MiniNetwork:
    """Return the network of a file in float32 on `device`, ready to be asked.

    Raises:
        ModelError: the file is missing, damaged, or holds another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelError(f"can't read weights from {path}: {error}", advice=_ADVICE) from error
    network = MiniNetwork(_config(metadata, path))
    try:
        network.load_state_dict(tensors)  # copies into float32
    except RuntimeError as error:
        raise ModelError(f"{path} doesn't fit its network: {error}", advice=_ADVICE) from error
    return network.to(device).eval().requires_grad_(False)


def _is_halved(name: str, value: torch.Tensor) -> bool:
    return value.is_floating_point() and "running_" not in name


def _config(metadata: dict[str, str], path: Path) -> MiniConfig:
    try:
        return config_from(json.loads(metadata[_CONFIG]))
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
