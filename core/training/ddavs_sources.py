"""Teach the queries to part: which query is to answer for which source, and how well it does.

Ours. The paper's head gives one mask; its queries are shared out over it (`core.nn.ddavs.decoder`),
and here each visible source is given to the query that already claims most of it, one to each, as
DETR does (Carion and others, 2020).

Letters in shapes: B pictures, n queries, S sources, h w pixels of a coarse map, K words.
"""

from typing import NamedTuple

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as nnf

from core.training.sounding_batch import NO_LABEL


class Matches(NamedTuple):
    """M pairs of a source and the query that answers for it."""

    pictures: Tensor  # (M,)
    queries: Tensor  # (M,)
    sources: Tensor  # (M,)


def unlikelihood(shares: Tensor, sources: Tensor) -> Tensor:
    """Return how unlikely each query thinks it is that each source is its own, (B, n, S).

    The mean of −log over the pixels of the source; 0 for sources without any.

    Args:
        shares: logits (B, n, h, w).
        sources: masks (B, S, h, w), 0 to 1.
    """
    costs = -shares.flatten(2).log_softmax(1)  # (B, n, h * w)
    there = sources.flatten(2)  # (B, S, h * w)
    return costs @ there.mT / there.sum(2)[:, None].clamp(min=1e-6)


@torch.no_grad()
def matches(costs: Tensor, is_there: Tensor) -> Matches:
    """Return the cheapest one-to-one pairs for costs (B, n, S) among sources (B, S) bool."""
    found: list[tuple[int, int, int]] = []
    for picture, (cost, there) in enumerate(zip(costs.cpu(), is_there.cpu(), strict=True)):
        present = there.nonzero()[:, 0]
        queries, places = linear_sum_assignment(cost[:, present].float().numpy())
        found += [
            (picture, int(query), int(present[place]))
            for query, place in zip(queries, places, strict=True)
        ]
    columns = torch.tensor(found, dtype=torch.long, device=costs.device).view(-1, 3)
    return Matches(*columns.unbind(1))


def sharing_loss(costs: Tensor, pairs: Matches) -> Tensor:
    """Return the mean cost of the pairs, so that a small source counts as much as a large one."""
    chosen = costs[pairs.pictures, pairs.queries, pairs.sources]
    return chosen.sum() / max(1, len(chosen))


def naming_loss(words: Tensor, labels: Tensor, pairs: Matches) -> Tensor:
    """Return the cross entropy of the names (B, n, K) of matched queries, given labels (B, S)."""
    wanted = labels[pairs.pictures, pairs.sources]
    said = words[pairs.pictures, pairs.queries]
    total = nnf.cross_entropy(said, wanted, ignore_index=NO_LABEL, reduction="sum")
    return total / max(1, int((wanted != NO_LABEL).sum()))


def coarse(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Return masks (B, S, H, W) as shares of the pixels of a coarser map, (B, S, h, w)."""
    return nnf.interpolate(masks, size, mode="area")
