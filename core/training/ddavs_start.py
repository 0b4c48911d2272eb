"""What a `Ddavs` begins with: encoders that were taught before, and its bank of prototypes.

papers/002 section 4.1: MiT pretrained on ImageNet, HTSAT on AudioSet; the bank of appendix B.1 is
made with the audio encoder that is used. The small one begins with what the bundled
separator hears and sees with.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import ClapAudioModelWithProjection, SegformerModel

from core.errors import ModelError
from core.nn.ddavs.audio import AudioEncoder, HearingEncoder, HtsatEncoder
from core.nn.ddavs.bank import N_CLUSTERS, prototypes
from core.nn.ddavs.config import DdavsConfig
from core.nn.ddavs.network import Ddavs
from core.nn.mini_weights import read_mini
from core.nn.seeing import load_seeing
from core.training.sounding_batch import CLIP_S, SAMPLE_RATE_HZ, SingleSounds

_ADVICE = "Give folders with config.json and model.safetensors as their authors publish them."


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Where encoders that were taught before lie; None for encoders that know nothing.

    Attributes:
        bundled: folder of `mini.safetensors` and `seeing.safetensors`, for the small network.
        visual: folder of a Mix Transformer, such as nvidia/mit-b5.
        audio: folder of CLAP with an HTSAT tower, such as laion/clap-htsat-unfused.
    """

    bundled: Path | None = None
    visual: Path | None = None
    audio: Path | None = None


@dataclass(frozen=True, slots=True)
class BankRecipe:
    """How the bank is made."""

    n_clusters: int = N_CLUSTERS
    """Of each class; 0 for no bank."""
    n_clips: int = 32
    """Of each class, that are clustered."""


Bank = tuple[Tensor, Tensor]
"""Prototypes (P, D) and the number of the word of each (P,)."""


def begun(
    config: DdavsConfig, pretrained: Pretrained, bank: Callable[[AudioEncoder], Bank | None]
) -> Ddavs:
    """Return a network with its encoders and its bank, and all else as torch's chance has it.

    Args:
        config: its shape; how many prototypes it has comes out of the bank.
        pretrained: where its encoders begin.
        bank: makes the bank with the audio encoder that the network has; None for no bank.

    Raises:
        ModelError: weights are missing or don't fit.
    """
    state = torch.random.get_rng_state()
    network = Ddavs(replace(config, n_prototypes=0))
    load_encoders(network, pretrained)
    found = bank(network.audio) if config.has_queries else None
    if found is None:
        return network
    # The second one is made by the same chance as the first, as if there had been no other.
    torch.random.set_rng_state(state)
    anchored = Ddavs(replace(config, n_prototypes=len(found[0])))
    anchored.audio.load_state_dict(network.audio.state_dict())
    anchored.visual.load_state_dict(network.visual.state_dict())
    anchored.fill_bank(*found)
    return anchored


def kept_bank(path: Path, make: Callable[[], Bank], *, is_writer: bool = True) -> Bank:
    """Return the bank of a file, or make it and, if this process is to, write the file."""
    if path.is_file():
        tensors = load_file(path)
        return tensors["prototypes"], tensors["classes"]
    made = make()
    if is_writer:
        partial = path.with_name(path.name + ".part")
        save_file({"prototypes": made[0].contiguous(), "classes": made[1]}, partial)
        partial.replace(path)
    return made


@torch.no_grad()
def bank_of(
    audio: AudioEncoder, singles: SingleSounds, words: tuple[str, ...], bank: BankRecipe
) -> Bank:
    """Return prototypes of sounds of one class each.

    Args:
        audio: what they are heard with.
        singles: the sounds.
        words: what numbers of classes mean; classes that are no words are left out.
        bank: how many.
    """
    random = np.random.default_rng(0)
    n_samples = round(CLIP_S * SAMPLE_RATE_HZ)
    embeddings, classes = [], []
    is_taught, _ = audio.training, audio.eval()
    for label in singles.classes:
        if label in words:
            clips = [singles.excerpt(label, n_samples, random) for _ in range(bank.n_clips)]
            embeddings.append(audio.embedding(torch.from_numpy(np.stack(clips))))
            classes.append(torch.full((bank.n_clips,), words.index(label)))
    audio.train(is_taught)
    return prototypes(torch.cat(embeddings), torch.cat(classes), n_clusters=bank.n_clusters)


def load_encoders(network: Ddavs, pretrained: Pretrained) -> None:
    """Put weights that were taught before into the encoders of a network.

    Raises:
        ModelError: a folder is missing, damaged, or of another shape.
    """
    if pretrained.bundled is not None:
        begin_with_bundled(network, pretrained.bundled)
    if pretrained.visual is not None:
        theirs = _read(SegformerModel, pretrained.visual, network.visual.transformer.config)
        network.visual.transformer.load_state_dict(theirs.state_dict())
    if pretrained.audio is not None:
        if not isinstance(network.audio, HtsatEncoder):
            raise ModelError("this network doesn't hear by HTSAT", advice="Leave it out.")
        tower = network.audio.tower
        whole = _read(ClapAudioModelWithProjection, pretrained.audio, tower.config)
        tower.load_state_dict(whole.audio_model.state_dict())


def begin_with_bundled(network: Ddavs, folder: Path) -> None:
    """Put what the bundled separator hears and sees with into a small network.

    Raises:
        ModelError: a file is missing or damaged, or the network has other shapes.
    """
    hearing = read_mini(folder / "mini.safetensors").hearing
    seeing = load_seeing(folder / "seeing.safetensors")
    try:
        if not isinstance(network.audio, HearingEncoder):
            raise ValueError("it doesn't hear as the bundled separator does")
        network.audio.hearing.load_state_dict(hearing.state_dict())
        network.visual.adopt(seeing)
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"this network can't begin with {folder}: {error}",
            advice="Only the small network does; leave the bundled weights out.",
        ) from error


def _read(kind: Any, folder: Path, config: Any) -> Any:
    """Return a published encoder from a folder, in the shape of ours.

    The library knows the names that weights had when they were published. Nothing is fetched.
    """
    try:
        network, told = kind.from_pretrained(
            folder, config=config, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"can't read an encoder from {folder}: {error}", advice=_ADVICE) from error
    missing = sorted(name for name in told["missing_keys"] if not _is_needless(name))
    if missing:
        raise ModelError(
            f"{folder} lacks {len(missing)} weights, such as {', '.join(missing[:3])}",
            advice=_ADVICE,
        )
    return network


def _is_needless(name: str) -> bool:
    """Return whether a weight is computed from nothing, or stands after all that is used."""
    return "relative_position_index" in name or name.startswith("audio_projection.")
