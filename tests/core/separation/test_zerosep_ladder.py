import math

import pytest
import torch

from core.separation.zerosep_ladder import ContinuousSchedule, ddim_ladder
from tests.helpers.sound_models import COSINE

AUDIOLDM = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.0015,
    "beta_end": 0.0195,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}


def test_any_scheduler_of_the_family_is_walked_in_the_steps_of_ddim():
    ladder = ddim_ladder(AUDIOLDM, 10)

    assert ladder.times == tuple(float(time) for time in range(1, 1000, 100))
    assert list(ladder.kept) == sorted(ladder.kept, reverse=True)
    assert ladder.end == pytest.approx(1 - 0.0015)
    assert ladder.prediction == "epsilon"


def test_what_the_network_answers_with_is_read_from_the_config():
    assert ddim_ladder({**AUDIOLDM, "prediction_type": "v_prediction"}, 10).prediction == (
        "v_prediction"
    )


def test_the_continuous_ladder_has_the_published_levels():
    ladder = ContinuousSchedule.read(COSINE).ladder(100)

    assert ladder.times[0] == pytest.approx(0.3)
    assert ladder.times[-1] == pytest.approx(500)
    assert ladder.times[1] / ladder.times[0] == pytest.approx(ladder.times[-1] / ladder.times[-2])
    assert ladder.kept[0] == pytest.approx(1 / 1.09)
    assert ladder.end == 1.0


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon"])
@pytest.mark.parametrize("sigma", [0.3, 4.0, 500.0])
def test_the_noise_that_a_perfect_network_hears_is_found_in_its_answer(kind, sigma):
    """For latents of mean m and deviation s the clean one is (s² y + σ² m) / (s² + σ²) at best.

    Karras et al. 2022, eq. 7 and table 1: it is c_skip y + c_out F, so F is known as well.
    """
    schedule = ContinuousSchedule.read({**COSINE, "prediction_type": kind, "sigma_data": 0.7})
    mean, spread, data = 0.4, 0.9, 0.7
    y = mean + math.hypot(sigma, spread) * torch.linspace(-2, 2, 9, dtype=torch.float64)
    clean = (spread**2 * y + sigma**2 * mean) / (spread**2 + sigma**2)
    skip = data**2 / (sigma**2 + data**2)
    out = sigma * data / math.sqrt(sigma**2 + data**2) * (-1 if kind == "v_prediction" else 1)
    answer = (clean - skip * y) / out

    x = y / math.sqrt(1 + sigma**2)
    at = torch.tensor([sigma], dtype=torch.float64)

    torch.testing.assert_close(schedule.noise(answer, x, at), (y - clean) / sigma)
    torch.testing.assert_close(schedule.heard(x, at), y / math.hypot(sigma, data))


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("CosineDPMSolverMultistepScheduler", 2 / math.pi * math.atan(2.0)),
        ("EDMDPMSolverMultistepScheduler", math.log(2.0) / 4),
    ],
)
def test_each_kind_tells_time_in_its_own_way(name, time):
    schedule = ContinuousSchedule.read({**COSINE, "_class_name": name})

    assert float(schedule.time(torch.tensor([2.0]))) == pytest.approx(time)


def test_karras_spacing_and_an_end_with_noise_are_known_too():
    config = {**COSINE, "sigma_schedule": "karras", "final_sigmas_type": "sigma_min"}

    ladder = ContinuousSchedule.read(config).ladder(3)

    middle = ((0.3 ** (1 / 7) + 500 ** (1 / 7)) / 2) ** 7
    assert ladder.times == pytest.approx((0.3, middle, 500))
    assert ladder.end == ladder.kept[0]


@pytest.mark.parametrize("change", [{"_class_name": "Other"}, {"prediction_type": "sample"}])
def test_a_schedule_that_is_not_known_is_refused(change):
    with pytest.raises((ValueError, KeyError)):
        ContinuousSchedule.read({**COSINE, **change})
