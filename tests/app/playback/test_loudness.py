import numpy as np
import pytest

from app.playback.loudness import N_FRAMES_MAX, LoudnessMatch, matched_gains
from core.domain.audio import AudioSource, Samples
from core.domain.audio_math import Difference
from core.units import gain_to_db
from tests.helpers.sounds import clip, noise, only_during, tone


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def test_a_quiet_target_is_raised_to_the_level_of_the_mix():
    target = only_during(noise(8.0, gain=0.05, seed=2), 16_000, (2.0, 4.0))
    mix = noise(8.0, gain=0.1, seed=1)

    gains = matched_gains(clip(mix), clip(target))

    # Only the seconds in which it sounds count.
    assert rms(target[:, 32_000:64_000]) * gains.target == pytest.approx(rms(mix), rel=0.1)


def test_the_residual_is_matched_too():
    mix, target = clip(noise(4.0, gain=0.1, seed=1)), clip(tone(440, 4.0, gain=0.2))

    gains = matched_gains(mix, target)

    residual = Difference(mix, target).read(0, mix.n_samples)
    assert rms(residual) * gains.residual == pytest.approx(rms(mix.samples), rel=0.05)


@pytest.mark.parametrize(("own_gain", "expected_db"), [(0.0001, 12.0), (0.9, -12.0)])
def test_no_level_moves_by_more_than_twelve_decibels(own_gain, expected_db):
    mix = clip(noise(4.0, gain=0.02))

    gains = matched_gains(mix, clip(tone(440, 4.0, gain=own_gain * 0.99)))

    expected_db = expected_db if own_gain > 0.001 else 0.0  # below −70 dBFS nothing sounds
    assert gain_to_db(gains.target) == pytest.approx(expected_db, abs=0.01)


def test_raising_a_target_never_makes_it_clip():
    clicks = np.zeros((1, 64_000), np.float32)
    clicks[:, ::1_000] = 0.8

    gains = matched_gains(clip(noise(4.0, gain=0.25)), clip(clicks))

    assert 1.0 < gains.target <= 1.0 / 0.8 + 1e-6


@pytest.mark.parametrize("gain", [0.0, 1e-6])
def test_silence_is_left_alone(gain):
    gains = matched_gains(clip(noise(2.0)), clip(tone(440, 2.0, gain=gain)))

    assert gains.target == 1.0


def test_a_preview_is_compared_with_the_mix_at_its_own_place():
    loud_then_quiet = np.concatenate([noise(4.0, gain=0.2), noise(4.0, gain=0.02)], axis=1)
    preview = clip(noise(2.0, gain=0.02, seed=5), start_s=5.0)

    gains = matched_gains(clip(loud_then_quiet), preview)

    assert gains.target == pytest.approx(1.0, rel=0.1)


class Endless:
    """Two hours of a tone, counting what is read of it."""

    sample_rate_hz, n_channels, n_samples, start_s = 16_000, 1, 16_000 * 7_200, 0.0

    def __init__(self) -> None:
        self.n_read = 0

    def read(self, start: int, stop: int) -> Samples:
        self.n_read += stop - start
        return np.full((1, stop - start), 0.1, np.float32)


def test_two_hours_cost_no_more_than_two_minutes():
    mix: AudioSource = Endless()
    target = Endless()
    match = LoudnessMatch(mix, target)

    while not match.is_done:
        match.step()

    assert target.n_read <= N_FRAMES_MAX * 0.4 * 16_000
    assert match.gains().target == pytest.approx(1.0)
