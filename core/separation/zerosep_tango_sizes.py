"""Says how Tango's networks are built: what its files state, and what its published code adds.

Facts of github.com/declare-lab/tango (configs, models.py, audioldm/): its folders name the U-Net's
config and the scheduler without holding them, and the vocoder's stand in its code alone. Values of
which this program knows but one are compared; another one is refused, not guessed.
"""

from collections.abc import Mapping
from typing import Any

Section = Mapping[str, Any]

UNET_CONFIG = "configs/diffusion_model_config.json"
"""What main_config.json calls the U-Net's config."""

UNET: Section = {
    "in_channels": 8,
    "out_channels": 8,
    "sample_size": (32, 2),
    "block_out_channels": (320, 640, 1280, 1280),
    "attention_head_dim": (5, 10, 20, 20),
    "cross_attention_dim": 1024,
    "layers_per_block": 2,
    "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
    "norm_num_groups": 32,
    "norm_eps": 1e-5,
    "use_linear_projection": True,
    "upcast_attention": True,
}
"""What that file says in the code's repository: 865,933,768 numbers, the paper's 866 M."""

SCHEDULE: Section = {
    "_class_name": "DDIMScheduler",
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
"""`scheduler/scheduler_config.json` of stabilityai/stable-diffusion-2-1, whose U-Net too answers
with a velocity; read in copies of that repository, which its owner has withdrawn."""

VOCODER: Section = {
    "model_in_dim": 64,
    "sampling_rate": 16_000,
    "upsample_rates": [5, 4, 2, 2, 2],
    "upsample_kernel_sizes": [16, 16, 8, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "leaky_relu_slope": 0.1,
    "normalize_before": False,
}
"""`HIFIGAN_16K_64` of audioldm/hifigan/utilities.py, but for its width, which its tensors tell."""

_MAIN: Section = {
    "text_encoder_name": "google/flan-t5-large",
    "scheduler_name": "stabilityai/stable-diffusion-2-1",
    "unet_model_name": None,
    "unet_model_config_path": UNET_CONFIG,
}
_STFT: Section = {
    "filter_length": 1024,
    "hop_length": 160,
    "win_length": 1024,
    "n_mel_channels": 64,
    "sampling_rate": 16_000,
    "mel_fmin": 0,
    "mel_fmax": 8_000,
}
_VAE: Section = {"image_key": "fbank", "subband": 1, "time_shuffle": 1}
_NETWORK: Section = {
    "double_z": True,
    "in_channels": 1,
    "out_ch": 1,
    "downsample_time": False,
    "attn_resolutions": [],
}


def refuse_another_tango(main: Section, stft: Section) -> None:
    """Raise unless main_config.json and stft_config.json are of a Tango that is known.

    Raises:
        ValueError, KeyError: a value is another one, or lacks.
    """
    _compare(main, _MAIN)
    _compare(stft, _STFT)


def vae_config(told: Section) -> dict[str, Any]:
    """Return the config of `diffusers`' AutoencoderKL for what a vae_config.json says.

    Raises:
        ValueError, TypeError, KeyError: it describes none that is known.
    """
    network: Section = told["ddconfig"]
    _compare(told, _VAE)
    _compare(network, _NETWORK)
    n_latent = int(told["embed_dim"])
    if network["z_channels"] != n_latent:
        raise ValueError(f"{network['z_channels']} channels of the latent become {n_latent}")
    widths = tuple(int(network["ch"]) * int(times) for times in network["ch_mult"])
    return {
        "in_channels": 1,
        "out_channels": 1,
        "down_block_types": ("DownEncoderBlock2D",) * len(widths),
        "up_block_types": ("UpDecoderBlock2D",) * len(widths),
        "block_out_channels": widths,
        "layers_per_block": int(network["num_res_blocks"]),
        "latent_channels": n_latent,
        "norm_num_groups": 32,
        "scaling_factor": float(told["scale_factor"]),
    }


def _compare(told: Section, wanted: Section) -> None:
    for key, value in wanted.items():
        if told[key] != value:
            raise ValueError(f"{key} is {told[key]!r} instead of {value!r}")
