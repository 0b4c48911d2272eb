"""Brings official checkpoints of DAVIS into our networks: tensors only, and all of them or nothing.

Names and shapes are compared before anything is loaded; what does not fit is listed. The official
code loads its U-Net without comparing, which would hide that a checkpoint is another network's.
"""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPModel

from core.errors import ModelError
from core.nn.clip_names import config_of, from_official, to_official
from core.nn.davis import DavisUNet
from core.nn.davis_sizes import transformer_size_of, unet_config_of
from core.nn.temporal_transformer import TemporalTransformer
from core.nn.unet import UNetConfig
from core.separation.davis_files import DavisFiles, weight_files

Tensors = dict[str, Tensor]

_N_NAMED = 5
"""So many names are listed of each kind of misfit."""

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


def read_tensors(path: Path) -> Tensors:
    """Return the tensors of a `.pth` or `.safetensors` by name, without `module.` before it.

    Raises:
        ModelError: the file is damaged or holds anything but tensors by name.
    """
    try:
        if path.suffix == ".safetensors":
            held: object = load_file(path)
        else:
            held = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, SafetensorError) as error:
        raise ModelError(
            f"can't read tensors from {path}: {error}",
            advice=f"{path.name} is damaged or no checkpoint. Get it again, and put it there.",
        ) from error
    return {name.removeprefix("module."): value for name, value in _tensors_of(path, held).items()}


def refuse_misfit(
    path: Path, got: Mapping[str, Tensor], wanted: Mapping[str, Tensor], of_what: str
) -> None:
    """Raise `ModelError` unless both hold the same names with the same shapes.

    Args:
        path: where `got` came from, for the message.
        got: tensors of a checkpoint.
        wanted: those of the network; may be without content.
        of_what: names the network.
    """
    shapes = {
        f"{name} is {_shape(got[name])} instead of {_shape(wanted[name])}"
        for name in got.keys() & wanted.keys()
        if got[name].shape != wanted[name].shape
    }
    misfits = {
        "missing": wanted.keys() - got.keys(),
        "unexpected": got.keys() - wanted.keys(),
        "of another shape": shapes,
    }
    told = [f"{len(names)} {kind}: {_listed(names)}" for kind, names in misfits.items() if names]
    if told:
        raise ModelError(
            f"{path} does not fit {of_what}: {'; '.join(told)}",
            advice=f"{path.name} is not a checkpoint of {of_what} as Soloist knows it "
            f"({told[0]}). Put the official one into {path.parent}.",
        )


def _tensors_of(path: Path, held: object) -> Tensors:
    if isinstance(held, dict) and held:
        tensors = {name: value for name, value in held.items() if isinstance(value, Tensor)}
        if len(tensors) == len(held) and all(isinstance(name, str) for name in tensors):
            return tensors
    raise ModelError(
        f"{path} does not hold tensors by name and nothing else",
        advice=f"{path.name} is another kind of file. Put the official unet_*.pth and frame_*.pth "
        f"into {path.parent}.",
    )


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


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _listed(names: set[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - _N_NAMED} more" if len(shown) > _N_NAMED else ""
    return ", ".join(shown[:_N_NAMED]) + more
