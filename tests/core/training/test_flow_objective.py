"""DAVIS and DAVIS-Flow are taught what the paper writes, and can learn one mixture by heart."""

import numpy as np
import pytest
import torch

from core.nn.samplers.flow import FlowSampler, flow_loss, path_point
from core.nn.unet import UNetConfig
from core.training.flow_mixing import FlowBatch
from core.training.flow_objective import FlowLoss, FlowObjective, FlowSeparator, Levels
from core.training.flow_validation import FlowValidation, heard
from core.training.mini_validation import si_sdr_db
from core.training.trainer import Trainer, TrainingConfig
from tests.helpers.davises import DIM
from tests.helpers.sounds import noise, only_during, tone

UNET = UNetConfig(width=8, multipliers=(1, 1), n_bins=32, prompt_dim=DIM, head_dim=4, query_size=32)
LEVELS = Levels(32, 32)
N = 31 * 256
RATE_HZ = 11_025


def separator() -> FlowSeparator:
    torch.manual_seed(0)
    return FlowSeparator(UNET, 16)


def batch(n_mixtures: int = 2) -> FlowBatch:
    """Low tones asked for by one prompt, high ones by another."""
    random = np.random.default_rng(0)
    low, high = random.standard_normal((2, 3, DIM)).astype(np.float32)
    sounds = np.stack(
        [
            np.stack([tone(hz * (1 + n / 9), N / RATE_HZ, RATE_HZ)[0, :N] for hz in (400, 2600)])
            for n in range(n_mixtures)
        ]
    )
    return FlowBatch(sounds.mean(1), sounds, ((low, high),) * n_mixtures)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


OFFICIAL = FlowObjective()


def parts_of(network, objective=OFFICIAL, clips_at_once=8, seed=0, of=None) -> list:
    loss = FlowLoss(LEVELS, objective, clips_at_once)
    return list(loss.parts(network, of or batch(), chance(seed)))


@pytest.mark.parametrize("kind", ["flow", "diffusion"])
def test_each_source_is_asked_for_once(kind):
    parts = parts_of(separator(), FlowObjective(kind))

    assert len(parts) == 2
    assert all(part.isfinite() and part > 0 for part in parts)


def test_the_loss_is_that_of_the_paper_with_the_official_term_if_wanted():
    network = separator().eval()
    said = {}
    network.unet.register_forward_pre_hook(lambda _m, given: said.update(given=given))
    network.unet.register_forward_hook(lambda _m, _given, out: said.update(out=out))
    one = batch(1)
    low_alone = FlowBatch(one.mixture, one.sources[:, :1], tuple(p[:1] for p in one.prompts))

    for has_end_term in (False, True):
        (part,) = parts_of(network, FlowObjective("flow", has_end_term, 1000), of=low_alone)

        noisy, time, mixture, _ = said["given"]
        clean = LEVELS.of_source(torch.from_numpy(low_alone.sources[:, 0]))
        # The noise follows from what the network was shown.
        noise = (noisy - time / 1000 * clean) / (1 - (1 - 1e-4) * time / 1000)
        expected = 1000 * flow_loss(said["out"], noise, clean, has_end_term=has_end_term)
        torch.testing.assert_close(part, expected, rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(path_point(noise, clean, time / 1000), noisy)
        torch.testing.assert_close(mixture, LEVELS.of_mixture(torch.from_numpy(low_alone.mixture)))


def test_a_step_depends_on_the_seed_alone_dropout_and_all():
    network = separator().train()

    one, same, other = ([p.item() for p in parts_of(network, seed=seed)] for seed in (1, 1, 2))

    assert one == same != other


def test_fewer_clips_at_once_give_the_same_answer():
    network = separator().eval()  # without dropping out

    together = sum(parts_of(network, of=batch(3)))
    one_by_one = parts_of(network, clips_at_once=1, of=batch(3))

    assert len(one_by_one) == 6
    torch.testing.assert_close(sum(one_by_one), together, rtol=1e-4, atol=1e-3)


def test_all_that_is_used_is_taught():
    """Official checkpoints hold weights that nobody uses: some clocks."""
    network = separator()

    for part in parts_of(network):
        part.backward()

    untaught = {name for name, weight in network.named_parameters() if weight.grad is None}
    assert {name.split(".")[1] for name in untaught} <= {"time_mlp", "net_unet"}
    assert {name.split(".")[2] for name in untaught if "net_unet" in name} <= {
        "mid_block1",
        "mid_block2",
        "mid_attn",
    }


def test_levels_back_to_sound_are_the_sound():
    sound = torch.from_numpy(only_during(tone(500, 1.0, RATE_HZ), RATE_HZ, (0.2, 0.8)))[:, :N]

    wave = heard(Levels(256, 32).of_source(sound), sound)

    assert si_sdr_db(wave, sound).item() > 15


def halves_of_noise() -> FlowBatch:
    """Noise below and above 1.5 kHz."""
    spectrum = np.fft.rfft(noise(N / RATE_HZ, RATE_HZ, gain=0.3)[0, :N])
    is_low = np.arange(len(spectrum)) < len(spectrum) * 1500 * 2 / RATE_HZ
    halves = [np.fft.irfft(np.where(kept, spectrum, 0), N) for kept in (is_low, ~is_low)]
    sources = np.array([halves], np.float32)
    return FlowBatch(sources.mean(1), sources, batch(1).prompts)


@pytest.mark.slow
def test_one_mixture_can_be_learnt_by_heart_and_separated():
    one = halves_of_noise()
    config = TrainingConfig(
        n_steps=150, learning_rate=1e-2, warm_up_steps=5, falling_steps=80, averaging=0.9
    )
    loss = FlowLoss(LEVELS, FlowObjective())
    learner = Trainer(
        separator(), lambda network, _number, seeded: loss.parts(network, one, seeded), config
    )

    seen = [learner.take_step() for _ in range(config.n_steps)]

    assert np.mean(seen[-20:]) < 0.2 * seen[0]
    network = learner.averaged
    mixture = LEVELS.of_mixture(torch.from_numpy(one.mixture))
    start = torch.randn(mixture.shape, generator=chance())
    truths = [LEVELS.of_source(torch.from_numpy(one.sources[:, n])) for n in (0, 1)]
    for n, truth in enumerate(truths):
        prompts = network.prompts([one.prompts[0][n]]).detach()
        end = FlowSampler(4).sample(
            lambda x, time, prompts=prompts: network(x, time, mixture, prompts), start, mixture
        )
        assert (end - truth).abs().mean() < 0.5 * (end - truths[1 - n]).abs().mean()


@pytest.mark.parametrize("is_diffusion", [False, True])
def test_both_kinds_are_scored_and_the_scores_are_the_same_again(is_diffusion):
    check = FlowValidation((batch(1),), LEVELS, is_diffusion)
    network = separator().eval()

    scores = check.scores(network)

    assert set(scores) == {"gain", "gain_with_silence_mask"}
    assert all(np.isfinite(value) for value in scores.values())
    assert scores == check.scores(network)
