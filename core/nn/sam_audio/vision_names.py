"""The Perception Encoder's weights, called by its checkpoint one way and by `timm` another.

Bolya et al. 2025. The network itself is `timm`'s. Letters in shapes: D width.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from core.nn.sam_audio.config import VisionConfig

Shapes = dict[str, tuple[int, ...]]

_OUTER = {
    "class_embedding": "cls_token",
    "positional_embedding": "pos_embed",
    "conv1.weight": "patch_embed.proj.weight",
    "ln_pre.weight": "norm_pre.weight",
    "ln_pre.bias": "norm_pre.bias",
    "ln_post.weight": "norm.weight",
    "ln_post.bias": "norm.bias",
    "attn_pool.probe": "attn_pool.latent",
}
_BLOCK = {
    "attn.in_proj_": "attn.qkv.",
    "attn.out_proj.": "attn.proj.",
    "ln_1.": "norm1.",
    "ln_2.": "norm2.",
    "mlp.c_fc.": "mlp.fc1.",
    "mlp.c_proj.": "mlp.fc2.",
}
_POOL = {
    "attn.out_proj.": "proj.",
    "layernorm.": "norm.",
    "mlp.c_fc.": "mlp.fc1.",
    "mlp.c_proj.": "mlp.fc2.",
}
_BLOCKS, _POOLS, _IN = "transformer.resblocks.", "attn_pool.", "attn_pool.attn.in_proj_"


def from_official(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of `visual.` under the names `timm` gives them.

    Raises:
        KeyError: a name that no Perception Encoder has.
    """
    named: dict[str, Tensor] = {}
    for name, value in weights.items():
        named.update(_renamed(name, value))
    return named


def text_half(config: VisionConfig) -> Shapes:
    """Return names and shapes of the half that reads words, which checkpoints hold in vain."""
    dim, hidden = config.text_dim, int(config.mlp_ratio * config.text_dim)
    shapes: Shapes = {
        "positional_embedding": (config.text_n_positions, dim),
        "text_projection": (dim, config.out_dim),
        "logit_scale": (),
        "token_embedding.weight": (config.text_n_words, dim),
        "ln_final.weight": (dim,),
        "ln_final.bias": (dim,),
    }
    for layer in range(config.text_n_layers):
        shapes |= {f"{_BLOCKS}{layer}.{name}": shape for name, shape in _block(dim, hidden)}
    return shapes


def picture_half(config: VisionConfig) -> Shapes:
    """Return names and shapes of the half that looks at pictures, without `visual.`."""
    dim, hidden = config.dim, int(config.mlp_ratio * config.dim)
    n_places = config.n_patches_a_side**2 + 1
    shapes: Shapes = {
        "class_embedding": (dim,),
        "positional_embedding": (n_places, dim),
        "proj": (dim, config.out_dim),
        "conv1.weight": (dim, 3, config.patch_px, config.patch_px),
        "attn_pool.probe": (1, 1, dim),
    }
    for norm in ("ln_pre", "ln_post", "attn_pool.layernorm"):
        shapes |= {f"{norm}.weight": (dim,), f"{norm}.bias": (dim,)}
    pooled = [pair for pair in _block(dim, hidden) if not pair[0].startswith("ln_")]
    shapes |= {f"{_POOLS}{name}": shape for name, shape in pooled}
    for layer in range(config.n_layers):
        shapes |= {f"{_BLOCKS}{layer}.{name}": shape for name, shape in _block(dim, hidden)}
    return shapes


def _block(dim: int, hidden: int) -> list[tuple[str, tuple[int, ...]]]:
    return [
        ("attn.in_proj_weight", (3 * dim, dim)),
        ("attn.in_proj_bias", (3 * dim,)),
        ("attn.out_proj.weight", (dim, dim)),
        ("attn.out_proj.bias", (dim,)),
        ("ln_1.weight", (dim,)),
        ("ln_1.bias", (dim,)),
        ("ln_2.weight", (dim,)),
        ("ln_2.bias", (dim,)),
        ("mlp.c_fc.weight", (hidden, dim)),
        ("mlp.c_fc.bias", (hidden,)),
        ("mlp.c_proj.weight", (dim, hidden)),
        ("mlp.c_proj.bias", (dim,)),
    ]


def _renamed(name: str, value: Tensor) -> dict[str, Tensor]:
    if name == "proj":
        # Theirs is multiplied from the right and has no bias; timm's head has one.
        return {"head.weight": value.T, "head.bias": torch.zeros_like(value[0])}
    if name in _OUTER:
        return {_OUTER[name]: _spread(name, value)}
    if name.startswith(_IN):
        kind = name.removeprefix(_IN)
        first, rest = value.tensor_split([len(value) // 3])
        return {f"attn_pool.q.{kind}": first, f"attn_pool.kv.{kind}": rest}
    if name.startswith(_POOLS):
        return {_POOLS + _swapped(name.removeprefix(_POOLS), _POOL): value}
    place, _, rest_of = name.removeprefix(_BLOCKS).partition(".")
    if not name.startswith(_BLOCKS) or not place.isdigit():
        raise KeyError(name)
    return {f"blocks.{place}.{_swapped(rest_of, _BLOCK)}": value}


def _spread(name: str, value: Tensor) -> Tensor:
    """Return the value with the axes that `timm` keeps in front of it."""
    return {"class_embedding": value[None, None], "positional_embedding": value[None]}.get(
        name, value
    )


def _swapped(name: str, table: Mapping[str, str]) -> str:
    for theirs, ours in table.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    raise KeyError(name)
