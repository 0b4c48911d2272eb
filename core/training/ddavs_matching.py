"""Lets a small DDAVS begin where a named thing that is seen already meets a named thing heard.

The last stage's convolutions come from a network that names what it sees, and the queries were
taught to name what they hear. What pixels ask the queries for (equation 8) is a bilinear form of
both; here it is made the product of both networks' log odds over the words they share, so that
training has to sharpen a match and not to find it. Ours.

Letters in shapes: B pictures, M visual tokens, C their width, n queries, D theirs, J shared words.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from core.nn.ddavs.alignment import CrossAlignment
from core.nn.ddavs.network import Ddavs
from core.nn.seeing import SeeingNetwork

_STAGE = "4"
_REST = 0.1
"""Of the random weights that were there before, what is left."""


@dataclass(frozen=True, slots=True)
class Matching:
    """How the match begins."""

    spread: float = 0.6
    """Of scores over pixels and queries, if their entries were independent."""
    seen_at_all: float = 0.0
    """Log odds that every shared word gets on the side of the sound, as if a thing of any word were
    nearer to sounding than bare ground. At 1 it drowns what tells one thing from another: at the
    first step, things that sound and silent ones beside them were told apart with an area under the
    curve of 0.50, at 0 of 0.67, and 600 steps later the masks of held-out scenes were better too,
    with a mean IoU of 0.415 against 0.397."""
    told: float = 0.0
    """What a matching pixel is told, in each of its features, by any sound alike; 0 leaves what it
    is told to chance. The features deviate by 0.55."""


@torch.no_grad()
def match_by_names(
    network: Ddavs,
    seeing: SeeingNetwork,
    words: tuple[str, ...],
    queries: Tensor,
    matching: Matching | None = None,
) -> None:
    """Set the projections of equation 8 before the last stage, in place.

    Args:
        network: whose last stage begins with the convolutions of `seeing`.
        seeing: names pictures.
        words: what the network's own words are called.
        queries: (B, n, D), those of some sounds.
        matching: how.

    Raises:
        ValueError: the network has no alignment there, names nothing, or its heads are too narrow
            for the words that both know.
    """
    matching = matching or Matching()
    if _STAGE not in network.alignments or network.words is None:
        raise ValueError("only a network with words, aligned before stage 4, can begin so")
    alignment = cast(CrossAlignment, network.alignments[_STAGE])
    known = [word for word in seeing.config.words if word in words]
    rank, width = len(known), alignment.enhance_query.out_features // alignment.n_heads
    if rank > width:
        raise ValueError(f"{rank} shared words don't fit heads of width {width}")
    out = seeing.out.weight
    seen = out[[seeing.config.words.index(word) for word in known]] - out[-1]  # (J, C)
    always = _always(queries)
    rows_heard = [words.index(word) for word in known]
    heard = _heard(network.words, rows_heard, always, matching.seen_at_all)  # (J, D)
    # The balanced roots of the product, so that both sides learn at one pace.
    left, sizes, right = torch.linalg.svd(seen.T @ heard, full_matrices=False)
    # Normed visual tokens and normed queries have entries of about one.
    roots = (sizes[:rank] * (matching.spread * width**0.5 / sizes[:rank].norm())).sqrt()
    asks, answers = (left[:, :rank] * roots).T, right[:rank] * roots[:, None]  # (J, C), (J, D)
    for linear, rows in ((alignment.enhance_query, asks), (alignment.enhance_key, answers)):
        weight = linear.weight.view(alignment.n_heads, width, -1)
        weight *= _REST
        weight[:, :rank] = rows
        # Without these a silence of zeros scores 0 everywhere.
        linear.bias.zero_()
    if matching.told:
        _say_alike(alignment, matching.told * always)


def _say_alike(alignment: CrossAlignment, always: Tensor) -> None:
    """Let any sound tell pixels that match it the same, and silence nothing."""
    chance = torch.Generator().manual_seed(0)
    width = alignment.enhance_value.out_features
    told = (torch.randint(2, (width,), generator=chance) * 2 - 1).to(always)
    alignment.enhance_value.weight.mul_(_REST).add_(torch.outer(told, always))
    alignment.enhance_value.bias.zero_()
    # What is seen must not drown what is heard before it has learnt anything.
    alignment.filter_value.weight.mul_(_REST)
    alignment.filter_value.bias.zero_()


def _heard(names: nn.Linear, rows: list[int], always: Tensor, seen_at_all: float) -> Tensor:
    """Return what (J, D) tells shared words from all others, and a little of any from none."""
    offset = names.bias - names.bias.mean() + seen_at_all
    heard: Tensor = names.weight - names.weight.mean(0) + offset[:, None] * always
    return heard[rows]


def _always(queries: Tensor) -> Tensor:
    """Return the combination (D,) of what queries hold that comes nearest to 1 in all of them."""
    flat = queries.flatten(0, 1)  # (B * n, D)
    ridge = 1e-2 * len(flat) * torch.eye(flat.shape[1], device=flat.device)
    found: Tensor = torch.linalg.solve(flat.mT @ flat + ridge, flat.sum(0))
    return found
