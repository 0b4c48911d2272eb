"""Brings the checkpoints around MMAudioSep into our networks: all of their tensors or nothing.

MMAudio's own checkpoints fit as strictly (`load_mmaudio`); they generate, and are what MMAudioSep
is taught from.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPModel

from core.errors import ModelError
from core.nn.clip_names import config_of as clip_config_of
from core.nn.clip_names import from_official, to_official
from core.nn.mmaudio.network import COMPUTED_KEYS, MMAudio
from core.nn.mmaudio.sizes import SIZES, config_of
from core.nn.mmaudio.synchformer import PREFIX, UNUSED, SynchformerConfig, SynchformerEyes
from core.nn.mmaudio.vae import MelVae, VaeConfig
from core.nn.mmaudio.vocoder import BigVgan, VocoderConfig, folded
from core.nn.tensor_files import read_tensors, refuse_misfit
from core.separation.kept_last import KeptLast
from core.separation.mmaudiosep_files import MMAudioSepFiles

_SEEING_HEADS = 16
"""Of the part of CLIP that looks at pictures; shapes do not tell."""

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True, eq=False)
class MMAudioSepNetworks:
    """All that looks, reads and listens, in evaluation mode."""

    network: MMAudio
    vae: MelVae
    vocoder: BigVgan
    eyes: SynchformerEyes
    clip: CLIPModel

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.network, self.vae, self.vocoder, self.eyes, self.clip


@KeptLast
def load_mmaudiosep(files: MMAudioSepFiles, device: str) -> MMAudioSepNetworks:  # noqa: ARG001
    """Return the networks of `files`, the same ones while the files stay.

    On the CPU, in float32. They are brought to `device` for the work, and may lose precision
    there: for another device they are read again.

    Raises:
        ModelError: a checkpoint is damaged or another network's; the message lists what of it.
    """
    networks = MMAudioSepNetworks(
        network=load_mmaudio(files.network, is_separating=True),
        vae=load_vae(files.vae),
        vocoder=load_vocoder(files.vocoder),
        eyes=load_eyes(files.eyes),
        clip=load_dfn5b(files.clip),
    )
    for part in networks.parts:
        part.eval().requires_grad_(False)
    return networks


def load_mmaudio(path: Path, *, is_separating: bool) -> MMAudio:
    """Return MMAudio, or MMAudioSep where `is_separating`, of any size, from its checkpoint.

    Raises:
        ModelError: it is damaged, another network's, or of the other of the two.
    """
    tensors = {name: one for name, one in read_tensors(path).items() if name not in COMPUTED_KEYS}
    name = "MMAudioSep" if is_separating else "MMAudio"
    usual = SIZES["small_44k"].separating if is_separating else SIZES["small_44k"]
    try:
        config = config_of(tensors)
    except (LookupError, ValueError, ArithmeticError):
        config = usual
    if (config.mixture_dim > 0) != is_separating:
        raise ModelError(
            f"{path} hears {config.mixture_dim} numbers of the mixture; that is not {name}",
            advice=f"{path.name} is not a checkpoint of {name}. “main.py train mmaudiosep” makes "
            "MMAudioSep out of MMAudio.",
        )
    return _filled(path, lambda: MMAudio(config), tensors, name)


def load_vae(path: Path) -> MelVae:
    """Return the mel VAE with its weights folded; `ModelError` where the file does not fit."""
    tensors = read_tensors(path)
    try:
        width, n_bands, _ = tensors["encoder.conv_in.weight"].shape
        config = VaeConfig(n_bands, tensors["decoder.conv_in.weight"].shape[1], width)
    except (LookupError, ValueError):
        config = VaeConfig()
    vae = _filled(path, lambda: MelVae(config), tensors, "MMAudio’s mel VAE")
    vae.fold()
    return vae


def load_vocoder(path: Path) -> BigVgan:
    """Return BigVGAN as the `config.json` beside `path` says; `ModelError` where it can't be."""
    described = path.with_name("config.json")
    try:
        config = VocoderConfig.read(json.loads(described.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelError(
            f"{described} describes no BigVGAN of version 2: {error!r}",
            advice=f"Put config.json of nvidia/bigvgan_v2_44khz_128band_512x into {path.parent}.",
        ) from error
    tensors = read_tensors(path, inside="generator")
    return _filled(path, lambda: BigVgan(config), folded(tensors), "BigVGAN")


def load_eyes(path: Path) -> SynchformerEyes:
    """Return what looks in a checkpoint of Synchformer; `ModelError` where it does not fit."""
    tensors = {
        name.removeprefix(PREFIX): one
        for name, one in read_tensors(path).items()
        if name.startswith(PREFIX) and not name.removeprefix(PREFIX).startswith(UNUSED)
    }
    return _filled(
        path, lambda: SynchformerEyes(_eyes_config(tensors)), tensors, "Synchformer’s eyes"
    )


def load_dfn5b(path: Path) -> CLIPModel:
    """Return the CLIP in a checkpoint of OpenCLIP; `ModelError` where it does not fit."""
    tensors = read_tensors(path)
    try:
        head_dim = max(1, tensors["visual.positional_embedding"].shape[1] // _SEEING_HEADS)
        config = clip_config_of(tensors, head_dim)
    except (LookupError, ValueError, ArithmeticError):
        config = CLIPConfig()
    with torch.device("meta"):
        wanted = to_official(CLIPModel(config).state_dict())
    refuse_misfit(path, tensors, wanted, "CLIP as OpenCLIP keeps it")
    network = CLIPModel(config)
    network.load_state_dict(from_official(tensors))
    return network


def _eyes_config(tensors: Mapping[str, Tensor]) -> SynchformerConfig:
    try:
        width, _, _, patch_px, _ = tensors["patch_embed_3d.proj.weight"].shape
        n_patches = tensors["pos_embed"].shape[1] - 1
        return SynchformerConfig(
            width=width,
            depth=len({name.split(".")[1] for name in tensors if name.startswith("blocks.")}),
            n_heads=max(1, width // 64),
            side_px=patch_px * round(n_patches**0.5),
            patch_px=patch_px,
            n_pictures=2 * tensors["temp_embed"].shape[1],
        )
    except (LookupError, ValueError):
        return SynchformerConfig()


def _filled(
    path: Path, make: Callable[[], Network], tensors: Mapping[str, Tensor], of_what: str
) -> Network:
    """Return a network that holds exactly `tensors`, in float32; nothing is kept twice."""
    with torch.device("meta"):
        network = make()
    refuse_misfit(path, tensors, network.state_dict(), of_what)
    network.load_state_dict({name: one.float() for name, one in tensors.items()}, assign=True)
    return network
