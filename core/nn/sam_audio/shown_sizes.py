"""Sizes that SAM Audio's config.json leaves out and the shapes in its checkpoint show.

Those of the Perception Encoder, which the configuration only names, and those of the watermark.
Where a tensor is missing the official size stays, so that what is compared next can say so.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from core.nn.sam_audio.checkpoint import Part
from core.nn.sam_audio.config import CodecConfig, SamAudioConfig, VisionConfig

_HEAD_DIM, _POOL_HEAD_DIM = 64, 128
"""Widths of the heads of PE-Core-L14-336, which no shape shows."""


def with_shown_sizes(config: SamAudioConfig, tensors: Mapping[str, Tensor]) -> SamAudioConfig:
    """Return `config` with the sizes that the tensors of a checkpoint show."""
    codec, vision = config.codec, config.vision
    # What is missing here is named when all names are compared.
    with contextlib.suppress(KeyError, ValueError, IndexError):
        codec = _watermark(codec, tensors)
    with contextlib.suppress(KeyError, ValueError, IndexError, ZeroDivisionError):
        vision = _vision(tensors)
    return replace(config, codec=codec, vision=vision)


def _watermark(codec: CodecConfig, tensors: Mapping[str, Tensor]) -> CodecConfig:
    decoder = f"{Part.CODEC}decoder."
    marker = f"{decoder}wm_model."
    dim, hidden, _ = tensors[f"{marker}encoder_block.post.2.weight"].shape
    kernels = [
        tensors[f"{decoder}model.{block}.block.3.weight"].shape[2]
        for block in range(1, 1 + len(codec.decoder_rates))
    ]
    return replace(
        codec,
        watermark_rates=tuple(kernel // 2 for kernel in kernels),
        watermark_channels=tensors[f"{marker}encoder_block.pre.3.weight"].shape[0],
        watermark_hidden=hidden,
        watermark_dim=dim,
        n_message_bits=len(tensors[f"{marker}msg_processor.msg_processor.weight"]) // 2,
    )


def _vision(tensors: Mapping[str, Tensor]) -> VisionConfig:
    seen, read = Part.PICTURES.value, Part.UNUSED.value
    dim, _, patch_px, _ = tensors[f"{seen}conv1.weight"].shape
    n_places = len(tensors[f"{seen}positional_embedding"])
    hidden = len(tensors[f"{seen}transformer.resblocks.0.mlp.c_fc.bias"])
    words = tensors.get(f"{read}token_embedding.weight")
    sizes = VisionConfig(
        image_size_px=patch_px * round((n_places - 1) ** 0.5),
        patch_px=patch_px,
        dim=dim,
        n_layers=_n_layers(tensors, seen),
        n_heads=max(1, dim // _HEAD_DIM),
        n_pool_heads=max(1, dim // _POOL_HEAD_DIM),
        mlp_ratio=hidden / dim,
        out_dim=tensors[f"{seen}proj"].shape[1],
    )
    if words is None:
        return sizes
    return replace(
        sizes,
        text_dim=words.shape[1],
        text_n_layers=_n_layers(tensors, read),
        text_n_words=len(words),
        text_n_positions=len(tensors[f"{read}positional_embedding"]),
    )


def _n_layers(tensors: Mapping[str, Tensor], prefix: str) -> int:
    blocks = f"{prefix}transformer.resblocks."
    return len({name[len(blocks) :].split(".")[0] for name in tensors if name.startswith(blocks)})
