"""The small separator's own choices: where its flow starts, and what bounds it."""

import torch

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
        query_size=32,
    ),
)


def test_the_flow_starts_around_the_mixture_in_both_channels():
    mixture = torch.rand(2, 1, 32, 16)

    start = flow_start(mixture, torch.zeros(2, 2, 32, 16))

    assert torch.equal(start, mixture.expand(-1, 2, -1, -1))


def test_no_part_is_louder_than_the_mixture_or_less_than_nothing():
    mixture = torch.rand(2, 1, 32, 16)

    parts = bounded(torch.randn(2, 2, 32, 16) * 3, mixture)

    assert parts.min() == 0
    assert bool((parts <= mixture).all())


def test_the_size_that_ships_is_small_enough():
    network = MiniNetwork(MiniConfig(n_words=100))

    assert sum(weight.numel() for weight in network.parameters()) * 4 < 40e6


def test_another_word_is_another_answer():
    torch.manual_seed(0)
    network = MiniNetwork(SMALL).eval()
    mixture = torch.rand(1, 1, 32, 16)
    noisy = mixture.expand(-1, 2, -1, -1)
    with torch.no_grad():
        one, other = (
            network(noisy, torch.zeros(1), mixture, network.prompts(torch.tensor([word])))
            for word in (0, 1)
        )

    assert not torch.allclose(one, other, atol=1e-4)
