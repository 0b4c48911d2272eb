"""The mel VAE halves time and keeps the size of what goes through it."""

import math

import pytest
import torch

from core.nn.mmaudio.magnitude import KeptConv, kept_silu, kept_sum, unit_size
from core.nn.mmaudio.vae import MelVae, Posterior, VaeConfig

TINY = VaeConfig(n_bands=8, latent_dim=4, width=8)


def vae() -> MelVae:
    torch.manual_seed(0)
    return MelVae(TINY).eval()


def test_a_latent_lasts_two_mel_frames():
    mel = torch.randn(2, 8, 22)

    with torch.no_grad():
        posterior = vae().encode(mel)
        back = vae().decode(posterior.mean)

    assert posterior.mean.shape == posterior.std.shape == (2, 4, 11)
    assert back.shape == mel.shape


def test_folding_the_weights_changes_nothing_that_is_computed():
    one, mel = vae(), torch.randn(1, 8, 10)
    with torch.no_grad():
        before = one.encode(mel).mean
        one.fold()
        one.fold()  # a second time it is done already
        after = one.encode(mel).mean

    torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-4)


def test_the_scale_of_the_weights_does_not_matter():
    conv, x = KeptConv(8, 8, 3), torch.randn(1, 8, 20)
    with torch.no_grad():
        before = conv(x)
        conv.weight.mul_(100)
        torch.testing.assert_close(conv(x), before, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize(
    "layer", [KeptConv(64, 64, 3), kept_silu, lambda x: kept_sum(x, torch.randn_like(x))]
)
def test_a_layer_keeps_the_size(layer):
    torch.manual_seed(0)
    x = torch.randn(4, 64, 200)

    with torch.no_grad():
        size = layer(x).square().mean().sqrt()

    # 51,200 numbers, the edges of a convolution see zeros
    assert float(size) == pytest.approx(1.0, abs=0.02)


def test_unit_size_is_one_along_what_it_was_asked_for():
    x = 7 * torch.randn(2, 16, 5)

    sizes = unit_size(x, (1,)).square().mean(1).sqrt()

    torch.testing.assert_close(sizes, torch.ones(2, 5), atol=1e-3, rtol=0)


def test_a_sample_lies_around_the_mean():
    posterior = Posterior(torch.full((1, 4, 3), 2.0), torch.full((1, 4, 3), 0.5))

    assert torch.equal(posterior.sample(torch.zeros(1, 4, 3)), posterior.mean)
    assert float(posterior.sample(torch.ones(1, 4, 3)).mean()) == 2.5


def test_the_gain_of_a_new_network_is_one():
    conv, x = KeptConv(64, 4, 1), torch.randn(1, 64, 50)
    with torch.no_grad():
        assert torch.equal(conv(x, gain=1 + torch.zeros(())), conv(x))
        twice = conv(x, gain=2.0)
        torch.testing.assert_close(twice, 2 * conv(x))
    assert math.isfinite(float(twice.abs().max()))
