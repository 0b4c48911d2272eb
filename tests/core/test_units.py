"""Time, place and level cross every border by one rule."""

from fractions import Fraction

import pytest

from core import units


def test_seconds_and_samples_round_trip_at_any_rate():
    for rate_hz in (8_000, 11_025, 44_100, 48_000, 192_000):
        for n_samples in (0, 1, 12_345, 3 * 3600 * rate_hz + 1):
            time_s = units.samples_to_seconds(n_samples, rate_hz)

            assert units.seconds_to_samples(time_s, rate_hz) == n_samples


def test_a_pts_comes_back_from_media_time_even_with_an_odd_time_base_and_origin():
    time_base, origin_s = Fraction(1001, 30_000), Fraction(-7, 1000)

    for pts in (-5, 0, 1, 7_777, 10_000_000):
        time_s = units.pts_to_seconds(pts, time_base, origin_s)

        assert units.seconds_to_pts(time_s, time_base, origin_s) == pts


def test_media_time_is_zero_at_the_origin():
    assert units.pts_to_seconds(90, Fraction(1, 90), Fraction(1)) == 0.0


@pytest.mark.parametrize("level_db", [-60.0, -6.0, 0.0, 12.0])
def test_decibels_and_gain_are_inverse(level_db):
    assert units.gain_to_db(units.db_to_gain(level_db)) == pytest.approx(level_db)


def test_silence_has_a_finite_level():
    assert units.gain_to_db(0.0) == units.SILENCE_DB


def test_mel_and_hertz_are_inverse_and_a_thousand_hertz_is_a_thousand_mel():
    assert units.hz_to_mel(1000.0) == pytest.approx(1000.0, abs=0.1)
    assert units.mel_to_hz(units.hz_to_mel(4321.0)) == pytest.approx(4321.0)


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.0, "0:00.000"),
        (61.5, "1:01.500"),
        (3599.9996, "1:00:00.000"),
        (-0.25, "-0:00.250"),
        (7322.042, "2:02:02.042"),
    ],
)
def test_times_read_like_a_clock(time_s, text):
    assert units.format_time(time_s) == text


def test_a_clock_can_leave_the_decimals_out():
    assert units.format_time(59.6, decimals=0) == "1:00"


@pytest.mark.parametrize(
    ("duration_s", "text"), [(0.2, "1 s"), (130, "2 min 10 s"), (3900, "1 h 5 min"), (-3, "0 s")]
)
def test_waiting_times_are_rough_and_readable(duration_s, text):
    assert units.format_duration(duration_s) == text


@pytest.mark.parametrize(("frequency_hz", "text"), [(440, "440 Hz"), (2500, "2.5 kHz")])
def test_frequencies_read_as_on_an_axis(frequency_hz, text):
    assert units.format_frequency(frequency_hz) == text
