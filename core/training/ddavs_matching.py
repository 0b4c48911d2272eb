"""Lets a small DDAVS begin where a named thing that is seen already meets a named thing heard.

The last stage's convolutions come from a network that names what it sees, and the queries were
taught to name what they hear. What pixels ask the queries for (equation 8) is a bilinear form of
both; here it is made the product of both networks' log odds over the words they share, so that
training has to sharpen a match and not to find it. Ours.

Letters in shapes: B pictures, M visual tokens, C their width, n queries, D theirs, J shared words.
"""

from typing import cast

import torch
from torch import Tensor, nn

from core.nn.ddavs.alignment import CrossAlignment
from core.nn.ddavs.network import Ddavs
from core.nn.seeing import SeeingNetwork

_STAGE = "4"
_SPREAD = 1.0
"""Of scores over pixels and queries at the beginning, if their entries were independent."""
_TOLD = 1.0
"""What a matching pixel is told, in each of its features; about as large as they are."""
_REST = 0.1
"""Of the random weights that were there before, what is left."""


@torch.no_grad()
def match_by_names(
    network: Ddavs, seeing: SeeingNetwork, words: tuple[str, ...], queries: Tensor
) -> None:
    """Set the projections of equation 8 before the last stage, in place.

    Args:
        network: whose last stage begins with the convolutions of `seeing`.
        seeing: names pictures.
        words: what the network's own words are called.
        queries: (B, n, D), those of some sounds.

    Raises:
        ValueError: the network has no alignment there, names nothing, or its heads are too narrow
            for the words that both know.
    """
    if _STAGE not in network.alignments or network.words is None:
        raise ValueError("only a network with words, aligned before stage 4, can begin so")
    alignment = cast(CrossAlignment, network.alignments[_STAGE])
    known = [word for word in seeing.config.words if word in words]
    rank, width = len(known), alignment.enhance_query.out_features // alignment.n_heads
    if rank > width:
        raise ValueError(f"{rank} shared words don't fit heads of width {width}")
    out = seeing.out.weight
    seen = out[[seeing.config.words.index(word) for word in known]] - out[-1]  # (J, C)
    heard = _heard(network.words, [words.index(word) for word in known])  # (J, D)
    # The balanced roots of the product, so that both sides learn at one pace.
    left, sizes, right = torch.linalg.svd(seen.T @ heard, full_matrices=False)
    # Normed visual tokens and normed queries have entries of about one.
    roots = (sizes[:rank] * (_SPREAD * width**0.5 / sizes[:rank].norm())).sqrt()
    asks, answers = (left[:, :rank] * roots).T, right[:rank] * roots[:, None]  # (J, C), (J, D)
    for linear, rows in ((alignment.enhance_query, asks), (alignment.enhance_key, answers)):
        weight = linear.weight.view(alignment.n_heads, width, -1)
        weight *= _REST
        weight[:, :rank] = rows
        # Without these a silence of zeros scores 0 everywhere.
        linear.bias.zero_()
    _say_alike(alignment, _always(queries))


def _say_alike(alignment: CrossAlignment, always: Tensor) -> None:
    """Let any sound tell pixels that match it the same, and silence nothing."""
    chance = torch.Generator().manual_seed(0)
    width = alignment.enhance_value.out_features
    told = (torch.randint(2, (width,), generator=chance) * 2 - 1).to(always) * _TOLD
    alignment.enhance_value.weight.mul_(_REST).add_(torch.outer(told, always))
    alignment.enhance_value.bias.zero_()
    # What is seen must not drown what is heard before it has learnt anything.
    alignment.filter_value.weight.mul_(_REST)
    alignment.filter_value.bias.zero_()


def _heard(names: nn.Linear, rows: list[int]) -> Tensor:
    """Return what (J, D) tells shared words from all others by their sound.

    A constant for "any of them" would find things on bare ground, which the decoder learns by
    itself, and drown what tells one thing from another.
    """
    weight: Tensor = names.weight - names.weight.mean(0)
    return weight[rows]


def _always(queries: Tensor) -> Tensor:
    """Return the combination (D,) of what queries hold that comes nearest to 1 in all of them."""
    flat = queries.flatten(0, 1)  # (B * n, D)
    ridge = 1e-2 * len(flat) * torch.eye(flat.shape[1], device=flat.device)
    return torch.linalg.solve(flat.mT @ flat + ridge, flat.sum(0))
