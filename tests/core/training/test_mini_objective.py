"""The small separator is taught what it was shown, and can learn one mixture by heart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.nn.mini import MiniNetwork, flow_start
from core.nn.samplers.flow import FlowSampler
from core.nn.stft import Stft
from core.progress import CancelToken, ignore
from core.training.mini_objective import hidden, mini_loss, names_loss, pictures_of, shares
from core.training.mini_validation import si_sdr_db
from core.training.mixing import Batch, Mixer, MixingConfig
from core.training.recordings import find_recordings
from core.training.sound_bank import open_bank
from core.training.trainer import Trainer, TrainingConfig
from tests.core.nn.test_mini import SMALL
from tests.core.training.bank import write_recordings

N_BINS = SMALL.unet.n_bins
CPU = torch.device("cpu")
N_SAMPLES = 15 * 256


@pytest.fixture
def mixer(tmp_path) -> Mixer:
    recordings = find_recordings(write_recordings(tmp_path / "sounds"))
    bank = open_bank(recordings, tmp_path / "cache", report=ignore, cancel=CancelToken())
    config = MixingConfig(
        n_samples=N_SAMPLES, absent_share=0, silence_share=0, prompt_share=1, unsure_share=0
    )
    return Mixer(bank, ("bell", "flute", "rain"), config, seed=1)


@pytest.fixture
def batch(mixer) -> Batch:
    return mixer.batch(0, 2)


def loss_of(batch: Batch, *, seed: int = 0, more=None) -> float:
    torch.manual_seed(0)
    network = MiniNetwork(SMALL)
    return mini_loss(network, batch, torch.Generator().manual_seed(seed), more).item()


def test_the_parts_shown_are_levels_within_the_mixture(batch):
    seen = pictures_of(batch, N_BINS, CPU)

    assert seen.mixture.shape == (2, 1, N_BINS, 16)
    assert seen.parts.shape == (2, 2, N_BINS, 16)
    assert bool((seen.parts <= seen.mixture).all())
    assert seen.mixture.max() <= 1


def test_a_source_alone_is_the_mixture(batch):
    alone = replace(batch, residual=np.zeros_like(batch.residual))

    seen = pictures_of(alone, N_BINS, CPU)

    torch.testing.assert_close(seen.parts[:, :1], seen.mixture)
    torch.testing.assert_close(seen.target_spectra, seen.mixture_spectra)
    # What is added against a logarithm of nothing is all that the silent side shows.
    assert seen.parts[:, 1].max() < 0.01


def test_a_mixture_is_cut_where_the_levels_say():
    """Cells of the target alone go to it, cells of the rest alone don't, equal ones half."""
    parts = torch.zeros(1, 2, N_BINS, 3)
    parts[:, 0, :, 0] = parts[:, 1, :, 1] = 0.5
    parts[:, :, :, 2] = 0.5

    share = shares(parts, 64)

    assert share.shape == (1, 64, 3)
    torch.testing.assert_close(share[0, 32], torch.tensor([1.0, 0.0, 0.5]), atol=1e-4, rtol=0)


def test_the_loss_of_a_step_depends_on_the_seed_alone(batch):
    assert loss_of(batch, seed=1) == loss_of(batch, seed=1) != loss_of(batch, seed=2)


def test_more_mixtures_teach_names_alone(mixer, batch):
    torch.manual_seed(0)
    network = MiniNetwork(SMALL).eval()  # statistics of a batch would carry them to the separator

    def gradients(more=None) -> tuple[torch.Tensor, torch.Tensor]:
        network.zero_grad()
        mini_loss(network, batch, torch.Generator().manual_seed(0), more).backward()
        return (
            network.unet.init_conv.weight.grad.clone(),
            network.hearing.features.weight.grad.clone(),
        )

    stem, hearing = gradients()
    stem_with_more, hearing_with_more = gradients(mixer.named(0, 3))

    torch.testing.assert_close(stem_with_more, stem, rtol=1e-2, atol=1e-4)
    assert not torch.allclose(hearing_with_more, hearing, rtol=0.05)


def test_an_odd_number_of_clips_is_no_matter(mixer):
    assert np.isfinite(loss_of(mixer.batch(0, 3)))


def test_every_weight_is_taught(mixer):
    torch.manual_seed(0)
    network = MiniNetwork(SMALL)
    batch = replace(mixer.batch(0, 4), has_prompt=np.array([True, False, True, True]))

    mini_loss(network, batch, torch.Generator().manual_seed(0), mixer.named(0, 2)).backward()

    untaught = [
        name
        for name, weight in network.named_parameters()
        if weight.grad is None or not weight.grad.any()
    ]
    assert untaught == []


@pytest.mark.slow
def test_one_mixture_can_be_learnt_by_heart_and_separated(batch):
    torch.manual_seed(0)
    config = TrainingConfig(
        n_steps=100, learning_rate=5e-3, warm_up_steps=5, falling_steps=30, averaging=0.9
    )
    trainer = Trainer(
        MiniNetwork(SMALL), lambda network, _step, chance: mini_loss(network, batch, chance), config
    )

    for _ in range(config.n_steps):
        trainer.take_step()

    network, seen = trainer.averaged, pictures_of(batch, N_BINS, CPU)
    with torch.no_grad():
        heard = network.listen(seen.mixture)
    prompts, spans = network.prompts(torch.from_numpy(batch.words)), torch.from_numpy(batch.spans)
    end = FlowSampler(n_steps=2).sample(
        lambda x, time: network(x, time, seen.mixture, heard, prompts, spans=spans),
        flow_start(seen.mixture, torch.zeros_like(seen.parts)),
        seen.mixture,
    )
    assert (end - seen.parts).abs().mean() < 0.2 * (seen.mixture - seen.parts).abs().mean()
    wave = Stft().inverse(shares(end, 512) * seen.mixture_spectra, N_SAMPLES)
    target, residual = torch.from_numpy(batch.target), torch.from_numpy(batch.residual)
    gain_db = si_sdr_db(wave, target) - si_sdr_db(target + residual, target)
    assert gain_db.min() > 6


def test_from_names_alone_only_the_hearing_network_learns(mixer):
    network = MiniNetwork(SMALL)

    names_loss(network, mixer.named(0, 2), torch.Generator().manual_seed(0)).backward()

    learnt = {name for name, one in network.named_parameters() if one.grad is not None}
    assert learnt == {name for name, _ in network.named_parameters() if "hearing" in name}


def test_names_are_learnt_by_heart_even_where_parts_are_hidden(mixer):
    torch.manual_seed(0)
    more = mixer.named(0, 2)
    chance = torch.Generator()

    def loss(network, step, generator):
        return names_loss(network, more, chance.manual_seed(step))

    trainer = Trainer(
        MiniNetwork(SMALL), loss, TrainingConfig(60, 3e-3, warm_up_steps=1, falling_steps=1)
    )
    losses = [trainer.take_step() for _ in range(60)]

    assert np.mean(losses[-5:]) < 0.3 * losses[0]


def test_what_is_hidden_is_a_few_stretches_of_rows_and_columns():
    picture = torch.ones(3, 1, 64, 128)

    shown = hidden(picture, torch.Generator().manual_seed(1))

    assert 0.4 < shown.mean() < 1
    for clip in shown[:, 0]:
        rows, columns = clip.amax(1) > 0, clip.amax(0) > 0
        # What is left is what neither hides: an outer product.
        assert torch.equal(clip, rows.float()[:, None] * columns.float()[None])
    assert torch.equal(picture, torch.ones_like(picture))
