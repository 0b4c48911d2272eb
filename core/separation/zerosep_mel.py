"""x"""
import torch
from torch import Tensor

def at_half_scale(waves: Tensor, keeps_mean: bool = False) -> tuple[Tensor, float]:
    if not keeps_mean:
        waves = waves - waves.mean()
    gain = 0.5 / float(waves.abs().max().clamp_min(1e-8))
    return waves * gain, gain
