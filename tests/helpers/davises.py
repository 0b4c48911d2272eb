"""Checkpoints of DAVIS in the official layout, of tiny networks that nobody taught."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPConfig, CLIPModel

from core.nn.clip_names import to_official
from core.nn.davis import DavisUNet
from core.nn.temporal_transformer import TemporalTransformer
from core.nn.unet import UNetConfig

DIM = 16
ENGINES = ("davis", "davis-flow")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def tiny_unet() -> DavisUNet:
    config = UNetConfig(
        width=8, multipliers=(1, 1), n_bins=8, prompt_dim=DIM, head_dim=4, query_size=16
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = DavisUNet(config)
        # Untaught, what is asked for hardly reaches the other end.
        network.net_unet.mid_block1.block1.proj.weight.data.mul_(10)
    return network


def tiny_transformer() -> TemporalTransformer:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return TemporalTransformer(DIM, 8)


def tiny_clip() -> CLIPModel:
    tower = {
        "hidden_size": 64,
        "intermediate_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 1,
    }
    n_words = len(word_list())
    words = {"vocab_size": n_words, "max_position_embeddings": 40}
    ends = {"bos_token_id": n_words - 2, "eos_token_id": n_words - 1, "pad_token_id": n_words - 1}
    config = CLIPConfig(
        projection_dim=DIM,
        text_config={**tower, **words, **ends},
        vision_config={**tower, "image_size": 32, "patch_size": 8},
    )
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return CLIPModel(config).eval()


def word_list() -> dict[str, int]:
    """Every letter inside a word and at its end, then what begins and what ends a text."""
    inside = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    return {word: place for place, word in enumerate([*inside, "<|startoftext|>", "<|endoftext|>"])}


def frame_tensors() -> dict[str, Tensor]:
    """What an official `frame_*.pth` holds: a whole CLIP and the temporal transformer."""
    clip = to_official(tiny_clip().state_dict())
    seen = {f"model.{name}": value for name, value in clip.items()}
    return {**seen, **tiny_transformer().state_dict()}


def install(models: Path) -> Path:
    """Write what both engines need under `models`, and return it."""
    for engine in ENGINES:
        folder = models / engine
        folder.mkdir(parents=True)
        torch.save(tiny_unet().state_dict(), folder / "unet_best.pth")
        torch.save(frame_tensors(), folder / "frame_best.pth")
    install_words(models)
    return models


def install_words(models: Path) -> None:
    """Write the word list of CLIP under `models`, unless it has one."""
    folder = models / "clip"
    if folder.exists():
        return
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(word_list()), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")


def move_clip_beside(models: Path, engine: str) -> None:
    """Take CLIP out of a frame checkpoint, and put it where others keep it."""
    torch.save(tiny_transformer().state_dict(), models / engine / "frame_best.pth")
    install_clip(models)


def install_clip(models: Path) -> None:
    """Write a whole CLIP under `models`: the words, and the network."""
    install_words(models)
    clip = tiny_clip()
    clip.config.to_json_file(models / "clip" / "config.json")
    tensors = {name: value.contiguous() for name, value in clip.state_dict().items()}
    save_file(tensors, models / "clip" / "model.safetensors")
