"""What SAM Audio says it needs is what it takes, and what the engines' descriptions promise."""

import numpy as np
import pytest
import torch

from core.nn.live_memory import MemoryMeter, peak_bytes
from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.config import SamAudioConfig, TransformerConfig
from core.nn.sam_audio.network import Conditions, SamAudioFlow
from core.separation.memory_ladder import Rung
from core.separation.sam_audio_info import MEMORY_GIB
from core.separation.sam_audio_memory import codec_work, flow_work, memory_need
from tests.helpers.sam_audios import TINY

CPU = torch.device("cpu")
DIMS = {"small": (1536, 12), "base": (2048, 16), "large": (2816, 22)}


def test_a_meter_counts_what_lives_at_one_time_and_views_cost_nothing():
    given = torch.zeros(1000)

    def work() -> object:
        first = given + 1
        second = first * 2
        del first
        return second.view(10, 100) + 1, second

    assert peak_bytes(work) == 2 * 4000


def test_a_meter_forgets_what_is_gone():
    with MemoryMeter() as meter:
        kept = torch.zeros(1000)
        del kept
        assert meter.live_bytes == 0
    assert meter.peak_bytes == 4000


@pytest.mark.parametrize("n_at_once", [1, 3])
def test_the_estimate_for_the_flow_is_what_it_takes(n_at_once):
    network = SamAudioFlow(TINY).requires_grad_(False)
    given = Conditions(
        torch.zeros(n_at_once, 50, TINY.codec.codebook_dim),
        torch.zeros(n_at_once, 32, TINY.text_dim),
        anchors=torch.zeros(n_at_once, 50, dtype=torch.long),
    )
    noisy, time = torch.zeros(n_at_once, 50, TINY.transformer.out_channels), torch.zeros(n_at_once)

    measured = peak_bytes(lambda: network(noisy, time, given))

    estimate = flow_work(TINY, Rung(CPU, torch.float32, 2.0), n_at_once)
    assert abs(estimate - measured) < 0.05 * measured


def test_the_estimate_for_the_codec_is_what_it_takes():
    codec = Codec(TINY.codec).requires_grad_(False)
    latents = torch.zeros(1, 40, TINY.codec.codebook_dim)
    message = torch.zeros(TINY.codec.n_message_bits, dtype=torch.long)

    measured = peak_bytes(lambda: codec.decode(latents, message))

    assert abs(codec_work(TINY.codec, 40) - measured) < 0.1 * measured


@pytest.mark.parametrize("size", DIMS)
def test_the_engines_promise_what_arithmetic_says(size):
    dim, depth = DIMS[size]
    dit = TransformerConfig(dim=dim, n_heads=depth, n_layers=depth, context_dim=dim)
    config = SamAudioConfig(transformer=dit)

    needs = [
        memory_need(config, Rung(CPU, dtype, 20.0)).total_gib
        for dtype in (torch.float32, torch.bfloat16)
    ]

    np.testing.assert_allclose(needs, MEMORY_GIB[f"sam-audio-{size}"], atol=0.06)


def test_weights_that_wait_and_pictures_change_the_need_as_they_should():
    plain = memory_need(TINY, Rung(CPU, torch.float32, 2.0))
    waiting = memory_need(TINY, Rung(CPU, torch.float32, 2.0, is_offloaded=True))
    seeing = memory_need(TINY, Rung(CPU, torch.float32, 2.0), has_pictures=True)

    assert waiting.weights < plain.weights < seeing.weights
