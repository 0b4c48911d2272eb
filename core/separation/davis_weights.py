"""Brings official checkpoints of DAVIS into our networks: tensors only, and all of them or nothing.

Names and shapes are compared before anything is loaded; what does not fit is listed. The official
code loads its U-Net without comparing, which would hide that a checkpoint is another network's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn
from transformers import CLIPConfig, CLIPModel

from core.errors import ModelError
from core.nn.clip_names import config_of, from_official, to_official
from core.nn.davis import DavisUNet
from core.nn.davis_sizes import transformer_size_of, unet_config_of
from core.nn.temporal_transformer import TemporalTransformer
from core.nn.tensor_files import Tensors, read_tensors, refuse_misfit
from core.nn.unet import UNetConfig
from core.separation.davis_files import DavisFiles, weight_files

_CLIP = "model."
_TRANSFORMER = "temporal_transformer."
_OFFICIAL_TRANSFORMER = (512, 2048)

_Size = TypeVar("_Size")


@dataclass(frozen=True, slots=True, eq=False)
class DavisNetworks:
    """All that looks and listens, in evaluation mode on one device."""

    unet: DavisUNet
    transformer: TemporalTransformer
    clip: CLIPModel


@lru_cache(maxsize=1)  # a gigabyte: the last one is kept, no second
def load_davis(files: DavisFiles, device: str) -> DavisNetworks:
    """Return the networks of `files` on `device`, the same ones while the files stay.

    Raises:
        ModelError: a checkpoint is damaged or another network's; the message lists what of it.
    """
    seen = read_tensors(files.frame)
    clip = {name.removeprefix(_CLIP): seen.pop(name) for name in [*seen] if name.startswith(_CLIP)}
    networks = DavisNetworks(
        unet=_unet(files.unet),
        transformer=_transformer(files.frame, seen),
        clip=_clip(files.frame, clip) if clip else read_clip(files.clip),
    )
    parts: tuple[nn.Module, ...] = (networks.unet, networks.transformer, networks.clip)
    for network in parts:
        network.to(device).eval().requires_grad_(False)
    return networks


def _unet(path: Path) -> DavisUNet:
    tensors = read_tensors(path)
    config = _size(unet_config_of, tensors, UNetConfig())
    with torch.device("meta"):
        wanted = DavisUNet(config).state_dict()
    refuse_misfit(path, tensors, wanted, "the Separation U-Net")
    network = DavisUNet(config)
    network.load_state_dict(tensors)  # copies into float32
    return network


def _transformer(path: Path, tensors: Tensors) -> TemporalTransformer:
    size = _size(transformer_size_of, tensors, _OFFICIAL_TRANSFORMER)
    network = TemporalTransformer(*size)
    refuse_misfit(path, tensors, network.state_dict(), "CLIP with a temporal transformer")
    network.load_state_dict(tensors)
    return network


def _clip(path: Path, tensors: Tensors) -> CLIPModel:
    config = _size(config_of, tensors, CLIPConfig())
    with torch.device("meta"):
        wanted = to_official(CLIPModel(config).state_dict())
    refuse_misfit(path, tensors, wanted, "CLIP with a temporal transformer")
    network = CLIPModel(config)
    network.load_state_dict(from_official(tensors))
    return network


def read_clip(folder: Path) -> CLIPModel:
    """Return the CLIP of a folder; never asks a network for one."""
    config, weights = weight_files(folder)
    try:
        network = CLIPModel(CLIPConfig.from_json_file(config))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{config} describes no CLIP: {error!r}",
            advice=f"Put config.json of openai/clip-vit-base-patch32 into {folder}.",
        ) from error
    tensors = read_tensors(weights)
    # Files written by older versions hold these, which are only numbers in order.
    tensors = {name: value for name, value in tensors.items() if "position_ids" not in name}
    refuse_misfit(weights, tensors, network.state_dict(), "the CLIP of its config.json")
    network.load_state_dict(tensors)
    return network


def _size(read: Callable[[Tensors], _Size], tensors: Tensors, official: _Size) -> _Size:
    """Return the size the tensors have, the official one where they do not show it."""
    try:
        return read(tensors)
    except (LookupError, ValueError, ArithmeticError):
        return official
