"""Text-to-sound pipelines in the official layout of `diffusers`, tiny and taught nothing."""

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AudioLDM2ProjectionModel,
    AudioLDM2UNet2DConditionModel,
    AutoencoderKL,
    AutoencoderOobleck,
    DDIMScheduler,
    StableAudioDiTModel,
    StableAudioProjectionModel,
    UNet2DConditionModel,
)
from transformers import (
    ClapConfig,
    ClapModel,
    ClapTextConfig,
    ClapTextModelWithProjection,
    GPT2Config,
    GPT2Model,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

DIM = 8
N_BANDS = 64
LETTERS = "abcdefghijklmnopqrstuvwxyz"

COSINE = {
    "_class_name": "CosineDPMSolverMultistepScheduler",
    "_diffusers_version": "0.30.0",
    "final_sigmas_type": "zero",
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "rho": 7.0,
    "sigma_data": 1.0,
    "sigma_max": 500,
    "sigma_min": 0.3,
    "sigma_schedule": "exponential",
    "solver_order": 2,
}
"""Written out: `diffusers` builds this scheduler only beside a library of its own."""

Parts = dict[str, tuple[str, str, Any]]
"""Folder to library, class and what is saved into it."""


def install_all(models: Path) -> None:
    """Write what every ZeroSep engine needs under `models`."""
    for name in ("audioldm-s-full-v2", "audioldm-l-full"):
        install_audioldm(models, name)
    for name in ("audioldm2", "audioldm2-large", "audioldm2-music"):
        install_audioldm2(models, name)
    install_stable_audio(models)


def install_audioldm(models: Path, name: str = "audioldm-s-full-v2") -> Path:
    """Write a tiny AudioLDM under `models`, and return its folder."""
    folder = models / name
    with torch.random.fork_rng():
        torch.manual_seed(0)
        parts: Parts = {
            "vae": ("diffusers", "AutoencoderKL", _vae()),
            "text_encoder": (
                "transformers",
                "ClapTextModelWithProjection",
                ClapTextModelWithProjection(ClapTextConfig(**_clap_text())),
            ),
            "unet": ("diffusers", "UNet2DConditionModel", _audioldm_unet()),
            "scheduler": ("diffusers", "DDIMScheduler", _ddim()),
            "vocoder": ("transformers", "SpeechT5HifiGan", _vocoder()),
        }
    _write(folder, "AudioLDMPipeline", parts, {"tokenizer": "RobertaTokenizerFast"})
    _write_letters(folder / "tokenizer")
    return folder


def install_audioldm2(models: Path, name: str = "audioldm2") -> Path:
    """Write a tiny AudioLDM 2 under `models`, its language model as the official ones have it."""
    folder = models / name
    with torch.random.fork_rng():
        torch.manual_seed(1)
        clap = ClapConfig(text_config=_clap_text(), audio_config=_clap_audio(), projection_dim=DIM)
        language = GPT2Model(
            GPT2Config(
                n_embd=DIM,
                n_head=1,
                n_layer=1,
                vocab_size=60,
                n_positions=64,
                bos_token_id=0,
                eos_token_id=0,
            )
        )
        language.config.max_new_tokens = 8
        parts: Parts = {
            "vae": ("diffusers", "AutoencoderKL", _vae()),
            "text_encoder": ("transformers", "ClapModel", ClapModel(clap)),
            "text_encoder_2": ("transformers", "T5EncoderModel", _t5()),
            "projection_model": (
                "audioldm2",
                "AudioLDM2ProjectionModel",
                AudioLDM2ProjectionModel(DIM, DIM, DIM),
            ),
            "language_model": ("transformers", "GPT2Model", language),
            "unet": ("audioldm2", "AudioLDM2UNet2DConditionModel", _audioldm2_unet()),
            "scheduler": ("diffusers", "DDIMScheduler", _ddim()),
            "vocoder": ("transformers", "SpeechT5HifiGan", _vocoder()),
        }
    tokenizers = {"tokenizer": "RobertaTokenizerFast", "tokenizer_2": "T5TokenizerFast"}
    _write(folder, "AudioLDM2Pipeline", parts, tokenizers)
    _write_letters(folder / "tokenizer")
    write_t5_tokenizer(folder / "tokenizer_2")
    (folder / "feature_extractor").mkdir()
    (folder / "feature_extractor" / "preprocessor_config.json").write_text("{}", "utf-8")
    return folder


def install_stable_audio(models: Path, name: str = "stable-audio-open") -> Path:
    """Write a tiny Stable Audio under `models`, and return its folder."""
    folder = models / name
    with torch.random.fork_rng():
        torch.manual_seed(2)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*weight_norm", FutureWarning)
            vae = AutoencoderOobleck(
                encoder_hidden_size=8,
                downsampling_ratios=[4, 8, 8, 8],
                channel_multiples=[1, 1, 1, 1],
                decoder_channels=2,
                decoder_input_channels=4,
            )
        transformer = StableAudioDiTModel(
            sample_size=215,
            in_channels=4,
            out_channels=4,
            num_layers=1,
            attention_head_dim=4,
            num_attention_heads=2,
            num_key_value_attention_heads=1,
            cross_attention_dim=DIM,
            time_proj_dim=DIM,
            global_states_input_dim=2 * DIM,
            cross_attention_input_dim=DIM,
        )
        parts: Parts = {
            "vae": ("diffusers", "AutoencoderOobleck", vae),
            "text_encoder": ("transformers", "T5EncoderModel", _t5()),
            "projection_model": (
                "stable_audio",
                "StableAudioProjectionModel",
                StableAudioProjectionModel(DIM, DIM, 0, 512),
            ),
            "transformer": ("diffusers", "StableAudioDiTModel", transformer),
        }
    _write(folder, "StableAudioPipeline", parts, {"tokenizer": "T5TokenizerFast"})
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(COSINE), "utf-8")
    write_t5_tokenizer(folder / "tokenizer")
    return folder


