"""A model that hears up to 4 kHz, in mono, on a mix of 32 kHz in stereo."""

import numpy as np
import pytest
import torch

from core.separation.projection import (
    ModelAnswer,
    Projector,
    answer_from_sound,
    resampled_to_mono,
)
from tests.helpers.sounds import noise, only_during, tone

RATE_HZ, MODEL_HZ = 32_000, 8_000
CPU = torch.device("cpu")
BAND_HZ = (0.0, 3_900.0)


def _project(mix, target, residual):
    answer = answer_from_sound(
        resampled_to_mono(target, RATE_HZ, MODEL_HZ),
        resampled_to_mono(residual, RATE_HZ, MODEL_HZ),
        MODEL_HZ,
        BAND_HZ,
    )
    return Projector().project(mix, RATE_HZ, answer, CPU)


def test_a_tone_inside_the_band_is_cut_out_at_the_full_rate_on_both_channels():
    wanted, other = tone(440, 1.0, RATE_HZ, 2), tone(1_500, 1.0, RATE_HZ, 2)
    wanted[1] *= 0.3

    target = _project(wanted + other, wanted, other)

    middle = slice(4_000, -4_000)
    assert target.shape == wanted.shape
    np.testing.assert_allclose(target[:, middle], wanted[:, middle], atol=0.005)


def test_sound_above_the_band_goes_with_whom_it_sounds_together():
    bursts = noise(2.0, RATE_HZ)
    wanted = only_during(bursts, RATE_HZ, (0.2, 0.6), (1.2, 1.6))
    other = only_during(bursts, RATE_HZ, (0.7, 1.1))

    target = _project(wanted + other, wanted, other)

    # -15 dB: at the edges of the bursts a window holds both.
    assert np.mean((target - wanted) ** 2) < 0.03 * np.mean(wanted**2)


def test_an_answer_that_is_all_target_gives_the_mix_back():
    mix = noise(1.0, RATE_HZ, 2)

    target = _project(mix, mix, np.zeros_like(mix))

    np.testing.assert_allclose(target, mix, atol=1e-4)


def test_an_answer_without_target_gives_silence():
    mix = noise(1.0, RATE_HZ, 2)

    assert np.abs(_project(mix, np.zeros_like(mix), mix)).max() < 1e-4


def test_below_a_band_that_starts_late_the_lowest_octave_decides():
    times_s, bins_hz = np.linspace(0, 1, 20), np.linspace(0, 4_000, 41)
    target = np.tile((bins_hz < 1_000).astype(np.float32)[:, None], (1, 20))
    answer = ModelAnswer(target, 1 - target, bins_hz, times_s, (400.0, 4_000.0))
    mix = tone(100, 1.0, RATE_HZ)

    projected = Projector().project(mix + tone(500, 1.0, RATE_HZ), RATE_HZ, answer, CPU)

    middle = slice(4_000, -4_000)
    np.testing.assert_allclose(
        projected[:, middle], (mix + tone(500, 1.0, RATE_HZ))[:, middle], atol=0.01
    )


def test_an_answer_that_does_not_fit_its_own_grid_is_a_mistake():
    grid = np.zeros((3, 4), np.float32)

    with pytest.raises(ValueError, match="do not lie"):
        ModelAnswer(grid, grid, np.arange(3.0), np.arange(5.0), (0, 10))
    with pytest.raises(ValueError, match="is empty"):
        ModelAnswer(grid, grid, np.arange(3.0), np.arange(4.0), (10, 10))
