"""The quick network computes what the plain one computes, at any size and with any prompt."""

import copy

import pytest
import torch

from core.nn.unet import SeparationUNet, UNetConfig
from tests.core.nn.plain_unet import plain_unet

TOY = UNetConfig(width=16, multipliers=(1, 2, 4), n_bins=16, prompt_dim=12, query_size=32)
MINI = UNetConfig(
    width=16,
    multipliers=(1, 2),
    n_bins=32,
    n_flowing=2,
    prompt_dim=12,
    patch=(8, 4),
    has_spans=True,
    is_prompt_optional=True,
    is_prompt_everywhere=True,
    query_size=32,
)


def built(config: UNetConfig) -> SeparationUNet:
    """A network whose every weight matters: nothing is left at one or at zero."""
    torch.manual_seed(0)
    network = SeparationUNet(config).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return network


def inputs(config: UNetConfig, n_clips: int = 3, n_frames: int = 16) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    noisy = torch.randn(n_clips, config.n_flowing, config.n_bins, n_frames)
    mixture = torch.rand(n_clips, config.n_mixture, config.n_bins, n_frames)
    return noisy, torch.rand(n_clips) * 1000, mixture, torch.randn(n_clips, config.prompt_dim, 5)


@pytest.mark.parametrize("wants_gradient", [False, True])
def test_it_agrees_with_the_plain_network(wants_gradient):
    network, (noisy, time, mixture, tokens) = built(TOY), inputs(TOY)

    with torch.set_grad_enabled(wants_gradient):
        ours = network(noisy, time, mixture, tokens)

    plain = plain_unet(network.state_dict(), noisy, time, mixture, tokens)
    # float32 through some fifty layers
    torch.testing.assert_close(ours.detach(), plain, rtol=1e-4, atol=1e-4)


def test_one_time_for_all_clips_is_the_same_as_that_time_for_each():
    network, (noisy, _, mixture, tokens) = built(TOY), inputs(TOY)
    with torch.no_grad():
        shared = network(noisy, torch.tensor([250.0]), mixture, tokens)
        each = network(noisy, torch.full((3,), 250.0), mixture, tokens)

    torch.testing.assert_close(shared, each, rtol=1e-4, atol=1e-4)


def test_its_gradients_are_those_of_the_plain_network():
    network, (noisy, time, mixture, tokens) = built(TOY), inputs(TOY)
    names, weights = zip(*network.named_parameters(), strict=True)

    ours = torch.autograd.grad(
        network(noisy, time, mixture, tokens).square().mean(), weights, allow_unused=True
    )
    plain_weights = dict(zip(names, weights, strict=True))
    plain = torch.autograd.grad(
        plain_unet(plain_weights, noisy, time, mixture, tokens).square().mean(),
        weights,
        allow_unused=True,
    )

    # Some are zero but for rounding: the offset of all keys, say, which a softmax doesn't see.
    rounding = 1e-5 * max(float(theirs.abs().max()) for theirs in plain if theirs is not None)
    for name, mine, theirs in zip(names, ours, plain, strict=True):
        assert (mine is None) == (theirs is None), name
        if mine is not None and theirs is not None:
            torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=rounding, msg=name)


def test_what_was_folded_from_weights_is_folded_again_when_they_change():
    network, (noisy, time, mixture, tokens) = built(TOY), inputs(TOY)
    with torch.no_grad():
        network(noisy, time, mixture, tokens)
        for weight in network.parameters():
            weight.mul_(1.1)

        ours = network(noisy, time, mixture, tokens)

    plain = plain_unet(network.state_dict(), noisy, time, mixture, tokens)
    torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-4)


def test_a_copy_does_not_answer_with_the_weights_of_the_original():
    network, (noisy, time, mixture, tokens) = built(TOY), inputs(TOY)
    with torch.no_grad():
        before = network(noisy, time, mixture, tokens)
        twin = copy.deepcopy(network)
        for weight in twin.parameters():
            weight.mul_(1.1)

        assert not torch.allclose(twin(noisy, time, mixture, tokens), before)
        torch.testing.assert_close(network(noisy, time, mixture, tokens), before)


