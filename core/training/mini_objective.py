"""What the small separator is asked for in training, and how far off it was.

papers/000 eq. 8 on target and residual at once, counted only where the mixture sounds: the rest
is settled by the silence mask. Letters in shapes: B clips, N samples, F bins, T frames.
"""

import torch
from torch import Tensor

from core.nn.log_frequency import MIXTURE_FLOOR, to_log_frequency, to_log_level
from core.nn.mini import MiniNetwork, bounded, flow_start
from core.nn.samplers.flow import TIME_SCALE, flow_loss, path_point
from core.nn.stft import Stft
from core.training.mixing import Batch

SOUNDING = 0.01
"""Scaled log level from which a cell of the mixture counts."""


def levels_of(batch: Batch, n_bins: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the mixture (B, 1, F, T) and its two parts (B, 2, F, T) as the network sees them."""
    target = torch.from_numpy(batch.target).to(device)
    residual = torch.from_numpy(batch.residual).to(device)
    waves = torch.stack((target + residual, target, residual), 1)  # (B, 3, N)
    magnitude = Stft().forward(waves.flatten(0, 1)).abs()
    magnitude = magnitude.view(*waves.shape[:2], *magnitude.shape[1:])
    levels = to_log_level(to_log_frequency(magnitude + MIXTURE_FLOOR, n_bins))
    mixture, parts = levels[:, :1], levels[:, 1:]
    return mixture, bounded(parts, mixture)


def mini_loss(network: MiniNetwork, batch: Batch, generator: torch.Generator) -> Tensor:
    """Return the flow loss of one batch, a scalar with its gradient.

    Args:
        network: any device.
        batch: mixtures with the truth.
        generator: on the CPU; decides times and noise.
    """
    device = network.words.weight.device
    mixture, end = levels_of(batch, network.config.unet.n_bins, device)
    time = torch.rand(len(end), generator=generator).to(device)
    noise = torch.randn(end.shape, generator=generator).to(device)
    start = flow_start(mixture, noise)
    velocity = network(
        path_point(start, end, time),
        time * TIME_SCALE,
        mixture,
        network.prompts(torch.from_numpy(batch.labels).to(device)),
        has_prompt=torch.from_numpy(batch.has_prompt).to(device),
        spans=torch.from_numpy(batch.spans).to(device),
    )
    return flow_loss(velocity, start, end, weight=(mixture > SOUNDING).to(end))
