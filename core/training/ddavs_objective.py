"""What DDAVS is asked for: equation 9 with its weights, and that its queries part.

papers/002 section 3.4. The weights of the paper are nowhere stated; those of cross entropy, Dice
and IoU are DDESeg's, the others ours.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.nn.ddavs.contrast import TEMPERATURE, info_nce
from core.nn.ddavs.network import Ddavs, Sounding, enlarged
from core.training.ddavs_sources import (
    coarse,
    matches,
    naming_loss,
    sharing_loss,
    unlikelihood,
)
from core.training.mask_losses import cross_entropy, dice_loss, iou_loss
from core.training.sounding_batch import SoundingBatch


@dataclass(frozen=True, slots=True)
class DdavsObjective:
    """Weights of the parts of the loss, the λ of equation 9, and how it is computed."""

    cross_entropy: float = 5.0
    dice: float = 5.0
    iou: float = 2.0
    contrast: float = 0.1
    """0 leaves COM out; only then `varied` may be missing from a batch."""
    sharing: float = 1.0
    naming: float = 0.5
    temperature: float = TEMPERATURE
    is_half: bool = True
    """Compute the network in bfloat16 where that is safe; the loss is always in float32."""


def ddavs_loss(
    network: Ddavs, batch: SoundingBatch, objective: DdavsObjective | None = None
) -> Tensor:
    """Return the loss of a batch.

    Raises:
        ValueError: the loss has a contrastive part and the batch no varied sound, or the network
            tells classes apart and the batch has none.
    """
    objective = objective or DdavsObjective()
    batch = batch.to(network.head.weight.device)
    with torch.autocast(batch.frames.device.type, torch.bfloat16, enabled=objective.is_half):
        tokens = network.listen(batch.waves)
        said = network.locate(batch.frames, tokens)
        varied = _contrasted(network, tokens, batch, objective)
    total = mask_loss(said, batch, objective)
    if varied is not None:
        total = total + objective.contrast * info_nce(*varied, objective.temperature)
    return total + source_loss(said, batch, objective)


def mask_loss(said: Sounding, batch: SoundingBatch, objective: DdavsObjective) -> Tensor:
    """Return cross entropy, Dice and IoU of the whole mask, or of the classes."""
    logits = enlarged(said.logits.float(), (batch.masks.shape[1], batch.masks.shape[2]))
    wanted = batch.masks
    if logits.shape[1] > 1:
        if batch.classes is None:
            raise ValueError("a batch without classes can't teach classes")
        wanted = batch.classes
    return (
        objective.cross_entropy * cross_entropy(logits, wanted)
        + objective.dice * dice_loss(logits, wanted)
        + objective.iou * iou_loss(logits, wanted)
    )


def source_loss(said: Sounding, batch: SoundingBatch, objective: DdavsObjective) -> Tensor:
    """Return how badly queries part and name their sources; 0 where nothing is known of them."""
    nothing = said.logits.new_zeros((), dtype=torch.float32)
    if said.shares is None or batch.sources is None:
        return nothing
    sources = coarse(batch.sources, (said.shares.shape[2], said.shares.shape[3]))
    costs = unlikelihood(said.shares.float(), sources)  # (B, n, S)
    pairs = matches(costs, sources.flatten(2).amax(2) > 0)
    total = nothing + objective.sharing * sharing_loss(costs, pairs)
    if said.words is not None and batch.labels is not None:
        total = total + objective.naming * naming_loss(said.words.float(), batch.labels, pairs)
    return total


def _contrasted(
    network: Ddavs, tokens: Tensor, batch: SoundingBatch, objective: DdavsObjective
) -> tuple[Tensor, Tensor] | None:
    """Return z and z' of equation 5, (B, n, D) each; None where COM is left out."""
    if not objective.contrast or network.projector is None:
        return None
    if batch.varied is None:
        raise ValueError("contrasting needs the varied sound beside the clean one")
    return (
        network.contrasted(tokens).float(),
        network.contrasted(network.listen(batch.varied)).float(),
    )
