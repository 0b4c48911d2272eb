import torch
from torch.nn import functional as nnf

from core.nn.ddavs.contrast import Projector, info_nce


def vectors(seed: int) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    return nnf.normalize(torch.randn(3, 5, 8, generator=chance), dim=-1)


def test_info_nce_is_the_cross_entropy_of_finding_ones_own():
    clean, varied = vectors(0), vectors(1)

    loss = info_nce(clean, varied, temperature=0.2)

    logits = (clean @ varied.mT / 0.2).flatten(0, 1)  # (clips * queries, queries)
    torch.testing.assert_close(loss, nnf.cross_entropy(logits, torch.arange(5).repeat(3)))


def test_queries_that_stay_what_they_were_cost_nothing():
    clean = torch.eye(5)[None]

    assert info_nce(clean, clean, temperature=0.01) < 1e-6
    assert info_nce(clean, clean.roll(1, 1), temperature=0.01) > 50


def test_what_is_contrasted_has_length_1():
    z = Projector(8)(torch.randn(2, 5, 8) * 7)

    torch.testing.assert_close(z.norm(dim=-1), torch.ones(2, 5))
