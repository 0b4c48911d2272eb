"""Finds when a sound is heard from a first answer, so that a second one can be told.

Words alone leave the network unsure of whole stretches, and a little of everything leaks into the
target there. Where its first answer is faint beside its loudest moment the sound is taken to be
silent, as if a person had marked it, and the network is asked again. (SAM Audio, papers/004
section 4, predicts spans for words likewise, with a network of its own.)

Letters in shapes: B windows, F rows of the picture (log frequency), n frames.
"""

import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.log_frequency import from_log_level, warp_rows

FAINT_DB = -20.0
"""Below the loudest moment of the answer. Chosen on the recordings held out for validation."""

LEAST_PART_DB = -20.0
"""Of the loudest moment of the mix: an answer fainter than that everywhere marks nothing louder."""

ENERGY_FRAMES = 15
"""0.24 s, over which energy is averaged; the network's frames are 16 ms."""

STEADY_FRAMES = 25
"""0.4 s; most of so many frames around one decide for it."""

TINY = 1e-9


def spans_heard(share: Tensor, mixture: Tensor) -> Tensor:
    """Return (B, n) of +1 where the target is heard and -1 where it is not.

    Args:
        share: (B, F, n), the target's share of the mix by power.
        mixture: (B, 1, F, n), scaled log level.
    """
    power = from_log_level(mixture[:, 0]).square() * _breadth(mixture)  # (B, F, n)
    whole = _averaged(power.sum(1), ENERGY_FRAMES)
    target = _averaged((share * power).sum(1), ENERGY_FRAMES)  # (B, n)
    loudest = torch.maximum(
        target.amax(1, keepdim=True), whole.amax(1, keepdim=True) * 10 ** (LEAST_PART_DB / 10)
    )
    is_loud = target > loudest * 10 ** (FAINT_DB / 10) + TINY
    is_on = _averaged(is_loud.to(share), STEADY_FRAMES) > 0.5
    return is_on.to(share) * 2 - 1


def _breadth(mixture: Tensor) -> Tensor:
    """Return (F, 1): what part of the band each row stands for; low rows lie close together."""
    return torch.gradient(warp_rows(mixture.shape[2]).to(mixture))[0][:, None]


def _averaged(x: Tensor, n_frames: int) -> Tensor:
    """Return (B, n) averaged over `n_frames` around each; beyond the ends there is nothing."""
    return nnf.avg_pool1d(x[:, None], n_frames, 1, n_frames // 2)[:, 0]
