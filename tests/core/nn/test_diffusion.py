"""The diffusion adds noise by its schedule and a perfect network takes all of it away."""

import pytest
import torch
from torch import Tensor

from core.nn.samplers.diffusion import (
    AncestralSampler,
    DdimSampler,
    DiffusionSchedule,
    diffusion_loss,
    sigmoid_betas,
)
from core.nn.samplers.stepping import Noise, SilenceMask, seeded_noise
from core.progress import Cancelled


def noise_of(seed: int) -> Noise:
    return seeded_noise(torch.Generator().manual_seed(seed))


CLEAN = torch.rand(2, 1, 4, 6, generator=torch.Generator().manual_seed(3))
LOUD = torch.ones(2, 1, 4, 6)


def all_knowing(schedule: DiffusionSchedule, clean: Tensor):
    """A network that hears the noise exactly, knowing what is under it."""

    def network(x: Tensor, time: Tensor) -> Tensor:
        kept = schedule.kept[time].view(-1, 1, 1, 1)
        return (x - kept.sqrt() * clean) / (1 - kept).sqrt()

    return network


def test_there_is_almost_no_noise_at_first_and_nothing_else_at_last():
    schedule = DiffusionSchedule()

    assert len(schedule) == 1000
    assert schedule.kept[0] > 0.99
    assert schedule.kept[-1] < 1e-6
    assert bool((schedule.kept.diff() < 0).all())


def test_noise_put_in_can_be_taken_out():
    schedule, noise, time = DiffusionSchedule(), noise_of(0)(CLEAN), torch.tensor([10, 700])

    noisy = schedule.noisy(CLEAN, noise, time)

    torch.testing.assert_close(schedule.clean(noisy, noise, time), CLEAN, atol=1e-3, rtol=0)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_a_network_that_knows_the_noise_leads_back_to_the_clean_picture(eta):
    schedule = DiffusionSchedule()
    sampler = DdimSampler(n_steps=15, eta=eta)

    end = sampler.sample(
        all_knowing(schedule, CLEAN),
        noise_of(1)(CLEAN),
        LOUD,
        schedule=schedule,
        noise=noise_of(2),
    )

    torch.testing.assert_close(end, CLEAN, atol=1e-3, rtol=0)


def test_walking_every_step_leads_there_too():
    schedule = DiffusionSchedule(sigmoid_betas(n_steps=20))

    end = AncestralSampler().sample(
        all_knowing(schedule, CLEAN),
        noise_of(1)(CLEAN),
        LOUD,
        schedule=schedule,
        noise=noise_of(2),
    )

    torch.testing.assert_close(end, CLEAN, atol=1e-3, rtol=0)


@pytest.mark.parametrize("is_guided", [True, False])
def test_where_the_mixture_is_silent_so_is_the_answer_if_asked_for(is_guided):
    schedule, mixture = DiffusionSchedule(), LOUD.clone()
    mixture[..., 3:] = 0.0
    sampler = DdimSampler(n_steps=5, silence=SilenceMask() if is_guided else None)

    end = sampler.sample(
        all_knowing(schedule, CLEAN + 0.1),
        noise_of(1)(CLEAN),
        mixture,
        schedule=schedule,
        noise=noise_of(2),
    )

    assert bool((end[..., 3:] == 0).all()) == is_guided
    torch.testing.assert_close(end[..., :3], (CLEAN + 0.1).clamp(max=1)[..., :3], atol=1e-3, rtol=0)


def test_each_step_is_told_and_may_stop_the_walk():
    schedule = DiffusionSchedule()
    seen: list[tuple[int, int]] = []

    def stop_after_two(done: int, total: int, _x: Tensor) -> None:
        seen.append((done, total))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        DdimSampler(n_steps=6).sample(
            all_knowing(schedule, CLEAN),
            noise_of(1)(CLEAN),
            LOUD,
            schedule=schedule,
            noise=noise_of(2),
            on_step=stop_after_two,
        )

    assert seen == [(1, 6), (2, 6)]


def test_the_loss_counts_missed_noise():
    noise = noise_of(0)(CLEAN)

    assert diffusion_loss(noise, noise) == 0
    assert diffusion_loss(noise + 0.25, noise) == pytest.approx(0.25, rel=1e-5)


def test_training_times_come_from_the_seed_and_cover_the_schedule():
    schedule = DiffusionSchedule()

    def drawn(seed: int) -> Tensor:
        return schedule.random_times(4000, torch.Generator().manual_seed(seed))

    assert torch.equal(drawn(1), drawn(1))
    assert drawn(1).min() < 10
    assert drawn(1).max() > 989


def test_settings_that_make_no_sense_are_refused():
    for n_steps, eta in ((0, 1.0), (1001, 1.0), (15, 1.5)):
        with pytest.raises(ValueError, match="can't be sampled"):
            DdimSampler(n_steps=n_steps, eta=eta)
