"""Varied recordings stay what they are: another pitch, another colour, the same length."""

import numpy as np
import pytest

from core.training.variation import VariationConfig, varied
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000
PLAIN = VariationConfig(colour_db=0.0)


def loudest_hz(sound: np.ndarray) -> float:
    return float(
        np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax() * RATE_HZ / len(sound)
    )


@pytest.mark.parametrize("speed", [0.9, 1.0, 1.15])
def test_played_faster_a_sound_is_higher_by_as_much(speed):
    sound = tone(500, 2.5)[0].astype(np.float32)

    changed = varied(sound, RATE_HZ * 2, speed, PLAIN, np.random.default_rng(0))

    assert changed.shape == (RATE_HZ * 2,)
    assert changed.dtype == np.float32
    assert loudest_hz(changed) == pytest.approx(500 * speed, abs=1)


def test_colour_changes_the_balance_and_nothing_else():
    sound = noise(1.0, seed=1)[0].astype(np.float32)
    config = VariationConfig(share=1.0)

    changed = varied(sound, RATE_HZ, 1.0, config, np.random.default_rng(3))

    gains_db = 20 * np.log10(
        np.abs(np.fft.rfft(changed))[50:-50] / np.abs(np.fft.rfft(sound))[50:-50]
    )
    assert np.ptp(gains_db) > 3
    assert np.abs(np.diff(gains_db)).max() < 0.5  # an equaliser, no comb
    assert np.abs(gains_db).max() < 40


def test_the_recording_itself_is_left_as_it_is():
    sound = noise(1.0, seed=1)[0].astype(np.float32)
    before = sound.copy()

    varied(sound, 12_000, 1.1, VariationConfig(share=1.0), np.random.default_rng(0))
    unchanged = varied(sound, RATE_HZ, 1.0, PLAIN, np.random.default_rng(0))
    unchanged[:] = 0

    np.testing.assert_array_equal(sound, before)


def test_speeds_go_either_way_and_no_further_than_allowed():
    config, random = VariationConfig(), np.random.default_rng(0)
    speeds = np.array([config.drawn_speed(random) for _ in range(400)])

    assert speeds.min() > 1 / 1.15 - 1e-9
    assert speeds.max() < 1.15 + 1e-9
    assert np.mean(speeds == 1) == pytest.approx(0.3, abs=0.08)
    assert np.mean(speeds < 1) == pytest.approx(np.mean(speeds > 1), abs=0.12)


def test_where_nothing_shall_vary_nothing_does():
    config, random = VariationConfig(share=0.0), np.random.default_rng(0)
    sound = noise(1.0, seed=1)[0].astype(np.float32)

    assert {config.drawn_speed(random) for _ in range(50)} == {1.0}
    np.testing.assert_array_equal(varied(sound, RATE_HZ, 1.0, config, random), sound)


def test_a_narrowed_band_loses_both_ends_and_keeps_the_middle():
    sound = noise(1.0, seed=2)[0].astype(np.float32)
    config = VariationConfig(colour_db=0.0, band_share=1.0)

    changed = varied(sound, RATE_HZ, 1.0, config, np.random.default_rng(1))

    before, after = (np.abs(np.fft.rfft(one)) for one in (sound, changed))
    gains_db = 20 * np.log10(after / before + 1e-9)
    assert gains_db[5:20].mean() < -6  # 5 to 20 Hz
    assert gains_db[800:1200].mean() > -3


def test_a_room_rings_on_after_the_sound_and_keeps_how_loud_it_was():
    sound = np.zeros(RATE_HZ, np.float32)
    sound[1000:2000] = noise(1.0, seed=3)[0][:1000]
    config = VariationConfig(colour_db=0.0, room_share=1.0)

    changed = varied(sound, RATE_HZ, 1.0, config, np.random.default_rng(0))

    assert np.abs(changed[2000:3000]).max() > 1e-3
    assert np.abs(changed[:1000]).max() < 1e-6  # no sound before its cause
    assert np.linalg.norm(changed) == pytest.approx(np.linalg.norm(sound), rel=0.2)
