"""Checkpoints of what finds and follows things, in the official layouts, of tiny untaught networks.

GroundingDINO, MM-GroundingDINO, SAM 2.1, EdgeTAM and CLAP, each written as its hub repository has
it: config.json, model.safetensors, and the files of tokenizer and processor where there are any.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertTokenizer,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    EdgeTamVideoConfig,
    EdgeTamVideoModel,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    RobertaTokenizer,
    Sam2VideoConfig,
    Sam2VideoModel,
)
from transformers.utils import logging

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIDE_PX = 64
"""Of the square that the tiny SAM 2.1 and EdgeTAM look at."""
_DIM = 128  # the official code splits pointers of this width into two of 64


def tiny_sam2() -> Sam2VideoModel:
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 8,
        "image_size": [SIDE_PX, SIDE_PX],
        "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64],
        "num_attention_heads_per_stage": [1, 1, 1, 1],
        "window_size_per_stage": [4, 4, 4, 2],
        "global_attention_blocks": [3],
        "mlp_ratio": 2.0,
        "window_positional_embedding_background_size": [4, 4],
    }
    attention = {"memory_attention_feed_forward_hidden_size": 32}
    config = Sam2VideoConfig(
        vision_config=_vision("sam2_vision_model", backbone), **_video_sizes(), **attention
    )
    return _as_if_sure(_random(lambda: Sam2VideoModel(config)))


def tiny_edgetam() -> EdgeTamVideoModel:
    backbone = {
        "model_type": "timm_wrapper",
        "architecture": "repvit_m1",
        "num_classes": 2,
        "model_args": {
            "in_chans": 3,
            "features_only": True,
            "out_indices": [0, 1, 2, 3],
            "embed_dim": [8, 16, 32, 64],
            "depth": [1, 1, 1, 1],
        },
    }
    resampler = {
        "perceiver_resampler_num_latents": 4,
        "perceiver_resampler_num_latents_2d": 4,
        "perceiver_resampler_mlp_intermediate_size": 16,
        "perceiver_resampler_num_layers": 1,
        "memory_attention_mlp_hidden_size": 32,
        "memory_attention_rope_k_sizes": [2, 2],
    }
    config = EdgeTamVideoConfig(
        vision_config=_vision("edgetam_vision_model", backbone), **_video_sizes(), **resampler
    )
    return _as_if_sure(_random(lambda: EdgeTamVideoModel(config)))


def tiny_grounding_dino() -> GroundingDinoForObjectDetection:
    config = GroundingDinoConfig(**_dino_sizes())
    return _random(lambda: GroundingDinoForObjectDetection(config))


def tiny_mm_grounding_dino() -> MMGroundingDinoForObjectDetection:
    config = MMGroundingDinoConfig(**_dino_sizes())
    network = _random(lambda: MMGroundingDinoForObjectDetection(config))
    for head in network.class_embed:
        head.bias.data.fill_(0.0)  # untaught, it would find nothing
    return network


def tiny_clap() -> ClapModel:
    tower = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    text = {"vocab_size": len(_roberta_words()), "hidden_size": 16, "max_position_embeddings": 40}
    sound = {
        "patch_size": 16,
        "patch_stride": [16, 16],
        "window_size": 4,
        "hidden_size": 32,
        "depths": [1, 1],
        "num_attention_heads": [1, 2],
        "patch_embeds_hidden_size": 16,
    }
    config = ClapConfig(text_config={**tower, **text}, audio_config=sound, projection_dim=8)
    return _random(lambda: ClapModel(config))


def install_sam2(models: Path, name: str = "sam2.1-hiera-tiny") -> Path:
    """Write a SAM 2.1 under `models`, and return its folder."""
    return _written(models / name, tiny_sam2())


def install_edgetam(models: Path) -> Path:
    """Write an EdgeTAM under `models`, and return its folder."""
    return _written(models / "edgetam", tiny_edgetam())


def install_detector(models: Path, name: str = "grounding-dino-tiny") -> Path:
    """Write a GroundingDINO, or an MM-GroundingDINO, under `models`, and return its folder."""
    is_mm = name.startswith("mm-")
    folder = _written(models / name, tiny_mm_grounding_dino() if is_mm else tiny_grounding_dino())
    (folder / "vocab.txt").write_text("\n".join(_bert_words()) + "\n", encoding="utf-8")
    words = {word: place for place, word in enumerate(_bert_words())}
    BertTokenizer(vocab=words).save_pretrained(folder)
    size = {"shortest_edge": 64, "longest_edge": 96}
    GroundingDinoImageProcessor(size=size).save_pretrained(folder)
    return folder


def install_clap(models: Path) -> Path:
    """Write a CLAP under `models`, and return its folder."""
    folder = _written(models / "clap-htsat-unfused", tiny_clap())
    words = _roberta_words()
    (folder / "vocab.json").write_text(json.dumps(words), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    RobertaTokenizer(vocab=words, merges=[]).save_pretrained(folder)
    ClapFeatureExtractor(truncation="rand_trunc").save_pretrained(folder)
    return folder


def _video_sizes() -> dict[str, Any]:
    """What SAM 2.1 and EdgeTAM have in common."""
    prompts = {
        "hidden_size": _DIM,
        "image_size": SIDE_PX,
        "patch_size": 16,
        "mask_input_channels": 4,
    }
    decoder = {
        "hidden_size": _DIM,
        "mlp_dim": 32,
        "num_attention_heads": 2,
        "iou_head_hidden_dim": 16,
    }
    return {
        "prompt_encoder_config": prompts,
        "mask_decoder_config": decoder,
        "image_size": SIDE_PX,
        "memory_attention_hidden_size": _DIM,
        "memory_attention_num_layers": 1,
        "memory_attention_rope_feat_sizes": [SIDE_PX // 16, SIDE_PX // 16],
        "memory_encoder_hidden_size": _DIM,
        "mask_downsampler_embed_dim": _DIM,
        "memory_fuser_embed_dim": _DIM,
        "memory_fuser_intermediate_dim": 32,
    }


def _vision(model_type: str, backbone: dict[str, Any]) -> dict[str, Any]:
    return {
        "model_type": model_type,
        "backbone_config": backbone,
        "backbone_channel_list": [64, 32, 16, 8],
        "backbone_feature_sizes": [[SIDE_PX // part] * 2 for part in (4, 8, 16)],
        "fpn_hidden_size": _DIM,
    }


def _as_if_sure(network: Any) -> Any:
    """Return a network that takes the object to be there, as a taught one mostly does."""
    network.mask_decoder.pred_obj_score_head.proj_out.bias.data.fill_(3.0)
    return network


def _dino_sizes() -> dict[str, Any]:
    backbone = {
        "model_type": "swin",
        "image_size": 64,
        "embed_dim": 8,
        "depths": [1, 1, 1, 1],
        "num_heads": [1, 1, 1, 1],
        "window_size": 2,
        "out_indices": [2, 3, 4],
    }
    text = {
        "model_type": "bert",
        "vocab_size": len(_bert_words()),
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 64,
    }
    layers = {
        f"{part}_{name}": value
        for part in ("encoder", "decoder")
        for name, value in {"layers": 2, "ffn_dim": 16, "attention_heads": 2}.items()
    }
    sizes = {"num_queries": 12, "d_model": 32, "max_text_len": 64}
    return {"backbone_config": backbone, "text_config": text, **layers, **sizes}


def _bert_words() -> list[str]:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?"]
    return [*special, *LETTERS, *(f"##{letter}" for letter in LETTERS)]


def _roberta_words() -> dict[str, int]:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    words = [*special, *LETTERS, "Ġ", *(f"Ġ{letter}" for letter in LETTERS)]
    return {word: place for place, word in enumerate(words)}


def _random(make: Callable[[], Any]) -> Any:
    """Return a network of chance, the same each time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make().eval()


def _written(folder: Path, network: Any) -> Path:
    logging.disable_progress_bar()
    network.save_pretrained(folder)
    return folder
