"""What is said of a network while it learns: gains in SI-SDR that can be checked by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.nn.mini import MiniNetwork
from core.progress import CancelToken, ignore
from core.training.mini_validation import PROMPTS, Validation, si_sdr_db
from core.training.mixing import Mixer, MixingConfig
from core.training.recordings import find_recordings
from core.training.sound_bank import open_bank
from tests.core.nn.test_mini import SMALL
from tests.core.training.bank import write_recordings

CLASSES = ("bell", "flute", "rain")


@pytest.fixture
def mixer(tmp_path) -> Mixer:
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    bank = open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())
    config = MixingConfig(
        n_samples=15 * 256, source_shares=(1.0,), absent_share=0, silence_share=0, prompt_share=1
    )
    return Mixer(bank, CLASSES, config)


@pytest.fixture
def network() -> MiniNetwork:
    torch.manual_seed(0)
    return MiniNetwork(SMALL).eval()


def test_si_sdr_does_not_mind_loudness():
    random = torch.Generator().manual_seed(0)
    truth = torch.randn(1, 1000, generator=random)
    noise = torch.randn(1, 1000, generator=random)
    noise -= (noise * truth).sum() / truth.square().sum() * truth
    noise *= truth.norm() / noise.norm() / 10  # 20 dB below

    ratios_db = [si_sdr_db(gain * (truth + noise), truth).item() for gain in (0.1, 1.0, 3.0)]

    assert ratios_db == pytest.approx([20, 20, 20], abs=0.01)


def test_every_kind_of_prompt_gets_a_score_and_the_same_one_again(mixer, network):
    check = Validation.drawn(mixer, 2, 4)

    scores = check.scores(network)

    assert set(scores) == {*PROMPTS, "tags"}
    assert all(np.isfinite(value) for value in scores.values())
    assert scores == check.scores(network)


def test_a_network_that_leaves_all_as_it_was_gains_nothing(mixer, network):
    with torch.no_grad():
        network.unet.final_conv.weight.zero_()
        network.unet.final_conv.bias.zero_()  # target and residual alike: half of every cell

    scores = Validation.drawn(mixer, 1, 4).scores(network)

    assert [scores[name] for name in PROMPTS] == pytest.approx([0] * 5, abs=1e-3)


def test_tags_are_right_where_the_word_most_believed_in_sounds(mixer, network):
    batch = mixer.batch(0, 2)
    always = np.ones_like(batch.sounding)
    only_last = np.zeros_like(batch.sounding)
    only_last[:, 2] = True
    with torch.no_grad():
        network.words.weight.copy_(torch.eye(3, 8) * torch.tensor([[0.0], [0.0], [1.0]]))
        network.hearing.features.weight.zero_()
        network.hearing.features.bias.zero_()
        network.hearing.features.bias[2] = 5.0  # so that the last word is heard all the time

    scores = [
        Validation((replace(batch, sounding=sounding),)).scores(network)["tags"]
        for sounding in (always, only_last, ~only_last)
    ]

    assert scores == [1.0, 1.0, 0.0]
