"""Where the teaching of MMAudioSep begins: with MMAudio, most of which stays as it is.

sony/mmaudiosep (`runner.freeze_params_from_mmaudio`): the projection of the sound's input, which
now takes the mixture too, is new; it and the joint blocks are taught, all else is kept.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from core.errors import ModelError
from core.nn.mmaudio.network import MMAudio
from core.nn.mmaudio.sizes import SIZES, MMAudioConfig
from core.separation.mmaudiosep_files import installed_words
from core.separation.mmaudiosep_senses import Senses
from core.separation.mmaudiosep_weights import load_dfn5b, load_eyes, load_mmaudio, load_vae
from core.store import installed
from core.training.sep_latents import Latents, MelLatents, VaeLatents
from core.training.sep_words import DrawnWords, KeptWords, Reader

FRESH = "audio_input_proj."
TAUGHT = (FRESH, "joint_blocks.")
"""Beginnings of the names of what is taught; all else is kept as MMAudio has it."""

TINY = MMAudioConfig(
    latent_dim=40,
    clip_dim=8,
    sync_dim=8,
    text_dim=32,
    n_words=1,
    width=64,
    n_heads=2,
    depth=4,
    fused_depth=1,
)
"""A network that is taught in minutes, on mel spectrograms instead of latents."""

TINY_FILE, TINY_CARD = "mmaudio_tiny.pth", "tiny.json"


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What a run begins with."""

    network: MMAudio
    """MMAudio, as it was taught."""
    size: str
    """Its official name, or "tiny"."""
    latents: Latents
    words: Reader


def find_start(folder: Path, kept: Path, device: torch.device) -> Start:
    """Return the MMAudio in `folder`, and what turns sound and words into what it hears.

    Args:
        folder: holds `mmaudio_<size>.pth`, or a tiny network that was taught here. Its VAE is
            taken from there (`v1-44.pth`), or from the model store, and CLIP from the store.
        kept: where features of words are kept.
        device: for all of them.

    Raises:
        ModelError: a file is missing, damaged, or does not fit.
    """
    if (folder / TINY_CARD).is_file():
        network = load_mmaudio(folder / TINY_FILE, is_separating=False).to(device)
        config = network.config
        return Start(network, "tiny", MelLatents(), DrawnWords(config.n_words, config.text_dim))
    size, path = _official(folder)
    network = load_mmaudio(path, is_separating=False).to(device)
    vae = load_vae(_part(folder, "mmaudio-vae-44k", "v1-44.pth")).to(device).eval()
    shape = network.config.n_words, network.config.text_dim
    return Start(
        network,
        size,
        VaeLatents(vae.requires_grad_(False)),
        KeptWords(kept, _senses(device), shape),
    )


def separator_from(
    mmaudio: MMAudio, *, is_whole: bool = False, keeps_input: bool = False
) -> MMAudio:
    """Return MMAudioSep with the weights of `mmaudio`, and only the parts to be taught unfrozen.

    Its input projection is new, drawn by torch's own chance, as published.

    Args:
        mmaudio: stays as it is.
        is_whole: teach everything, as the paper's comparison does.
        keeps_input: begin with the input projection of `mmaudio`, deaf to the mixture. It
            generates from the first step on then, and only has to learn to listen. Our own.
    """
    network = MMAudio(mmaudio.config.separating).to(mmaudio.latent_mean.device)
    kept = {
        name: value for name, value in mmaudio.state_dict().items() if not name.startswith(FRESH)
    }
    missing, unexpected = network.load_state_dict(kept, strict=False)
    if unexpected or any(not name.startswith(FRESH) for name in missing):
        raise ValueError(f"MMAudio lacks {missing} and has {unexpected} too many")
    if keeps_input:
        _keep_input(network, mmaudio)
    never = {"latent_mean", "latent_std", "empty_string_feat"}
    for name, weight in network.named_parameters():
        weight.requires_grad_(name not in never and (is_whole or name.startswith(TAUGHT)))
    return network


@torch.no_grad()
def _keep_input(network: MMAudio, mmaudio: MMAudio) -> None:
    given = mmaudio.audio_input_proj.state_dict()
    for name, weight in network.audio_input_proj.state_dict().items():
        if weight.shape == given[name].shape:
            weight.copy_(given[name])
        else:  # the first layer: the mixture's channels follow the latent's
            weight.zero_()[:, : mmaudio.config.latent_dim] = given[name]


def write_tiny(network: MMAudio, folder: Path) -> None:
    """Write a tiny MMAudio so that `find_start` finds it."""
    torch.save(network.state_dict(), folder / TINY_FILE)
    card = {"latents": "log mel, two frames in one", "config": asdict(network.config)}
    (folder / TINY_CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _official(folder: Path) -> tuple[str, Path]:
    for size in SIZES:
        for suffix in (".safetensors", ".pth"):
            path = folder / f"mmaudio_{size}{suffix}"
            if path.is_file():
                return size, path
    raise ModelError(
        f"no mmaudio_*.pth in {folder}",
        advice="Give the folder of an MMAudio that is installed, such as mmaudio-small_44k in the "
        "folder of models.",
    )


def _part(folder: Path, name: str, file: str) -> Path:
    if (folder / file).is_file():
        return folder / file
    found = installed(name)
    if found is None:
        raise ModelError(
            f"no {file} in {folder}, and {name} is not installed",
            advice=f"Install “{name}” in the model store, or put {file} beside MMAudio.",
        )
    return found / file


def _senses(device: torch.device) -> Senses | None:
    clip, eyes = installed("dfn5b-clip"), installed("synchformer")
    if clip is None or eyes is None:
        return None
    reader = load_dfn5b(clip / "open_clip_pytorch_model.bin")
    torch.nn.Module.to(reader, device)
    torch.nn.Module.eval(reader)
    return Senses(
        reader,
        load_eyes(eyes / "synchformer_state_dict.pth").to(device).eval(),
        installed_words,
    )
