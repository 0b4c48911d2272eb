"""Says what the tensors of `diffusers`' autoencoder were called before, by CompVis and AudioLDM.

The first code of latent diffusion (Rombach et al. 2022) numbers the levels of its decoder from the
finest, `diffusers` from the coarsest, and its attention is made of convolutions of one cell.
"""

import re

from torch import Tensor

_ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}
_POINTWISE = re.compile(r"\.attentions\.\d+\.to_(?:q|k|v|out\.0)\.weight$")
_LEVEL = re.compile(r"\.(down|up)_blocks\.(\d+)\.(resnets|downsamplers|upsamplers)\.(\d+)\.")
_MIDDLE = re.compile(r"\.mid_block\.resnets\.(\d+)\.")
_MIDDLE_ATTENTION = re.compile(r"\.mid_block\.attentions\.0\.(group_norm|to_out\.0|to_[qkv])\.")


def compvis_name(name: str, n_levels: int) -> str:
    """Return what CompVis calls the tensor `name` of an `AutoencoderKL` with `n_levels` levels."""

    def level(found: re.Match[str]) -> str:
        way, number, kind, place = found.groups()
        at = int(number) if way == "down" else n_levels - 1 - int(number)
        layer = f"block.{place}" if kind == "resnets" else f"{way}sample"
        return f".{way}.{at}.{layer}."

    name = _LEVEL.sub(level, name)
    name = _MIDDLE.sub(lambda found: f".mid.block_{int(found[1]) + 1}.", name)
    name = _MIDDLE_ATTENTION.sub(lambda found: f".mid.attn_1.{_ATTENTION[found[1]]}.", name)
    name = name.replace(".conv_norm_out.", ".norm_out.")
    return name.replace(".conv_shortcut.", ".nin_shortcut.")


def compvis_shaped(name: str, value: Tensor) -> Tensor:
    """Return the tensor `name` of an `AutoencoderKL` in the shape that CompVis gives it."""
    return value[..., None, None] if _POINTWISE.search(name) else value
