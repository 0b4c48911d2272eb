"""Shifts what a taught `Ddavs` says so that one half is where claiming a pixel begins to pay.

Losses over pixels make a network cautious about things whose kind it isn't sure of, and a mask of
what is more likely than not then leaves out whole things. On scenes held out it is seen from which
likelihood on masks are best; the bias of the head is moved so that this becomes 0.5. Ours.

Letters in shapes: F scenes, H, W pixels.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.nn.ddavs.network import Ddavs
from core.training.sounding_batch import SoundingBatch

THRESHOLDS = tuple(round(0.1 + 0.05 * step, 2) for step in range(13))


@torch.no_grad()
def calibrate(network: Ddavs, batches: Sequence[SoundingBatch]) -> float:
    """Move the bias of the head, in place, and return the likelihood that is 0.5 from now on.

    Chosen is the threshold with the highest mean IoU where something that is seen sounds, less the
    mean share of the picture that is claimed where nothing does.

    Args:
        network: with one mask for all that sounds.
        batches: of scenes that were not taught from.

    Raises:
        ValueError: there are no scenes, or the network tells classes apart.
    """
    if not batches or network.config.n_classes != 1:
        raise ValueError("calibrating needs scenes, and a network with one mask")
    network.eval()
    worth = np.concatenate([_worth(network, batch) for batch in batches], 1)  # (thresholds, F)
    best = THRESHOLDS[int(worth.mean(1).argmax())]
    assert network.head.bias is not None
    network.head.bias -= math.log(best / (1 - best))
    return best


def _worth(network: Ddavs, batch: SoundingBatch) -> npt.NDArray[np.float64]:
    """Return what each scene says for each threshold, (thresholds, F)."""
    device = network.head.weight.device
    size = (batch.masks.shape[1], batch.masks.shape[2])
    likely = network(batch.frames.to(device), batch.waves.to(device)).sounding(size).cpu()
    there = batch.masks > 0.5
    return np.stack([_scores(likely > threshold, there) for threshold in THRESHOLDS])


def _scores(said: Tensor, there: Tensor) -> npt.NDArray[np.float64]:
    """Return IoU (F,), and minus the claimed share where nothing is there."""
    both, either = (one.flatten(1).sum(1) for one in (said & there, said | there))
    share = said.flatten(1).double().mean(1)
    scores = torch.where(there.flatten(1).any(1), both / either.clamp(min=1), -share)
    return scores.double().numpy()
