"""What the picture network is asked for: the word of each crop, and of two crops laid together.

Letters in shapes: B crops, S pixels of a side, K words.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.seeing import SeeingNetwork
from core.training.pictures_mixing import CropBatch


@dataclass(frozen=True, slots=True)
class SeeingObjective:
    """How answers are scored."""

    smoothing: float = 0.05
    """Share of each answer that is spread over all words."""
    blended_share: float = 0.3
    """How often each crop of a batch is laid together with another one (mixup)."""
    is_half: bool = True
    """Compute in bfloat16 where that is safe; half the time on processors that know it."""


def seeing_loss(
    network: SeeingNetwork,
    batch: CropBatch,
    objective: SeeingObjective,
    generator: torch.Generator,
) -> Tensor:
    """Return the mean cross entropy of a batch."""
    device = network.out.weight.device
    pictures = torch.from_numpy(batch.pictures).permute(0, 3, 1, 2).to(device).float() / 255
    masks = torch.from_numpy(batch.masks)[:, None].to(device)
    wanted = nnf.one_hot(
        torch.from_numpy(batch.answers), len(network.config.words) + 1
    ).float()  # (B, K + 1)
    if torch.rand((), generator=generator) < objective.blended_share:
        share = float(torch.rand((), generator=generator)) * 0.5
        pictures, masks = (torch.lerp(one, one.roll(1, 0), share) for one in (pictures, masks))
        wanted = torch.lerp(wanted, wanted.roll(1, 0), share)
    wanted = torch.lerp(wanted, torch.full_like(wanted, 1 / wanted.shape[1]), objective.smoothing)
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, torch.bfloat16, enabled=objective.is_half):
        logits = network(pictures, masks)
    return nnf.cross_entropy(logits.float(), wanted.to(device))
