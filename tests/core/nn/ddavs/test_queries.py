import math

import pytest
import torch
from torch import nn

from core.nn.ddavs.bank import prototypes
from core.nn.ddavs.config import tiny_config
from core.nn.ddavs.queries import AudioQueries, BankAttention


def plain_bank(gamma: float) -> BankAttention:
    """Two prototypes of width 2 and projections that change nothing, without the norm."""
    bank = BankAttention(2, 2, gamma)
    for one in (bank.to_query, bank.to_key, bank.to_value):
        nn.init.eye_(one.weight)
    bank.norm = nn.Identity()
    bank.fill(torch.tensor([[math.sqrt(2) * math.log(3), 0.0], [0.0, 4.0]]), torch.tensor([7, 9]))
    return bank


def test_bank_attention_is_equation_4_worked_by_hand():
    # Scores are (log 3, 0) after the division by the root of 2, so that shares are 3/4 and 1/4.
    queries = torch.tensor([[[1.0, 0.0]]])

    anchored, attention = plain_bank(gamma=0.5)(queries)

    torch.testing.assert_close(attention, torch.tensor([[[0.75, 0.25]]]))
    found = torch.tensor([0.75 * math.sqrt(2) * math.log(3), 0.25 * 4.0])
    torch.testing.assert_close(anchored[0, 0], torch.tensor([1.0, 0.0]) + 0.5 * found)


def test_anchored_queries_are_normed_last():
    bank = BankAttention(16, 3, gamma=1.0)
    bank.fill(torch.randn(3, 16), torch.arange(3))

    anchored, _ = bank(torch.randn(2, 5, 16) * 9)

    torch.testing.assert_close(anchored.mean(2), torch.zeros(2, 5), atol=1e-5, rtol=0)
    torch.testing.assert_close(anchored.var(2, unbiased=False), torch.ones(2, 5), atol=1e-3, rtol=0)


def test_the_bank_is_fixed_once_it_is_filled():
    queries = AudioQueries(tiny_config(n_prototypes=3), 16)
    kept = torch.randn(3, 16)
    queries.bank.fill(kept, torch.arange(3))

    names = {name for name, _ in queries.named_parameters()}
    anchored, _ = queries(torch.randn(2, 8, 16))
    anchored.sum().backward()

    assert not {name for name in names if "prototypes" in name}
    torch.testing.assert_close(queries.state_dict()["bank.prototypes"], kept)


def test_a_bank_of_another_size_is_refused():
    with pytest.raises(ValueError, match="don't fit"):
        BankAttention(4, 3, 1.0).fill(torch.zeros(2, 4), torch.zeros(2))


def test_each_query_answers_in_its_own_way():
    queries = AudioQueries(tiny_config(), 16)

    asked, attention = queries(torch.randn(2, 8, 16))

    assert asked.shape == (2, 5, 16)
    assert attention is None
    assert torch.pdist(asked[0]).min() > 0.1


def blobs(n: int) -> torch.Tensor:
    """Points around three places far from each other, (3 * n, 2)."""
    chance = torch.Generator().manual_seed(1)
    middles = torch.tensor([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]])
    return (middles[:, None] + torch.randn(3, n, 2, generator=chance)).flatten(0, 1)


def test_each_mode_of_a_class_gives_a_prototype_that_was_heard():
    points = blobs(12)

    found, classes = prototypes(points, torch.full((36,), 4), n_clusters=3)

    assert classes.tolist() == [4, 4, 4]
    heard = [int((points == one).all(1).nonzero()) for one in found]
    assert sorted(place // 12 for place in heard) == [0, 1, 2]


def test_prototypes_are_the_members_nearest_to_the_middles():
    found, _ = prototypes(blobs(12)[:12], torch.zeros(12, dtype=torch.long), n_clusters=1)

    middle = blobs(12)[:12].mean(0)
    torch.testing.assert_close(
        found[0], blobs(12)[torch.cdist(middle[None], blobs(12)[:12]).argmin()]
    )


def test_a_class_with_few_or_equal_clips_gives_fewer_prototypes():
    points = torch.cat((torch.zeros(6, 2), torch.ones(2, 2)))
    classes = torch.tensor([0] * 6 + [1] * 2)

    found, owners = prototypes(points, classes, n_clusters=5)

    assert owners.tolist().count(1) <= 2
    assert set(owners.tolist()) == {0, 1}
    assert torch.isfinite(found).all()


def test_the_same_seed_gives_the_same_bank():
    points, classes = torch.randn(40, 3), torch.arange(40) % 2

    first, again = (prototypes(points, classes, seed=3)[0] for _ in range(2))

    torch.testing.assert_close(first, again)
