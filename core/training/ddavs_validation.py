"""How well a `Ddavs` finds what sounds in scenes held out, while it is being taught.

Beside the truth stands the same with every sound given to the picture after its own: a network that
only looks scores alike on both. Letters in shapes: B pictures, H W pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.nn.ddavs.network import Ddavs
from core.training.sounding_batch import SoundingBatch, SoundingScenes


@dataclass(frozen=True, slots=True, eq=False)
class DdavsValidation:
    """Scenes that stay the same, and their scores under a network."""

    batches: Sequence[SoundingBatch]

    @torch.no_grad()
    def scores(self, network: Ddavs) -> dict[str, float]:
        """Return the mean IoU where something sounds, and what is claimed where nothing does.

        `iou` with the true sounds, `iou_shuffled` with those of other scenes, and `false_area`,
        the share of the picture that is claimed where nothing that is seen sounds.
        """
        device = network.head.weight.device
        true, shuffled, claimed = [], [], []
        for batch in self.batches:
            there = batch.masks > 0.5
            sounds = there.flatten(1).any(1)
            said = _said(network, batch.to(device), batch.waves.to(device))
            true.append(_iou(said, there)[sounds])
            claimed.append(said.flatten(1).float().mean(1)[~sounds])
            other = _said(network, batch.to(device), batch.waves.roll(1, 0).to(device))
            shuffled.append(_iou(other, there)[sounds])
        return {
            "iou": _mean(true),
            "iou_shuffled": _mean(shuffled),
            "false_area": _mean(claimed),
        }


def held_out(scenes: SoundingScenes, n_batches: int, n_frames: int) -> DdavsValidation:
    """Return the first batches of scenes that are not taught from."""
    return DdavsValidation([scenes.batch(number, n_frames) for number in range(n_batches)])


def _said(network: Ddavs, batch: SoundingBatch, waves: Tensor) -> Tensor:
    """Return which pixels are claimed, (B, H, W) bool, on the processor."""
    size = (batch.masks.shape[1], batch.masks.shape[2])
    sounding: Tensor = network(batch.frames, waves).sounding(size)
    return (sounding > 0.5).cpu()


def _iou(said: Tensor, there: Tensor) -> Tensor:
    """Return (B,) of masks (B, H, W) bool."""
    both = (said & there).flatten(1).sum(1)
    return both / (said | there).flatten(1).sum(1).clamp(min=1)


def _mean(parts: Sequence[Tensor]) -> float:
    joined = torch.cat(list(parts)) if parts else torch.zeros(0)
    return float(joined.mean()) if len(joined) else 0.0
