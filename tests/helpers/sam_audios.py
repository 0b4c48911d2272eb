"""SAM Audio in the official layout, T5 and PE-A-Frame beside it: tiny, and taught by nobody."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn
from transformers import (
    ModernBertConfig,
    PeAudioConfig,
    PeAudioFrameLevelModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

from core.nn.sam_audio.checkpoint import Part
from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.codec_layers import NormedConv, NormedTransposedConv
from core.nn.sam_audio.config import CodecConfig, SamAudioConfig, TransformerConfig, VisionConfig
from core.nn.sam_audio.network import SamAudioFlow
from core.nn.sam_audio.vision_names import picture_half, text_half

ENGINES = ("sam-audio-small", "sam-audio-base", "sam-audio-large")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TEXT_DIM, LATENT_DIM = 16, 8

TINY = SamAudioConfig(
    transformer=TransformerConfig(
        dim=32, n_heads=2, n_layers=2, multiple_of=8, context_dim=32, out_channels=2 * LATENT_DIM
    ),
    codec=CodecConfig(
        encoder_dim=2,
        encoder_rates=(2, 4, 5, 8),
        latent_dim=32,
        decoder_dim=96,
        decoder_rates=(8, 5, 4, 2),
        codebook_dim=LATENT_DIM,
        sample_rate_hz=8_000,  # as many latents a second as at 48 kHz, in a sixth of the time
        watermark_channels=2,
        watermark_hidden=32,
        watermark_dim=8,
        n_message_bits=16,
    ),
    vision=VisionConfig(
        image_size_px=28,
        patch_px=14,
        dim=64,
        n_layers=1,
        n_heads=1,
        n_pool_heads=1,
        mlp_ratio=1.0,
        out_dim=12,
        text_dim=4,
        text_n_layers=1,
        text_n_words=5,
        text_n_positions=3,
    ),
    text_dim=TEXT_DIM,
    anchor_dim=8,
)


def config_json() -> dict[str, Any]:
    """What an official config.json says, as far as these sizes go."""
    dit, codec = TINY.transformer, TINY.codec
    return {
        "in_channels": TINY.in_channels,
        "transformer": {
            "dim": dit.dim,
            "n_heads": dit.n_heads,
            "n_layers": dit.n_layers,
            "multiple_of": dit.multiple_of,
            "context_dim": dit.context_dim,
            "out_channels": dit.out_channels,
            "qk_norm": True,
            "dropout": 0.1,
        },
        "audio_codec": {
            "encoder_dim": codec.encoder_dim,
            "encoder_rates": list(codec.encoder_rates),
            "latent_dim": codec.latent_dim,
            "decoder_dim": codec.decoder_dim,
            "decoder_rates": list(codec.decoder_rates),
            "codebook_dim": codec.codebook_dim,
            "n_codebooks": 16,
            "sample_rate": codec.sample_rate_hz,
        },
        "text_encoder": {"name": "t5-base", "dim": TINY.text_dim},
        "vision_encoder": {"name": "PE-Core-L14-336", "dim": TINY.vision.out_dim},
        "num_anchors": TINY.n_anchors,
        "anchor_embedding_dim": TINY.anchor_dim,
        "text_ranker": {"kind": "clap"},
    }


def tensors() -> dict[str, Tensor]:
    """A whole checkpoint, in which everything that is asked for can be heard."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        flow, codec = SamAudioFlow(TINY), Codec(TINY.codec)
        for module in flow.modules():
            for name, weight in module.named_parameters(recurse=False):
                if name == "gate" or name.endswith("table"):
                    weight.data.normal_(std=0.5)
        for module in codec.modules():
            if isinstance(module, NormedConv | NormedTransposedConv):
                module.weight_g.data.uniform_(0.7, 1.2)
        shapes = {Part.PICTURES: picture_half(TINY.vision), Part.UNUSED: text_half(TINY.vision)}
        seen = {
            part + name: 0.3 * torch.randn(shape)
            for part, some in shapes.items()
            for name, shape in some.items()
        }
    parts: dict[Part, nn.Module] = {Part.FLOW: flow, Part.CODEC: codec}
    heard = {part + name: x for part, one in parts.items() for name, x in one.state_dict().items()}
    return {**heard, **seen}


def install(models_folder: Path) -> Path:
    """Write all that the engines need under `models_folder`, and return it."""
    held = tensors()
    for engine in ENGINES:
        folder = models_folder / engine
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(config_json()), encoding="utf-8")
        if engine == ENGINES[0]:
            torch.save(held, folder / "checkpoint.pt")
        else:
            os.link(models_folder / ENGINES[0] / "checkpoint.pt", folder / "checkpoint.pt")
    install_t5(models_folder / "t5-base")
    return models_folder


def install_t5(folder: Path) -> None:
    config = T5Config(
        vocab_size=64,
        d_model=TEXT_DIM,
        d_kv=8,
        d_ff=16,
        num_layers=1,
        num_heads=2,
        feed_forward_proj="relu",
    )
    with torch.random.fork_rng():
        torch.manual_seed(6)
        T5EncoderModel(config).save_pretrained(folder)
    _save_words(folder, "</s>")


def install_span_predictor(folder: Path) -> None:
    """A predictor that is half sure of everything, which is more than the threshold."""
    words = {
        "vocab_size": 64,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 1,
        "cls_token_id": 1,
        "sep_token_id": 1,
    }
    dac = {
        "encoder_hidden_size": 2,
        "downsampling_ratios": [2, 4, 5, 8],
        "codebook_dim": 8,
        "hidden_size": 32,
    }
    sound = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "head_dim": 8,
        "dac_config": dac,
    }
    config = PeAudioConfig(text_config=ModernBertConfig(**words).to_dict(), audio_config=sound)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        network = PeAudioFrameLevelModel(config)
        network.text_audio_logit_scale.data.zero_()
        network.save_pretrained(folder)
    _save_words(folder, "[SEP]")


def _save_words(folder: Path, end: str) -> None:
    """A word list of letters, each a word of its own."""
    names = ["<pad>", end, "<unk>", "▁", *LETTERS, *(f"▁{letter}" for letter in LETTERS)]
    tokenizer = Tokenizer(models.Unigram([(name, -1.0) for name in names], unk_id=2))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {end}", special_tokens=[(end, 1)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=end, unk_token="<unk>", pad_token="<pad>"
    )
    fast.save_pretrained(folder)
