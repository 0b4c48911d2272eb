"""Tango in its official layout, tiny and taught nothing, with the words of FLAN-T5 beside it."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import nn
from transformers import T5Config, T5EncoderModel

from tests.helpers.compvis import MelAutoencoder
from tests.helpers.sound_models import DIM, write_t5_tokenizer

NAMES = ("tango", "tango-full-ft-audiocaps", "tango-full-ft-audio-music-caps")
WIDTHS, N_BLOCKS, N_LATENT = (32, 64, 64), 1, 4
SCALE = 0.9227914214134216
"""The published factor of the latent."""

MAIN: dict[str, Any] = {
    "text_encoder_name": "google/flan-t5-large",
    "scheduler_name": "stabilityai/stable-diffusion-2-1",
    "unet_model_name": None,
    "unet_model_config_path": "configs/diffusion_model_config.json",
    "snr_gamma": 5.0,
}
STFT = {
    "filter_length": 1024,
    "hop_length": 160,
    "win_length": 1024,
    "n_mel_channels": 64,
    "sampling_rate": 16000,
    "mel_fmin": 0,
    "mel_fmax": 8000,
}
VAE: dict[str, Any] = {
    "image_key": "fbank",
    "subband": 1,
    "embed_dim": N_LATENT,
    "time_shuffle": 1,
    "ddconfig": {
        "double_z": True,
        "z_channels": N_LATENT,
        "resolution": 256,
        "downsample_time": False,
        "in_channels": 1,
        "out_ch": 1,
        "ch": 32,
        "ch_mult": [1, 2, 2],
        "num_res_blocks": N_BLOCKS,
        "attn_resolutions": [],
        "dropout": 0.0,
    },
    "scale_factor": SCALE,
}
UNET: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "_diffusers_version": "0.10.0.dev0",
    "in_channels": N_LATENT,
    "out_channels": N_LATENT,
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
    "block_out_channels": [4, 8],
    "layers_per_block": 1,
    "norm_num_groups": 2,
    "attention_head_dim": [1, 2],
    "cross_attention_dim": DIM,
    "use_linear_projection": True,
    "upcast_attention": True,
}
"""As `configs/diffusion_model_config.json` of the code's repository, for another size."""


def install_all(models: Path) -> None:
    """Write what every engine with Tango needs under `models`."""
    for name in NAMES:
        install_tango(models, name)


def install_tango(models: Path, name: str = "tango") -> Path:
    """Write a tiny Tango under `models` with its words beside it, and return its folder."""
    folder = models / name
    with torch.random.fork_rng():
        torch.manual_seed(3)
        reader = T5EncoderModel(_t5_config())
        main = nn.ModuleDict(
            {"unet": UNet2DConditionModel.from_config(UNET), "text_encoder": reader}
        )
        autoencoder = MelAutoencoder(WIDTHS, N_BLOCKS, N_LATENT, vocoder_width=32)
        for value in autoencoder.vocoder.parameters():
            nn.init.normal_(value, std=0.2)  # or nothing would be heard of it
    (folder / "configs").mkdir(parents=True)
    torch.save(main.state_dict(), folder / "pytorch_model_main.bin")
    torch.save(autoencoder.state_dict(), folder / "pytorch_model_vae.bin")
    described = {
        "main_config.json": MAIN,
        "stft_config.json": STFT,
        "vae_config.json": VAE,
        "configs/diffusion_model_config.json": UNET,
    }
    for path, told in described.items():
        (folder / path).write_text(json.dumps(told), encoding="utf-8")
    _install_words(models / "flan-t5-large")
    return folder


def official_autoencoder(folder: Path) -> MelAutoencoder:
    """Return the autoencoder of a folder, written out by its definitions."""
    autoencoder = MelAutoencoder(WIDTHS, N_BLOCKS, N_LATENT, vocoder_width=32)
    autoencoder.load_state_dict(torch.load(folder / "pytorch_model_vae.bin", weights_only=True))
    return autoencoder.eval()


def _install_words(folder: Path) -> None:
    write_t5_tokenizer(folder)
    _t5_config().save_pretrained(folder)


def _t5_config() -> T5Config:
    return T5Config(
        vocab_size=40,
        d_model=DIM,
        d_ff=DIM,
        d_kv=4,
        num_heads=2,
        num_layers=1,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
    )
