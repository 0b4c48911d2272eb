"""The small separator's own choices: where its flow starts, what bounds it, what it is told."""

import pytest
import torch

from core.nn.hearing import HearingConfig
from core.nn.mini import MiniConfig, MiniNetwork, bounded, flow_start
from core.nn.unet import UNetConfig

SMALL = MiniConfig(
    n_words=3,
    unet=UNetConfig(
        width=16,
        multipliers=(1, 2),
        n_bins=32,
        n_flowing=2,
        prompt_dim=8,
        patch=(8, 4),
        has_spans=True,
        is_prompt_optional=True,
        is_prompt_everywhere=True,
        n_hints=2,
        query_size=32,
    ),
    hearing=HearingConfig(channels=(4, 6, 8, 8, 12), prompt_dim=8),
)


@pytest.fixture
def network() -> MiniNetwork:
    torch.manual_seed(0)
    return MiniNetwork(SMALL).eval()


def answer(network, mixture, words=None, time=0.0, **told):
    prompt = None if words is None else network.prompts(torch.tensor(words))
    start = mixture.expand(-1, 2, -1, -1)
    with torch.no_grad():
        return network.end(
            start, torch.tensor([time]), mixture, network.listen(mixture), prompt, **told
        )


def test_the_flow_starts_around_the_mixture_in_both_channels():
    mixture = torch.rand(2, 1, 32, 16)

    start = flow_start(mixture, torch.zeros(2, 2, 32, 16))

    assert torch.equal(start, mixture.expand(-1, 2, -1, -1))


def test_no_part_is_louder_than_the_mixture_or_less_than_nothing(network):
    mixture = torch.rand(2, 1, 32, 16)

    for parts in (
        bounded(torch.randn(2, 2, 32, 16) * 3, mixture),
        answer(network, mixture, [[1.0, 0, 0]] * 2),
    ):
        assert parts.shape == (2, 2, 32, 16)
        assert parts.min() >= 0
        assert bool((parts <= mixture).all())


def test_the_velocity_leads_to_the_end_it_was_made_of(network):
    mixture = torch.rand(1, 1, 32, 16)
    noisy = flow_start(mixture, torch.randn(1, 2, 32, 16))
    heard, time = network.listen(mixture), torch.tensor([750.0])

    with torch.no_grad():
        velocity = network(noisy, time, mixture, heard)
        end = network.end(noisy, time, mixture, heard)

    torch.testing.assert_close(noisy + 0.25 * velocity, end)


def test_at_the_very_end_the_velocity_stays_within_bounds(network):
    mixture = torch.rand(1, 1, 32, 16)
    noisy = mixture.expand(-1, 2, -1, -1)

    with torch.no_grad():
        velocity = network(noisy, torch.tensor([1000.0]), mixture, network.listen(mixture))

    assert velocity.abs().max() <= 20


def test_the_size_that_ships_is_small_enough():
    network = MiniNetwork(MiniConfig(n_words=100))

    n_weights = sum(weight.numel() for weight in network.parameters())
    assert n_weights * 2 < 40e6  # bytes on disk, in half precision


def test_another_word_other_spans_and_no_word_are_other_answers(network):
    mixture = torch.rand(1, 1, 32, 16)
    spans = torch.ones(1, 16)
    answers = [
        answer(network, mixture, [[1.0, 0, 0]]),
        answer(network, mixture, [[0, 1.0, 0]]),
        answer(network, mixture, [[0.5, 0.5, 0]]),
        answer(network, mixture, [[1.0, 0, 0]], spans=spans),
        answer(network, mixture, [[1.0, 0, 0]], spans=-spans),
        answer(network, mixture),
    ]

    for n, one in enumerate(answers):
        for other in answers[:n]:
            assert not torch.allclose(one, other, atol=1e-5)


def test_a_prompt_that_is_taken_as_missing_is_as_good_as_none(network):
    mixture = torch.rand(2, 1, 32, 16)

    mixed = answer(network, mixture, [[1.0, 0, 0]] * 2, has_prompt=torch.tensor([True, False]))

    torch.testing.assert_close(mixed[:1], answer(network, mixture[:1], [[1.0, 0, 0]]))
    torch.testing.assert_close(mixed[1:], answer(network, mixture[1:]))


def test_what_was_heard_of_the_prompt_changes_the_answer(network):
    """The way by which the hearing network advises the separator."""
    mixture = torch.rand(1, 1, 32, 16)
    heard = network.listen(mixture)
    prompt, start = network.words.weight[:1], mixture.expand(-1, 2, -1, -1)
    louder = heard._replace(features=heard.features + 3.0)

    with torch.no_grad():
        one, other = (
            network.end(start, torch.zeros(1), mixture, one, prompt) for one in (heard, louder)
        )

    assert not torch.allclose(one, other, atol=1e-5)


def test_words_and_hearing_must_share_a_width():
    with pytest.raises(ValueError, match="one width"):
        MiniConfig(n_words=3, hearing=HearingConfig(prompt_dim=64))
