"""Mixtures that MMAudioSep learns from: a sound, and another at a drawn level below or above it.

papers/003 ("Method Summary") and sony/mmaudiosep: the signal-to-noise ratio is drawn from -15 to
15 dB by mean power, and both are turned down together where the mixture would clip.
Letters in shapes: N samples.
"""

import torch
from torch import Tensor

SNR_RANGE_DB = (-15.0, 15.0)

_EPS = 1e-6
"""Keeps silence from being divided by, as in the official code."""


def drawn_snr_db(uniform: float | Tensor) -> float | Tensor:
    """Return the signal-to-noise ratio for a number drawn from 0 to 1."""
    low, high = SNR_RANGE_DB
    return low + (high - low) * uniform


def mixed(sound: Tensor, other: Tensor, snr_db: float | Tensor) -> tuple[Tensor, Tensor]:
    """Return `sound` and the mixture (..., N), turned down together if the mixture exceeds 1.

    Args:
        sound: (..., N), what is to be learned.
        other: (..., N), brought to `snr_db` below the sound by mean power. One that is silent
            stays so.
        snr_db: in decibels; a tensor must fit (..., 1).
    """
    power = sound.square().mean(-1, keepdim=True)
    other_power = other.square().mean(-1, keepdim=True) + _EPS
    ratio = 10 ** (torch.as_tensor(snr_db, device=sound.device) / 10)
    mixture = sound + other * (power / (other_power * ratio)).sqrt()
    peak = mixture.abs().amax(-1, keepdim=True)
    divisor = torch.where(peak > 1, peak + _EPS, 1.0)
    return sound / divisor, mixture / divisor