def test_inputs_are_left_untouched():
    network, given = built(TOY), inputs(TOY)
    kept = [part.clone() for part in given]

    with torch.no_grad():
        network(*given)

    assert all(map(torch.equal, given, kept))


def test_target_and_residual_come_out_together_in_the_shape_that_went_in():
    network, (noisy, time, mixture, tokens) = built(MINI), inputs(MINI)

    assert network(noisy, time, mixture, tokens).shape == noisy.shape


def test_a_patch_lands_where_it_was_taken_from():
    """A stem and an end that copy give back the picture, so bins and frames are not mixed up."""
    config = UNetConfig(width=64, multipliers=(1,), n_bins=16, prompt_dim=4, patch=(8, 4))
    network = SeparationUNet(config)
    pixels = torch.eye(32).view(32, 1, 8, 4)
    noisy = torch.randn(1, 1, 16, 8)
    with torch.no_grad():
        network.init_conv.weight.zero_()[:32, 1:] = pixels
        network.init_conv.bias.zero_()

        stem = network.stem(noisy, torch.zeros(1, 1, 16, 8))
        picture = network.unpatched(stem[:, :32].permute(0, 2, 3, 1))

    torch.testing.assert_close(picture, noisy)


def test_a_missing_prompt_is_the_same_whether_left_out_or_switched_off():
    network, (noisy, time, mixture, tokens) = built(MINI), inputs(MINI)
    with torch.no_grad():
        left_out = network(noisy, time, mixture)
        off = network(noisy, time, mixture, tokens, has_prompt=torch.zeros(3, dtype=torch.bool))
        heard = network(noisy, time, mixture, tokens)

    torch.testing.assert_close(left_out, off, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(left_out, heard, atol=1e-2)


def test_one_prompt_serves_all_windows_of_a_clip():
    network, (noisy, _, mixture, tokens) = built(MINI), inputs(MINI)
    time, one = torch.tensor([500.0]), tokens[:1]
    with torch.no_grad():
        shared = network(noisy, time, mixture, one)
        each = network(noisy, time.expand(3), mixture, one.expand(3, -1, -1))

    torch.testing.assert_close(shared, each, rtol=1e-4, atol=1e-4)


def test_spans_steer_it_and_no_spans_are_unknown_everywhere():
    network, (noisy, time, mixture, tokens) = built(MINI), inputs(MINI)
    unknown = torch.zeros(3, 16)
    marked = unknown.clone()
    marked[:, :8], marked[:, 8:] = 1, -1
    with torch.no_grad():
        without = network(noisy, time, mixture, tokens)
        with_unknown = network(noisy, time, mixture, tokens, spans=unknown)
        with_marks = network(noisy, time, mixture, tokens, spans=marked)

    torch.testing.assert_close(without, with_unknown)
    assert not torch.allclose(without, with_marks, atol=1e-2)


def test_what_it_cannot_take_is_refused():
    network, (noisy, time, mixture, tokens) = built(TOY), inputs(TOY)
    with pytest.raises(ValueError, match="frames are no multiple of 4"):
        network(noisy[..., :10], time, mixture[..., :10], tokens)
    with pytest.raises(ValueError, match="bins"):
        network(noisy[:, :, :8], time, mixture[:, :, :8], tokens)
    with pytest.raises(ValueError, match="without a prompt"):
        network(noisy, time, mixture)
    with pytest.raises(ValueError, match="spans"):
        network(noisy, time, mixture, tokens, spans=torch.zeros(3, 16))


def test_sizes_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="bins"):
        UNetConfig(n_bins=100)
    with pytest.raises(ValueError, match="width"):
        UNetConfig(width=20)
