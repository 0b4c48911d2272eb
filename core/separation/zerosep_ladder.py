"""Reads the noise schedule of a published diffusion model as a ladder that ZeroSep can climb.

Two families: the discrete schedules of AudioLDM and AudioLDM 2, walked with the steps of DDIM
whatever scheduler they were published with (papers/001, the official code), and the continuous ones
of Stable Audio (Karras et al. 2022), whose levels are written here as ᾱ = 1 / (1 + σ²).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from diffusers import DDIMScheduler
from torch import Tensor

from core.nn.samplers.inversion import NoiseLadder, Prediction

RHO = 7.0
"""Of "karras" spacing, where a config does not say."""


def ddim_ladder(config: Mapping[str, Any], n_steps: int) -> NoiseLadder:
    """Return the rungs of DDIM for the scheduler that `config` describes.

    Raises:
        ValueError, TypeError: it describes none.
    """
    scheduler = cast(Any, DDIMScheduler).from_config(dict(config))
    scheduler.set_timesteps(n_steps)
    times = sorted(int(time) for time in scheduler.timesteps)
    return NoiseLadder(
        times=tuple(float(time) for time in times),
        kept=tuple(float(scheduler.alphas_cumprod[time]) for time in times),
        end=float(scheduler.final_alpha_cumprod),
        prediction=cast(Prediction, scheduler.config["prediction_type"]),
    )


@dataclass(frozen=True, slots=True)
class ContinuousSchedule:
    """Noise of any level σ on top of the latent, as Karras et al. 2022 have it.

    Latents are scaled by √ᾱ on the ladder, so that noise never makes them larger; the network
    hears them scaled in another way (`heard`), and at times that are a function of σ.

    Attributes:
        sigma_min: the least σ, at least one step above none.
        sigma_max: the largest σ.
        sigma_data: standard deviation of the latents the network was taught with.
        is_exponential: levels lie evenly on a logarithmic scale; else as "karras" has them.
        is_cosine: the network's time is 2 arctan(σ) / π; else ln(σ) / 4.
        is_velocity: it answers with a velocity; else with noise.
        ends_clean: below the lowest rung is no noise; else σ stays at its least.
    """

    sigma_min: float
    sigma_max: float
    sigma_data: float
    is_exponential: bool
    is_cosine: bool
    is_velocity: bool
    ends_clean: bool

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> "ContinuousSchedule":
        """Return the schedule that the config of a scheduler of `diffusers` describes.

        Raises:
            ValueError, KeyError: it describes none, or leaves out what differs between models.
        """
        kinds = {"CosineDPMSolverMultistepScheduler": True, "EDMDPMSolverMultistepScheduler": False}
        is_cosine = kinds[config["_class_name"]]
        if config["prediction_type"] not in ("v_prediction", "epsilon"):
            raise ValueError(f"answers are {config['prediction_type']}")
        return cls(
            sigma_min=float(config["sigma_min"]),
            sigma_max=float(config["sigma_max"]),
            sigma_data=float(config["sigma_data"]),
            is_exponential=config["sigma_schedule"] == "exponential",
            is_cosine=is_cosine,
            is_velocity=config["prediction_type"] == "v_prediction",
            ends_clean=config.get("final_sigmas_type", "zero") == "zero",
        )

    def ladder(self, n_steps: int) -> NoiseLadder:
        """Return the rungs of so many steps. Their times are σ; answers are the noise."""
        shares = [step / max(1, n_steps - 1) for step in range(n_steps)]
        sigmas = tuple(self._between(share) for share in shares)
        end = 0.0 if self.ends_clean else self.sigma_min
        kept = tuple(1 / (1 + sigma**2) for sigma in sigmas)
        return NoiseLadder(sigmas, kept, end=1 / (1 + end**2))

    def time(self, sigma: Tensor) -> Tensor:
        """Return (1,) what the network hears in place of σ (1,)."""
        return sigma.atan() * 2 / math.pi if self.is_cosine else sigma.log() / 4

    def heard(self, x: Tensor, sigma: Tensor) -> Tensor:
        """Return what the network is to hear of `x` on a rung of the ladder."""
        return x * ((1 + sigma**2) / (sigma**2 + self.sigma_data**2)).sqrt()

    def noise(self, answer: Tensor, x: Tensor, sigma: Tensor) -> Tensor:
        """Return the noise in `x` that the network's answer means."""
        far = x * (1 + sigma**2).sqrt()  # the latent and σ times the noise
        whole = sigma**2 + self.sigma_data**2
        sign = -1.0 if self.is_velocity else 1.0
        clean = far * self.sigma_data**2 / whole
        clean = clean + sign * answer * sigma * self.sigma_data / whole.sqrt()
        return (far - clean) / sigma

    def _between(self, share: float) -> float:
        """Return the least σ at 0, the largest at 1."""
        if self.is_exponential:
            return float(self.sigma_min ** (1 - share) * self.sigma_max**share)
        low, high = self.sigma_min ** (1 / RHO), self.sigma_max ** (1 / RHO)
        return float((low + share * (high - low)) ** RHO)
