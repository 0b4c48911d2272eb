"""The prototypes of a memory bank: for each class the sounds nearest to its clusters.

papers/002 appendix B.1, after DDESeg: k-means, started by k-means++ (Arthur and Vassilvitskii,
2007), over embeddings of clips in which one class alone sounds; of each cluster the members nearest
to its middle are kept. Letters in shapes: M clips, D width, P prototypes.
"""

import torch
from torch import Tensor

N_CLUSTERS = 5
"""Of each class; DDESeg's, the paper gives no number."""


def prototypes(
    embeddings: Tensor,
    classes: Tensor,
    *,
    n_clusters: int = N_CLUSTERS,
    n_nearest: int = 1,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    """Return prototypes (P, D) and the class of each (P,), by rising class.

    A class with fewer clips than `n_clusters * n_nearest` gives fewer prototypes, each once.

    Args:
        embeddings: (M, D), of single-source clips.
        classes: (M,) int64.
        n_clusters: modes a class may have.
        n_nearest: clips kept of each mode.
        seed: of the first middles.
    """
    chance = torch.Generator().manual_seed(seed)
    kept, owners = [], []
    for owner in sorted(set(classes.tolist())):
        own = embeddings[classes == owner]
        middles = _k_means(own, min(n_clusters, len(own)), chance)
        nearest = _distances(middles, own).topk(min(n_nearest, len(own)), largest=False).indices
        chosen = own[sorted(set(nearest.flatten().tolist()))]
        kept.append(chosen)
        owners.append(torch.full((len(chosen),), owner, dtype=torch.long))
    return torch.cat(kept), torch.cat(owners).to(embeddings.device)


def _k_means(points: Tensor, n: int, chance: torch.Generator, n_rounds: int = 50) -> Tensor:
    """Return the middles (n, D) of clusters of points (M, D)."""
    middles = _first_middles(points, n, chance)
    owners = torch.full((len(points),), -1, device=points.device)
    for _ in range(n_rounds):
        now = _distances(points, middles).argmin(1)
        if torch.equal(now, owners):
            break
        owners = now
        for number in range(n):
            members = points[owners == number]
            if len(members):
                middles[number] = members.mean(0)
    return middles


def _first_middles(points: Tensor, n: int, chance: torch.Generator) -> Tensor:
    """Return n points, each drawn by its squared distance to those before it (k-means++)."""
    first = int(torch.randint(len(points), (), generator=chance))
    chosen = [points[first]]
    for _ in range(n - 1):
        distance = _distances(points, torch.stack(chosen)).amin(1).square().cpu()
        # Points that lie all in one place leave nothing to choose by.
        weights = distance if distance.sum() > 0 else torch.ones_like(distance)
        chosen.append(points[int(torch.multinomial(weights, 1, generator=chance))])
    return torch.stack(chosen).clone()


def _distances(points: Tensor, others: Tensor) -> Tensor:
    """Return how far each of (M, D) is from each of (N, D): exactly 0 from itself."""
    return torch.cdist(points, others, compute_mode="donot_use_mm_for_euclid_dist")
