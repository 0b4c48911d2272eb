"""Checkpoints of MMAudio, MMAudioSep and all around them in the official layout: tiny, untaught."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from core.nn.clip_names import to_official
from core.nn.mmaudio.network import MMAudio
from core.nn.mmaudio.sizes import MMAudioConfig
from core.nn.mmaudio.synchformer import PREFIX, SynchformerConfig, SynchformerEyes
from core.nn.mmaudio.vae import MelVae, VaeConfig
from core.nn.mmaudio.vocoder import BigVgan, VocoderConfig
from core.separation.mmaudiosep import MMAudioSep, build_small
from core.separation.mmaudiosep_info import MMAUDIOSEP_INFOS
from core.separation.mmaudiosep_weights import MMAudioSepNetworks
from tests.helpers.davises import DIM, install_words, tiny_clip

Network = TypeVar("Network", bound=nn.Module)

ENGINES = {"mmaudiosep-small": "small_44k", "mmaudiosep-large": "large_44k_v2"}

LATENT_DIM = 4
TINY = MMAudioConfig(
    latent_dim=LATENT_DIM,
    clip_dim=DIM,
    sync_dim=64,
    text_dim=64,
    n_words=40,
    width=16,
    n_heads=2,
    depth=2,
    fused_depth=1,
)
EYES = SynchformerConfig(width=64, depth=1, n_heads=1, side_px=32, patch_px=16)
VOCODER = {
    "resblock": "1",
    "num_mels": 128,
    "upsample_rates": [512],
    "upsample_kernel_sizes": [1024],
    "upsample_initial_channel": 2,
    "resblock_kernel_sizes": [3],
    "resblock_dilation_sizes": [[1]],
    "use_tanh_at_final": False,
    "use_bias_at_final": False,
    "activation": "snakebeta",
    "snake_logscale": True,
}


def tiny_mmaudio(config: MMAudioConfig = TINY, seed: int = 0) -> MMAudio:
    network = _seeded(lambda: MMAudio(config), seed)
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(seed)
        # Untaught, these are nothing, and what is asked for would not matter.
        for constant in (network.empty_clip_feat, network.empty_sync_feat):
            constant.normal_()
        network.latent_mean.normal_(std=0.1)
        network.latent_std.fill_(1.5)
    return network


def tiny_engine() -> MMAudioSep:
    """An engine of tiny networks that hears short windows and takes two steps unless asked."""
    networks = MMAudioSepNetworks(
        network=tiny_mmaudio(TINY.separating).eval(),
        vae=tiny_vae().eval(),
        vocoder=tiny_vocoder().eval(),
        eyes=_seeded(lambda: SynchformerEyes(EYES), 3).eval(),
        clip=tiny_clip(),
    )
    cpu = torch.device("cpu")
    return _hurried(MMAudioSep(MMAUDIOSEP_INFOS[0], networks, cpu, {"device": "cpu"}))


def installed_engine() -> MMAudioSep:
    """The same from the checkpoints that are installed."""
    return _hurried(build_small("cpu"))


def _hurried(engine: MMAudioSep) -> MMAudioSep:
    settings = engine.info.settings
    few = replace(engine.info, settings=(replace(settings[0], default=2), *settings[1:]))
    return replace(engine, info=few, window_s=4.0)


def tiny_vae() -> MelVae:
    return _seeded(lambda: MelVae(VaeConfig(latent_dim=LATENT_DIM, width=8)), 1)


def tiny_vocoder() -> BigVgan:
    vocoder = _seeded(lambda: BigVgan(VocoderConfig.read(VOCODER)), 2)
    # Untaught, what it makes is one constant.
    last = vocoder.conv_post.weight.data
    last.sub_(last.mean(-1, keepdim=True))
    return vocoder


def vocoder_tensors() -> dict[str, Tensor]:
    """As released: each weight of a convolution as its size and its direction."""
    network = tiny_vocoder()
    halves: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        if not name.endswith(".weight"):
            halves[name] = value
            continue
        halves[f"{name}_v"] = value
        size = value.flatten(1).norm(dim=1)
        halves[f"{name}_g"] = size.view(-1, *[1] * (value.dim() - 1))
    return halves


def eyes_tensors() -> dict[str, Tensor]:
    """With ears beside the eyes, and with the flat patches that compute nothing."""
    network = _seeded(lambda: SynchformerEyes(EYES), 3)
    seen = {f"{PREFIX}{name}": value for name, value in network.state_dict().items()}
    flat = {f"{PREFIX}patch_embed.proj.weight": torch.zeros(64, 3, 16, 16)}
    return {**seen, **flat, "afeat_extractor.norm.weight": torch.ones(3)}


def install(models: Path) -> Path:
    """Write what the engines need under `models`, a word list if there is none, and return it."""
    for engine, size in ENGINES.items():
        config = TINY.separating
        _save(tiny_mmaudio(config).state_dict(), models / engine / f"mmaudiosep_{size}.pth")
    install_parts(models)
    install_words(models)
    return models


def install_parts(models: Path) -> None:
    _save(tiny_vae().state_dict(), models / "mmaudio-vae-44k" / "v1-44.pth")
    vocoder = models / "bigvgan-v2-44k"
    _save({"generator": vocoder_tensors()}, vocoder / "bigvgan_generator.pt")
    (vocoder / "config.json").write_text(json.dumps(VOCODER), encoding="utf-8")
    _save(eyes_tensors(), models / "synchformer" / "synchformer_state_dict.pth")
    clip = to_official(tiny_clip().state_dict())
    _save(clip, models / "dfn5b-clip" / "open_clip_pytorch_model.bin")


def _save(held: object, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(held, path)


def _seeded(make: Callable[[], Network], seed: int) -> Network:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()