def _write(folder: Path, kind: str, parts: Parts, tokenizers: dict[str, str]) -> None:
    index: dict[str, Any] = {"_class_name": kind, "_diffusers_version": "0.20.0"}
    for name, (library, class_name, part) in parts.items():
        part.save_pretrained(folder / name)
        index[name] = [library, class_name]
    index |= {name: ["transformers", class_name] for name, class_name in tokenizers.items()}
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4, 4, 4, 4),
        latent_channels=4,
        norm_num_groups=2,
        scaling_factor=0.9,
    )


def _vocoder() -> SpeechT5HifiGan:
    return SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=N_BANDS,
            sampling_rate=16_000,
            upsample_initial_channel=32,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[11, 8, 4, 4, 4],
            resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1, 3]],
            normalize_before=False,
            initializer_range=0.2,  # or nothing would be heard of it
        )
    )


def _audioldm_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(4, 8),
        layers_per_block=1,
        norm_num_groups=2,
        attention_head_dim=2,
        cross_attention_dim=(None, 8),
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=DIM,
        class_embeddings_concat=True,
    )


def _audioldm2_unet() -> AudioLDM2UNet2DConditionModel:
    return AudioLDM2UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(4, 8),
        layers_per_block=1,
        norm_num_groups=2,
        attention_head_dim=2,
        cross_attention_dim=([None, DIM, DIM], [None, DIM, DIM]),
    )


def _ddim() -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def _clap_text() -> dict[str, Any]:
    return {
        "vocab_size": 60,
        "hidden_size": DIM,
        "intermediate_size": DIM,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "projection_dim": DIM,
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }


def _clap_audio() -> dict[str, Any]:
    return {
        "spec_size": 64,
        "window_size": 4,
        "num_mel_bins": 64,
        "depths": [1, 1],
        "num_attention_heads": [1, 1],
        "num_hidden_layers": 2,
        "hidden_size": 16,
        "projection_dim": DIM,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "patch_embed_input_channels": 4,
        "patch_embeds_hidden_size": DIM,
    }


def _t5() -> T5EncoderModel:
    return T5EncoderModel(
        T5Config(vocab_size=40, d_model=DIM, d_ff=DIM, d_kv=4, num_heads=2, num_layers=1)
    )


def write_t5_tokenizer(folder: Path) -> None:
    """Write one of single letters. Its words lie in `tokenizer.json`; nothing reads the other."""
    words = ["<pad>", "</s>", "<unk>", "▁", *LETTERS]
    words_by_score = [(word, -1.0) for word in words]
    T5Tokenizer(vocab=words_by_score, extra_ids=0, model_max_length=32).save_pretrained(folder)
    (folder / "spiece.model").write_bytes(b"")


def _write_letters(folder: Path) -> None:
    """Write a tokenizer of single letters, which is all that CLAP's is made of at its base."""
    folder.mkdir(parents=True)
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *LETTERS]
    vocab = {word: place for place, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    config = {"tokenizer_class": "RobertaTokenizer", "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
