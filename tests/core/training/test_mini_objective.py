"""The small separator is taught what it was shown, and can learn one mixture by heart."""

import numpy as np
import pytest
import torch

from core.nn.mini import MiniNetwork, bounded, flow_start
from core.nn.samplers.flow import FlowSampler
from core.progress import CancelToken, ignore
from core.training.mini_objective import levels_of, mini_loss
from core.training.mixing import Batch, Mixer, MixingConfig
from core.training.recordings import find_recordings
from core.training.sound_bank import open_bank
from core.training.trainer import Trainer, TrainingConfig
from tests.core.nn.test_mini import SMALL
from tests.core.training.bank import write_recordings

N_BINS = SMALL.unet.n_bins
CPU = torch.device("cpu")


@pytest.fixture
def batch(tmp_path) -> Batch:
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    bank = open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())
    config = MixingConfig(n_samples=15 * 256, absent_share=0, silence_share=0, prompt_share=1)
    return Mixer(bank, ("bell", "flute", "rain"), config, seed=1).batch(0, 2)


def test_the_parts_shown_are_levels_within_the_mixture(batch):
    mixture, parts = levels_of(batch, N_BINS, CPU)

    assert mixture.shape == (2, 1, N_BINS, 16)
    assert parts.shape == (2, 2, N_BINS, 16)
    assert bool((parts <= mixture).all())
    assert mixture.max() <= 1


def test_a_source_alone_is_the_mixture(batch):
    alone = Batch(
        batch.target,
        np.zeros_like(batch.residual),
        batch.labels,
        batch.has_prompt,
        batch.spans,
        batch.active,
        batch.others,
    )

    mixture, parts = levels_of(alone, N_BINS, CPU)

    torch.testing.assert_close(parts[:, :1], mixture)
    assert parts[:, 1].max() < 1e-6


def test_the_loss_of_a_step_depends_on_the_seed_alone(batch):
    torch.manual_seed(0)
    network = MiniNetwork(SMALL)

    one, same, other = (
        mini_loss(network, batch, torch.Generator().manual_seed(seed)).item() for seed in (1, 1, 2)
    )

    assert one == same != other


def test_every_weight_is_taught(batch):
    torch.manual_seed(0)
    network = MiniNetwork(SMALL)
    half = Batch(
        batch.target,
        batch.residual,
        batch.labels,
        np.array([True, False]),
        batch.spans,
        batch.active,
        batch.others,
    )

    mini_loss(network, half, torch.Generator().manual_seed(0)).backward()

    untaught = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert untaught == []


@pytest.mark.slow
def test_one_mixture_can_be_learnt_by_heart_and_separated(batch):
    torch.manual_seed(0)
    config = TrainingConfig(n_steps=120, learning_rate=5e-3, warm_up_steps=10, averaging=0.9)
    trainer = Trainer(
        MiniNetwork(SMALL), lambda network, _step, chance: mini_loss(network, batch, chance), config
    )

    seen = [trainer.take_step() for _ in range(config.n_steps)]

    mixture, parts = levels_of(batch, N_BINS, CPU)
    network = trainer.averaged
    prompts = network.prompts(torch.from_numpy(batch.labels))
    spans = torch.from_numpy(batch.spans)
    start = flow_start(mixture, torch.zeros_like(parts))
    end = FlowSampler(n_steps=4).sample(
        lambda x, time: network(x, time, mixture, prompts, spans=spans), start, mixture
    )
    untouched = (mixture - parts).abs().mean()
    assert np.mean(seen[-20:]) < 0.4 * seen[0]
    assert (bounded(end, mixture) - parts).abs().mean() < 0.4 * untouched
