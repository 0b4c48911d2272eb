"""The DAC-VAE: the same numbers as another implementation, and sound piece by piece as in one."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import DacConfig
from transformers.models.dac.modeling_dac import DacDecoder, DacEncoder

from core.nn.sam_audio.codec import REACH_FRAMES, Codec
from core.nn.sam_audio.codec_decoder import DecoderBlock
from core.nn.sam_audio.codec_layers import (
    CausalConv,
    CausalTransposedConv,
    NormedConv,
    NormedTransposedConv,
    Snake,
)
from core.nn.sam_audio.codec_watermark import drawn_message
from tests.core.nn.sam_audio.sizes import TINY_CODEC

HOP = TINY_CODEC.hop_samples
MESSAGE = drawn_message(3, TINY_CODEC)
SOUND_LAYERS = (Snake, NormedConv, NormedTransposedConv)


@pytest.fixture(scope="module")
def codec() -> Codec:
    """A codec that answers about as loud as it is asked, with every weight at work."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Codec(TINY_CODEC).eval().requires_grad_(False)
        for module in network.modules():
            if isinstance(module, NormedConv | NormedTransposedConv):
                module.weight_g.uniform_(0.6, 1.0)
                module.bias.normal_(std=0.05)
            if isinstance(module, Snake):
                module.alpha.uniform_(0.5, 2.0)
        marker = network.decoder.wm_model
        marker.msg_processor.msg_processor.weight.mul_(3)
    return network


def noise(*shape: int, seed: int = 1) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape, np.float32))


def assert_near(ours: Tensor, theirs: Tensor) -> None:
    """Compare by the rule of the golden numbers for networks."""
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= 3e-5 * theirs.abs().max()


def fill(theirs: nn.Module, ours: list[nn.Module]) -> None:
    """Give another implementation our weights, layer by layer in the order of the way."""
    layers = [
        one for one in theirs.modules() if not list(one.children()) and list(one.parameters())
    ]
    assert len(layers) == len(ours)
    for their, our in zip(layers, ours, strict=True):
        if isinstance(our, Snake):
            their.alpha.data.copy_(our.alpha)
        else:
            their.weight.data.copy_(our.weight)
            their.bias.data.copy_(our.bias)


def config() -> DacConfig:
    return DacConfig(
        encoder_hidden_size=TINY_CODEC.encoder_dim,
        downsampling_ratios=list(TINY_CODEC.encoder_rates),
        hidden_size=TINY_CODEC.latent_dim,
        decoder_hidden_size=TINY_CODEC.decoder_dim,
        upsampling_ratios=list(TINY_CODEC.decoder_rates),
    )


def test_the_way_in_is_that_of_dac(codec):
    theirs = DacEncoder(config()).eval()
    fill(theirs, [one for one in codec.encoder.modules() if isinstance(one, SOUND_LAYERS)])
    sound = noise(2, 1, 5 * HOP)

    assert_near(codec.encoder(sound), theirs(sound))


def test_the_sounds_own_way_out_is_that_of_dac(codec):
    theirs = DacDecoder(config()).eval()
    first, *blocks = codec.decoder.model
    path = [first]
    for block in blocks:
        assert isinstance(block, DecoderBlock)
        layers = [block.block[place] for place in (0, 1, 4, 5, 8)]
        path += [x for one in layers for x in one.modules() if isinstance(x, SOUND_LAYERS)]
    fill(theirs, [*path, *codec.decoder.wm_model.encoder_block.pre[:2]])
    latents = noise(2, TINY_CODEC.latent_dim, 5)

    ours = latents
    for layer in codec.decoder.model:
        ours = layer(ours)
    ours = codec.decoder.wm_model.encoder_block.sound(ours)

    assert_near(ours, theirs(latents))


@pytest.mark.parametrize("n_samples", [1, 700, HOP, HOP + 1, 3 * HOP - 1])
def test_every_begun_hop_gets_a_latent_and_every_latent_a_hop(codec, n_samples):
    latents = codec.encode(noise(2, n_samples))

    assert latents.shape == (2, -(-n_samples // HOP), TINY_CODEC.codebook_dim)
    assert codec.decode(latents, MESSAGE).shape == (2, latents.shape[1] * HOP)


def test_the_end_of_a_sound_is_mirrored_to_a_whole_hop(codec):
    sound = noise(1, 2 * HOP - 500)
    mirrored = torch.cat((sound, sound[:, -501:-1].flip(-1)), dim=-1)

    torch.testing.assert_close(codec.encode(sound), codec.encode(mirrored))


def test_latents_of_a_piece_are_those_of_the_whole_where_enough_is_heard_around_it(codec):
    n_frames = 3 * REACH_FRAMES
    sound = noise(1, n_frames * HOP)
    start = REACH_FRAMES * HOP

    whole = codec.encode(sound)[:, REACH_FRAMES : 2 * REACH_FRAMES]
    reach = codec.encode(sound[:, : start + 2 * REACH_FRAMES * HOP])[:, REACH_FRAMES:-REACH_FRAMES]

    assert_near(reach, whole)


def test_sound_of_a_piece_is_that_of_the_whole_where_enough_latents_are_around_it(codec):
    latents = noise(1, 4 * REACH_FRAMES, TINY_CODEC.codebook_dim)
    n_reach = REACH_FRAMES * HOP

    whole = codec.decode(latents, MESSAGE)[:, 2 * n_reach : 3 * n_reach]
    piece = codec.decode(latents[:, REACH_FRAMES:], MESSAGE)[:, n_reach : 2 * n_reach]

    # The watermark's LSTM has forgotten, too: what it hears is far below what could be heard.
    assert (whole - piece).abs().max() < 1e-3 * whole.abs().max()


def test_the_message_is_heard_and_the_same_seed_draws_the_same_one(codec):
    latents = noise(1, 3, TINY_CODEC.codebook_dim)
    other = 1 - MESSAGE

    again = codec.decode(latents, drawn_message(3, TINY_CODEC))

    torch.testing.assert_close(again, codec.decode(latents, MESSAGE), rtol=0, atol=0)
    assert not torch.equal(again, codec.decode(latents, other))
    assert sorted(set(drawn_message(4, TINY_CODEC).tolist())) == [0, 1]


def test_the_watermarks_layers_hear_nothing_of_the_future():
    down, up = CausalConv(2, 3, 10, stride=5), CausalTransposedConv(3, 2, 10, stride=5)
    sound = noise(1, 2, 40)
    changed = sound.clone()
    changed[..., 20:] += 1

    before, after = (up(down(one)) for one in (sound, changed))

    assert before.shape == sound.shape
    torch.testing.assert_close(before[..., :20], after[..., :20])
    assert not torch.equal(before[..., 20:], after[..., 20:])
