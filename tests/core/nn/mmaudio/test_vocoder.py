"""BigVGAN makes a sound of the right length, and its activation adds nothing above the band."""

import math

import pytest
import torch
from torch import Tensor

from core.nn.mmaudio.antialias import AntialiasedSnake, Doubled, Halved, low_pass
from core.nn.mmaudio.vocoder import BigVgan, VocoderConfig, folded

TINY = VocoderConfig(
    n_bands=8, width=8, rates=(4, 2), kernels=(8, 4), branch_kernels=(3,), branch_steps=((1, 3),)
)


def tone(cycles_per_sample: float, n: int = 400) -> Tensor:
    return torch.sin(2 * math.pi * cycles_per_sample * torch.arange(n) + 0.3)[None, None]


def inner(x: Tensor) -> Tensor:
    return x[..., 50:-50]  # away from the edges, where the filters hear what was repeated


def test_a_frame_becomes_a_hop_of_samples():
    with torch.no_grad():
        sound = BigVgan(TINY)(torch.randn(2, 8, 5))

    assert sound.shape == (2, 40)
    assert sound.abs().max() <= 1


def test_the_released_vocoder_has_the_published_size():
    """122 million parameters, says its authors' table."""
    with torch.device("meta"):
        network = BigVgan(VocoderConfig())

    assert round(sum(weight.numel() for weight in network.parameters()) / 1e6) == 122
    keys = set(network.state_dict())
    assert "resblocks.17.activations.5.downsample.lowpass.filter" in keys
    assert "ups.5.0.weight" in keys
    assert "conv_post.bias" not in keys


def test_the_filter_keeps_constants_and_is_even():
    taps = low_pass()[0, 0]

    assert float(taps.sum()) == pytest.approx(1)
    torch.testing.assert_close(taps, taps.flip(0))


def test_up_and_down_again_gives_the_same_tone():
    x = tone(0.1)

    again = Halved()(Doubled()(x))

    torch.testing.assert_close(inner(again), inner(x), atol=0.01, rtol=0)


def test_a_tone_above_the_slower_band_does_not_get_through():
    # 0.45 cycles a sample would come back as 0.1 after halving
    assert inner(Halved()(tone(0.45, 800))).abs().max() < 0.01


def test_the_snake_folds_less_than_without_resampling():
    """sin² of a tone at 0.3 has its overtone at 0.6, which folds to 0.4. The filter is gentle."""
    layer, x = AntialiasedSnake(1), tone(0.3, 1000)
    with torch.no_grad():
        careful, plain = (inner(bend(x))[0, 0] for bend in (layer, layer.act))

    assert fold(careful, 0.4) < 0.3 * fold(plain, 0.4)


def fold(sound: Tensor, at: float) -> float:
    spectrum = torch.fft.rfft((sound - sound.mean()) * torch.hann_window(len(sound))).abs()
    bins = torch.fft.rfftfreq(len(sound))
    return float(spectrum[(bins - at).abs() < 0.02].max())


def test_the_halves_of_a_weight_are_made_one():
    torch.manual_seed(0)
    size, direction = torch.rand(6, 1, 1), torch.randn(6, 4, 3)

    whole = folded({"a.weight_g": size, "a.weight_v": direction, "a.bias": torch.ones(6)})

    assert set(whole) == {"a.weight", "a.bias"}
    torch.testing.assert_close(whole["a.weight"], torch._weight_norm(direction, size, 0))


def test_another_kind_of_bigvgan_is_refused():
    config = {"resblock": "1", "activation": "snake", "snake_logscale": True}

    with pytest.raises(ValueError, match="snakebeta"):
        VocoderConfig.read(config)


def test_the_published_configuration_is_the_default():
    published = {
        "resblock": "1",
        "num_mels": 128,
        "upsample_rates": [8, 4, 2, 2, 2, 2],
        "upsample_kernel_sizes": [16, 8, 4, 4, 4, 4],
        "upsample_initial_channel": 1536,
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "use_tanh_at_final": False,
        "use_bias_at_final": False,
        "activation": "snakebeta",
        "snake_logscale": True,
    }

    assert VocoderConfig.read(published) == VocoderConfig()
