"""MMAudio hears what it is told: the mixture, the words, the pictures, and nothing at all."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.nn.mmaudio.guidance import guided
from core.nn.mmaudio.network import Features, MMAudio
from core.nn.mmaudio.sizes import MMAudioConfig

TINY = MMAudioConfig(
    latent_dim=4, clip_dim=6, sync_dim=5, text_dim=6, n_words=3,
    width=16, n_heads=2, depth=3, fused_depth=1,
)  # fmt: skip


def network(config: MMAudioConfig = TINY.separating) -> MMAudio:
    torch.manual_seed(0)
    made = MMAudio(config).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return made


def features(n_clips: int = 1) -> Features:
    torch.manual_seed(1)
    return Features(
        torch.randn(n_clips, 4, 6), torch.randn(n_clips, 16, 5), torch.randn(n_clips, 3, 6)
    )


def noise(seed: int, n_latents: int = 9) -> Tensor:
    return torch.randn(1, n_latents, 4, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def velocity(known: Features, mixture: Tensor) -> Tensor:
    one = network()
    return one(noise(0), torch.tensor([0.3]), one.conditions(known, 9, mixture))


@pytest.mark.parametrize("kind", ["clip", "sync", "text"])
def test_every_kind_of_hint_is_heard(kind):
    other = replace(features(), **{kind: 2 * getattr(features(), kind)})

    changed = velocity(other, noise(5)) - velocity(features(), noise(5))

    assert changed.abs().max() > 1e-3


def test_the_mixture_is_heard():
    assert (velocity(features(), noise(5)) - velocity(features(), noise(6))).abs().max() > 1e-3


def test_a_network_that_separates_insists_on_a_mixture():
    one = network()
    with pytest.raises(ValueError, match="mixture"):
        one(noise(0), torch.zeros(1), one.conditions(features(), 9))


def test_a_network_that_generates_refuses_a_mixture():
    one = network(TINY)
    with pytest.raises(ValueError, match="mixture"):
        one(noise(0), torch.zeros(1), one.conditions(features(), 9, noise(5)))


@pytest.mark.parametrize("n_latents", [1, 7, 30])
def test_sound_of_any_length_goes_through(n_latents):
    one, latent = network(), noise(0, n_latents)

    with torch.no_grad():
        out = one(latent, torch.zeros(1), one.conditions(features(), n_latents, latent))

    assert out.shape == latent.shape


@torch.no_grad()
def test_guidance_leaves_one_ask_the_known_alone_at_one_and_below():
    one, calls = network(), []
    known = one.conditions(features(), 9, noise(5))
    empty = one.conditions(one.empty_like(features()), 9, noise(5))

    def count(latent, time, conditions):
        calls.append(conditions)
        return one(latent, time, conditions)

    plain = one(noise(0), torch.zeros(1), known)
    torch.testing.assert_close(guided(count, known, empty, 1.0)(noise(0), torch.zeros(1)), plain)
    assert calls == [known]
    strong = guided(count, known, empty, 4.5)(noise(0), torch.zeros(1))
    nothing = one(noise(0), torch.zeros(1), empty)
    torch.testing.assert_close(strong, plain + 3.5 * (plain - nothing))


def test_latents_come_back_from_the_scale_that_flows():
    one = network()
    latent = noise(3)

    torch.testing.assert_close(one.unnormalised(one.normalised(latent)), latent)
    assert not torch.allclose(one.normalised(latent), latent)


def test_words_for_what_must_not_sound_stand_in_for_no_words():
    one = network()
    refused = torch.ones(1, 3, 6)

    empty = one.empty_like(features(), refused)

    assert torch.equal(empty.text, refused)
    assert torch.equal(empty.clip, one.empty_clip_feat.expand(1, 4, -1))
