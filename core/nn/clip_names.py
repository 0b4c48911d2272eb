"""Between the names OpenAI gave the weights of CLIP and the names `transformers` knows them by.

Checkpoints of DAVIS hold a whole CLIP under the former, and OpenCLIP kept them. A size is read off
the shapes, since checkpoints carry no configuration. Letters in shapes: D width.
"""

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from transformers import CLIPConfig

_PAIRS = (
    ("visual.transformer.resblocks.", "vision_model.encoder.layers."),
    ("transformer.resblocks.", "text_model.encoder.layers."),
    (".attn.out_proj.", ".self_attn.out_proj."),
    (".ln_1.", ".layer_norm1."),
    (".ln_2.", ".layer_norm2."),
    (".mlp.c_fc.", ".mlp.fc1."),
    (".mlp.c_proj.", ".mlp.fc2."),
    ("visual.ln_pre.", "vision_model.pre_layrnorm."),
    ("visual.ln_post.", "vision_model.post_layernorm."),
    ("ln_final.", "text_model.final_layer_norm."),
    ("visual.class_embedding", "vision_model.embeddings.class_embedding"),
    ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
    ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
    ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
    ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
    ("visual.proj", "visual_projection.weight"),
    ("text_projection", "text_projection.weight"),
)
_TURNED = ("visual.proj", "text_projection")
"""Kept as (in, out) by OpenAI, as (out, in) by transformers."""

_HEAD_DIM = 64


def from_official(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict for `CLIPModel` of one with OpenAI's names, which must be whole."""
    renamed: dict[str, Tensor] = {}
    for name, value in tensors.items():
        block, is_joined, kind = name.partition(".attn.in_proj_")
        if not is_joined:
            renamed[_replaced(name, _PAIRS)] = value.t() if name in _TURNED else value
            continue
        for letter, part in zip("qkv", value.chunk(3), strict=True):
            inside = f"{block}.self_attn.{letter}_proj.{kind}"
            renamed[_replaced(inside, _PAIRS)] = part
    return renamed


def to_official(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict of a `CLIPModel` under OpenAI's names."""
    back = [(transformers, official) for official, transformers in _PAIRS]
    renamed: dict[str, Tensor] = {}
    for name, value in tensors.items():
        block, is_split, kind = name.partition(".self_attn.q_proj.")
        if is_split:
            parts = [tensors[f"{block}.self_attn.{letter}_proj.{kind}"] for letter in "qkv"]
            renamed[f"{_replaced(f'{block}.', back)}attn.in_proj_{kind}"] = torch.cat(parts)
        elif ".k_proj." not in name and ".v_proj." not in name:
            official = _replaced(name, back)
            renamed[official] = value.t() if official in _TURNED else value
    return renamed


def config_of(tensors: Mapping[str, Tensor], seeing_head_dim: int = _HEAD_DIM) -> CLIPConfig:
    """Return the size that tensors with OpenAI's names have.

    Args:
        tensors: whole.
        seeing_head_dim: width of a head that looks at pictures, which shapes do not tell; 80 in
            ViT-H of OpenCLIP.

    Raises:
        KeyError: there is too little to tell.
    """
    n_positions, seeing_width = tensors["visual.positional_embedding"].shape
    patch_size = tensors["visual.conv1.weight"].shape[-1]
    n_words, reading_width = tensors["token_embedding.weight"].shape
    dim = tensors["text_projection"].shape[1]
    return CLIPConfig(
        projection_dim=dim,
        vision_config={
            **_tower(tensors, "visual.transformer.resblocks.", seeing_width, dim),
            "num_attention_heads": max(1, seeing_width // seeing_head_dim),
            "image_size": patch_size * math.isqrt(n_positions - 1),
            "patch_size": patch_size,
        },
        text_config={
            **_tower(tensors, "transformer.resblocks.", reading_width, dim),
            "vocab_size": n_words,
            "max_position_embeddings": tensors["positional_embedding"].shape[0],
            # The last two words of the list begin and end a text, in every CLIP of OpenAI's.
            "bos_token_id": n_words - 2,
            "eos_token_id": n_words - 1,
            "pad_token_id": n_words - 1,
        },
    )


def _tower(tensors: Mapping[str, Tensor], blocks: str, width: int, dim: int) -> dict[str, int]:
    inside = [name.removeprefix(blocks) for name in tensors if name.startswith(blocks)]
    return {
        "hidden_size": width,
        "intermediate_size": tensors[f"{blocks}0.mlp.c_fc.weight"].shape[0],
        "num_hidden_layers": len({name.split(".")[0] for name in inside}),
        "num_attention_heads": max(1, width // _HEAD_DIM),
        "projection_dim": dim,
    }


def _replaced(name: str, pairs: Iterable[tuple[str, str]]) -> str:
    for old, new in pairs:
        name = name.replace(old, new)
    return name
