"""Reads the noise schedule of a published diffusion model as a ladder that ZeroSep can climb.

Two families: the discrete schedules of AudioLDM, AudioLDM 2 and Tango, walked with the steps of
DDIM whatever scheduler they were published with (papers/001, the official code), and the continuous
one of Stable Audio (Karras et al. 2022, "EDM"), whose levels are written here as ᾱ = 1 / (1 + σ²).
"""

from collections.abc import Mapping
from typing import Any, cast

import torch
from diffusers import DDIMScheduler, EDMDPMSolverMultistepScheduler

from core.nn.samplers.inversion import NoiseLadder, Prediction


def ddim_ladder(config: Mapping[str, Any], n_steps: int) -> NoiseLadder:
    """Return the rungs of DDIM for the scheduler that `config` describes.

    Raises:
        ValueError, TypeError: it describes none.
    """
    scheduler = DDIMScheduler.from_config(dict(config))
    scheduler.set_timesteps(n_steps)
    times = sorted(int(time) for time in scheduler.timesteps)
    kept = [float(scheduler.alphas_cumprod[time]) for time in times]
    return NoiseLadder(
        times=tuple(float(time) for time in times),
        kept=tuple(kept),
        end=float(scheduler.final_alpha_cumprod),
        prediction=cast(Prediction, scheduler.config["prediction_type"]),
    )


def edm_ladder(config: Mapping[str, Any], n_steps: int) -> NoiseLadder:
    """Return the rungs of a continuous schedule. The network is to answer with the noise.

    Times are those the network hears, ln(σ) / 4.

    Raises:
        ValueError, TypeError: `config` describes no such schedule.
    """
    scheduler = EDMDPMSolverMultistepScheduler.from_config(dict(config))
    scheduler.set_timesteps(n_steps)
    sigmas = [float(sigma) for sigma in scheduler.sigmas]  # falling, and one more at the end
    times = [float(time) for time in scheduler.timesteps]
    kept = [1 / (1 + sigma**2) for sigma in sigmas]
    return NoiseLadder(tuple(times[::-1]), tuple(kept[-2::-1]), end=kept[-1])


def edm_noise(
    answer: torch.Tensor, x: torch.Tensor, time: torch.Tensor, config: Mapping[str, Any]
) -> torch.Tensor:
    """Return the noise in `x` that an answer of an EDM network means.

    Args:
        answer: of the network, which heard `edm_input(x, ...)`.
        x: a latent of ᾱ = 1 / (1 + σ²), as the ladder has it: √ᾱ (clean + σ noise).
        time: (1,) ln(σ) / 4.
        config: of the scheduler.
    """
    sigma, data = (4 * time).exp(), float(config["sigma_data"])
    far = x * (1 + sigma**2).sqrt()  # clean + σ noise
    whole = sigma**2 + data**2
    sign = -1.0 if config["prediction_type"] == "v_prediction" else 1.0
    clean = far * data**2 / whole + sign * answer * sigma * data / whole.sqrt()
    return (far - clean) / sigma


def edm_input(x: torch.Tensor, time: torch.Tensor, config: Mapping[str, Any]) -> torch.Tensor:
    """Return what an EDM network is to hear of `x`; see `edm_noise`."""
    sigma, data = (4 * time).exp(), float(config["sigma_data"])
    return x * ((1 + sigma**2) / (sigma**2 + data**2)).sqrt()
