from dataclasses import replace

import pytest
import torch

from core.nn.ddavs.config import tiny_config
from core.nn.ddavs.network import Ddavs
from core.training.ddavs_objective import DdavsObjective, ddavs_loss, source_loss
from core.training.ddavs_sources import Matches, matches, naming_loss, sharing_loss, unlikelihood
from core.training.wave_variation import varied_waves
from tests.core.training.scenes import Squares

FULL = DdavsObjective(is_half=False)


def network(**changes) -> Ddavs:
    torch.manual_seed(0)
    return Ddavs(replace(tiny_config(n_words=4), **changes))


def batch(n: int = 4):
    made = Squares().batch(0, n)
    return made._replace(varied=varied_waves(made.waves, torch.Generator().manual_seed(0)))


def test_everything_that_learns_gets_a_gradient():
    learner = network(is_audio_frozen=False)

    ddavs_loss(learner, batch(), FULL).backward()

    idle = [name for name, one in learner.named_parameters() if one.grad is None]
    assert idle == ["audio.hearing.scale"]  # of words it is asked for, which nobody does here


def test_the_loss_is_finite_when_nothing_or_everything_sounds():
    for value in (0.0, 1.0):
        made = batch()
        whole = made._replace(
            masks=torch.full_like(made.masks, value),
            sources=torch.full_like(made.sources[:, :1], value),
            labels=made.labels[:, :1],
        )
        assert torch.isfinite(ddavs_loss(network(), whole, FULL))


def test_the_weights_of_equation_9_weigh():
    alone = DdavsObjective(0, 0, 0, 0, 0, 0, is_half=False)
    learner = network().eval()
    parts = [replace(alone, **{name: 1.0}) for name in ("cross_entropy", "dice", "iou", "contrast")]

    with torch.no_grad():
        cost = [ddavs_loss(learner, batch(), one).item() for one in parts]
        both = replace(alone, cross_entropy=5.0, dice=5.0, iou=2.0, contrast=0.1)
        together = ddavs_loss(learner, batch(), both).item()

    assert together == pytest.approx(
        5 * cost[0] + 5 * cost[1] + 2 * cost[2] + 0.1 * cost[3], rel=1e-4
    )


def test_contrasting_needs_the_varied_sound():
    with pytest.raises(ValueError, match="varied"):
        ddavs_loss(network(), batch()._replace(varied=None), FULL)
    without = replace(FULL, contrast=0.0)
    assert torch.isfinite(ddavs_loss(network(), batch()._replace(varied=None), without))


def test_classes_of_pixels_need_a_batch_that_knows_them():
    learner = network(n_classes=5, n_words=0)

    with pytest.raises(ValueError, match="classes"):
        ddavs_loss(learner, batch(), FULL)
    classes = batch().masks.long() * 3
    assert torch.isfinite(ddavs_loss(learner, batch()._replace(classes=classes), FULL))


def test_a_batch_that_knows_no_sources_still_teaches_the_mask():
    told = batch()._replace(sources=None, labels=None)
    said = network().eval()(told.frames, told.waves)

    assert source_loss(said, told, FULL) == 0


def two_sources() -> torch.Tensor:
    """The left half and the right half of a map, (1, 2, 4, 4)."""
    sources = torch.zeros(1, 2, 4, 4)
    sources[0, 0, :, :2], sources[0, 1, :, 2:] = 1, 1
    return sources


def test_each_source_is_given_to_the_query_that_claims_it():
    shares = torch.zeros(1, 3, 4, 4)
    shares[0, 2] = 9 * two_sources()[0, 0]
    shares[0, 0] = 9 * two_sources()[0, 1]

    costs = unlikelihood(shares, two_sources())
    found = matches(costs, torch.ones(1, 2, dtype=torch.bool))

    assert dict(zip(found.sources.tolist(), found.queries.tolist(), strict=True)) == {0: 2, 1: 0}
    assert sharing_loss(costs, found).item() < 0.01


def test_one_query_can_not_have_both():
    shares = torch.zeros(1, 3, 4, 4)
    shares[0, 1] = 9.0

    costs = unlikelihood(shares, two_sources())
    found = matches(costs, torch.ones(1, 2, dtype=torch.bool))

    assert len(set(found.queries.tolist())) == 2
    assert sharing_loss(costs, found).item() > 4  # one of them is far from it


def test_sources_that_are_not_there_are_given_to_nobody():
    found = matches(torch.rand(2, 3, 2), torch.tensor([[True, False], [False, False]]))

    assert (found.pictures.tolist(), found.sources.tolist()) == ([0], [0])
    assert (
        sharing_loss(torch.rand(2, 3, 2), matches(torch.rand(2, 3, 2), torch.zeros(2, 2) > 0)) == 0
    )


def test_matched_queries_are_asked_for_the_name_of_their_source():
    words = torch.zeros(1, 3, 4)
    words[0, 2, 1] = 20.0
    pairs = Matches(torch.tensor([0, 0]), torch.tensor([2, 0]), torch.tensor([0, 1]))

    assert naming_loss(words, torch.tensor([[1, -1]]), pairs).item() < 1e-4
    assert naming_loss(words, torch.tensor([[3, -1]]), pairs).item() > 10
    assert naming_loss(words, torch.tensor([[-1, -1]]), pairs).item() == 0
