"""How far a mask is from the right one: cross entropy, focal, Dice and IoU.

papers/002 appendix F, equations 12 to 15; of several classes each is scored as a mask of its own,
as DDESeg does. All take logits and return the mean over pictures.

Letters in shapes: B pictures, K classes (1 for a binary mask), H W pixels.
"""

import torch
from torch import Tensor
from torch.nn import functional as nnf

EPSILON = 1e-6


def cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return equation 12, or that over classes, from logits (B, K, H, W).

    Args:
        logits: of K classes, or of sounding where K is 1.
        wanted: (B, H, W), float in [0, 1] for K = 1, else int64 classes.
    """
    if logits.shape[1] == 1:
        return nnf.binary_cross_entropy_with_logits(logits[:, 0], wanted.to(logits))
    return nnf.cross_entropy(logits, wanted)


def focal_loss(logits: Tensor, wanted: Tensor, alpha: float = 0.5, gamma: float = 2.0) -> Tensor:
    """Return equation 13 of logits (B, K, H, W) and what is wanted (B, H, W).

    Args:
        logits: as for `cross_entropy`.
        wanted: as for `cross_entropy`.
        alpha: α, the weight of pixels that are wanted; of several classes all have it.
        gamma: how little counts what is nearly right.
    """
    if logits.shape[1] == 1:
        wanted = wanted.to(logits)
        cost = nnf.binary_cross_entropy_with_logits(logits[:, 0], wanted, reduction="none")
        weight = (1 - alpha) + (2 * alpha - 1) * wanted
    else:
        cost = nnf.cross_entropy(logits, wanted, reduction="none")
        weight = torch.full_like(cost, alpha)
    return (weight * (1 - torch.exp(-cost)) ** gamma * cost).mean()


def dice_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return equation 14 of logits (B, K, H, W) and what is wanted (B, H, W)."""
    inside, said, there = _overlaps(logits, wanted)
    return (1 - (2 * inside + EPSILON) / (said + there + EPSILON)).mean()


def iou_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return equation 15 of logits (B, K, H, W) and what is wanted (B, H, W)."""
    inside, said, there = _overlaps(logits, wanted)
    return (1 - (inside + EPSILON) / (said + there - inside + EPSILON)).mean()


def _overlaps(logits: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return (B, K) each: what is said and there, what is said, what is there."""
    said, there = _as_masks(logits, wanted)
    said, there = said.flatten(2), there.flatten(2)
    return (said * there).sum(2), said.sum(2), there.sum(2)


def _as_masks(logits: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Return likelihoods and wanted masks, both (B, K, H, W)."""
    n_classes = logits.shape[1]
    if n_classes == 1:
        return logits.sigmoid(), wanted[:, None].to(logits)
    there = nnf.one_hot(wanted, n_classes).movedim(3, 1).to(logits)
    return logits.softmax(1), there
