"""An engine that makes mono sound at 16 kHz, with phases of its own, on a mix of 44.1 kHz."""

import numpy as np
import pytest
import torch

from core.errors import EngineError
from core.progress import CancelToken, ignore
from core.separation.chunking import ChunkPlan, overlap_add, resample
from core.separation.generated import GeneratedCutter, GeneratedSound, projected, window_plan
from core.separation.generated_info import GENERATED, PROJECTED, RESULT
from core.separation.generated_level import LARGEST_GAIN, placed_like, restoring_gain
from core.separation.pulse import Pulse
from tests.helpers.separations import MemorySink
from tests.helpers.sounds import clip, noise, only_during, tone

RATE_HZ, MODEL_HZ = 44_100, 16_000
CPU = torch.device("cpu")
BAND_HZ = (0.0, 8_000.0)
MIDDLE = slice(6_000, -6_000)


def _sine(frequency_hz, phase=0.0, rate_hz=RATE_HZ, gain=0.3):
    time_s = np.arange(rate_hz * 2) / rate_hz
    wave = gain * np.sin(2 * np.pi * frequency_hz * time_s + phase)
    return wave.astype(np.float32)[None]


def _made(target, residual=None):
    return GeneratedSound(target, residual, MODEL_HZ, BAND_HZ)


def _cut(mix, made, result):
    return GeneratedCutter(lambda _samples, _start: made, RATE_HZ, result, CPU)(mix, 0)


def _level(samples):
    return np.sqrt(np.mean(samples[:, MIDDLE] ** 2, axis=1))


def test_the_default_is_to_cut_the_mix_itself():
    assert RESULT.default == PROJECTED
    assert RESULT.choices == (PROJECTED, GENERATED)


@pytest.mark.parametrize("has_residual", [True, False])
def test_phases_of_its_own_and_another_level_do_not_harm_what_is_cut_from_the_mix(has_residual):
    wanted, other = _sine(440), _sine(1_500)
    answer = 0.5 * _sine(440, 1.3, MODEL_HZ)
    rest = 0.5 * _sine(1_500, 2.1, MODEL_HZ) if has_residual else None

    target = _cut(wanted + other, _made(answer, rest), PROJECTED)

    np.testing.assert_allclose(target[:, MIDDLE], wanted[:, MIDDLE], atol=0.01)


def test_what_is_cut_from_the_mix_keeps_its_place_between_the_speakers():
    left = np.concatenate([_sine(440), 0 * _sine(440)])
    right = np.concatenate([0 * _sine(1_500), _sine(1_500)])

    target = _cut(left + right, _made(0.5 * _sine(440, 0, MODEL_HZ)), PROJECTED)

    np.testing.assert_allclose(target[:, MIDDLE], left[:, MIDDLE], atol=0.01)


def test_sound_above_the_models_band_goes_with_whom_it_sounds_together():
    bursts = noise(2.0, RATE_HZ)
    wanted = only_during(bursts, RATE_HZ, (0.2, 0.6), (1.2, 1.6))
    other = only_during(bursts, RATE_HZ, (0.7, 1.1))
    # Noise of its own, that only sounds when the target does.
    answer = only_during(noise(2.0, MODEL_HZ, seed=9), MODEL_HZ, (0.2, 0.6), (1.2, 1.6))

    target = _cut(wanted + other, _made(answer), PROJECTED)

    above = _above_10_khz(target)
    # −7 dB of error above the band: the noise of one share does not know the cells of the other.
    assert np.mean((above - _above_10_khz(wanted)) ** 2) < 0.2 * np.mean(_above_10_khz(wanted) ** 2)


def _above_10_khz(samples):
    spectrum = np.fft.rfft(samples)
    spectrum[:, np.fft.rfftfreq(samples.shape[1], 1 / RATE_HZ) < 10_000] = 0
    return np.fft.irfft(spectrum, samples.shape[1])


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_new_sound_gets_the_level_that_it_has_in_the_mix(scale):
    wanted, other = _sine(440), _sine(1_500)

    target = _cut(wanted + other, _made(scale * _sine(440, 1.3, MODEL_HZ)), GENERATED)

    # Within 0.1 dB, although the phases have nothing to do with those of the mix.
    assert _level(target)[0] == pytest.approx(_level(wanted)[0], rel=0.01)


def test_new_noise_gets_the_level_of_the_noise_it_stands_for():
    gain = restoring_gain(noise(2.0, MODEL_HZ, gain=0.05), noise(2.0, MODEL_HZ, seed=8))

    # 1 dB: cell by cell, chance alone would take 2 dB away.
    assert gain == pytest.approx(2.0, rel=0.12)


def test_with_a_residual_it_is_the_two_together_that_get_the_level_of_the_mix():
    wanted, other = _sine(440), _sine(1_500, gain=0.1)
    answer, rest = 0.4 * _sine(440, 0, MODEL_HZ), 0.4 * _sine(1_500, 0, MODEL_HZ, gain=0.1)

    # The mix has some of the target's sound that the engine counts to the rest.
    target = _cut(wanted + other, _made(0.5 * answer, rest + 0.5 * answer), GENERATED)

    assert _level(target)[0] == pytest.approx(0.5 * _level(wanted)[0], rel=0.02)


@pytest.mark.parametrize("result", RESULT.choices)
def test_what_an_engine_does_to_every_sound_is_not_taken_for_separation(result):
    mix = noise(2.0, RATE_HZ)
    # It halves everything, and can't do without a hum.
    again = 0.5 * resample(mix, RATE_HZ, MODEL_HZ, 2 * MODEL_HZ) + _sine(50, 0, MODEL_HZ)
    made = GeneratedSound(again, None, MODEL_HZ, BAND_HZ, mix=again)

    target = _cut(mix, made, result)

    if result == PROJECTED:
        np.testing.assert_allclose(target, mix, atol=1e-4)
    assert target.shape == mix.shape


def test_a_faint_hiss_is_not_raised_to_the_level_of_the_mix():
    mix = noise(2.0, RATE_HZ, gain=0.3)

    target = _cut(mix, _made(noise(2.0, MODEL_HZ, gain=1e-4, seed=4)), GENERATED)

    assert _level(target)[0] == pytest.approx(LARGEST_GAIN * 1e-4, rel=0.1)


def test_new_sound_in_mono_goes_where_the_mix_has_it():
    left = np.concatenate([_sine(440), 0.2 * _sine(440)])
    right = np.concatenate([0 * _sine(1_500), _sine(1_500)])

    target = _cut(left + right, _made(0.6 * _sine(440, 0.0, MODEL_HZ)), GENERATED)

    # A little of the other sound lies in the same bins.
    np.testing.assert_allclose(_level(target), _level(left), rtol=0.03)


def test_the_mean_of_the_channels_stays_what_was_made():
    mix = noise(1.0, RATE_HZ, 6) * np.linspace(0.1, 1, 6, dtype=np.float32)[:, None]
    made = noise(1.0, RATE_HZ, seed=3)

    target = placed_like(mix, RATE_HZ, made)

    np.testing.assert_allclose(target.mean(0), made[0], atol=1e-5)


def test_new_sound_in_stereo_keeps_its_own_channels_on_a_stereo_mix():
    mix = np.concatenate([_sine(440), _sine(660)])
    answer = np.concatenate([_sine(440, 0, MODEL_HZ), 0.5 * _sine(660, 0, MODEL_HZ)])

    target = _cut(mix, _made(answer, answer), GENERATED)

    assert _level(target)[0] == pytest.approx(2 * _level(target)[1], rel=0.01)


@pytest.mark.parametrize("n_channels", [1, 6])
@pytest.mark.parametrize("result", RESULT.choices)
def test_new_sound_in_stereo_fits_mixes_that_are_not(result, n_channels):
    mix = noise(0.5, RATE_HZ, n_channels)
    answer = noise(0.5, MODEL_HZ, 2)

    assert _cut(mix, _made(answer), result).shape == mix.shape


@pytest.mark.parametrize("n_made", [7_000, 8_000, 9_000])
@pytest.mark.parametrize("result", RESULT.choices)
def test_length_and_start_are_those_of_the_mix_however_long_the_models_sound(result, n_made):
    mix = np.zeros((1, 22_050), np.float32)
    mix[:, 10_000:10_030] = 0.5
    wave = np.pad(resample(mix, RATE_HZ, MODEL_HZ, 8_000), ((0, 0), (0, 1_000)))[:, :n_made]

    target = _cut(mix, _made(wave), result)

    assert target.shape == mix.shape
    where = np.correlate(target[0], mix[0, 10_000:10_030], "valid").argmax()
    assert where == 10_000


@pytest.mark.parametrize("result", RESULT.choices)
def test_silence_is_answered_with_silence_without_asking_the_engine(result):
    def refuse(_samples, _start):
        raise AssertionError("asked")

    target = GeneratedCutter(refuse, RATE_HZ, result, CPU)(np.zeros((2, 4_000), np.float32), 0)

    assert not target.any()


def test_the_engine_never_hears_broken_samples():
    mix = noise(0.5, RATE_HZ)
    mix[0, 100:110] = np.nan
    heard = []

    def make(samples, _start):
        heard.append(samples)
        return _made(noise(0.5, MODEL_HZ))

    target = GeneratedCutter(make, RATE_HZ, GENERATED, CPU)(mix, 0)

    assert np.isfinite(heard[0]).all()
    assert np.isfinite(target).all()


@pytest.mark.parametrize("is_in_target", [True, False])
def test_values_that_are_not_finite_are_an_error_with_advice(is_in_target):
    fine, broken = noise(0.5, MODEL_HZ), noise(0.5, MODEL_HZ)
    broken[0, 5] = np.inf
    made = _made(broken, fine) if is_in_target else _made(fine, broken)

    with pytest.raises(EngineError) as caught:
        _cut(noise(0.5, RATE_HZ), made, PROJECTED)

    assert "seed" in caught.value.advice


def test_a_model_that_gives_back_what_it_hears_gives_back_the_mix_over_all_windows():
    mix = clip(noise(5.0, RATE_HZ, 2), RATE_HZ)
    plan = window_plan(mix.n_samples, RATE_HZ, longest_s=2.0, overlap_s=0.3, context_s=0.2)

    def make(samples, _start):
        n_samples = -(-samples.shape[1] * MODEL_HZ // RATE_HZ)
        mono = resample(samples.mean(0, keepdims=True), RATE_HZ, MODEL_HZ, n_samples)
        return _made(mono, np.zeros_like(mono))

    sink, pulse = MemorySink(), Pulse(ignore, CancelToken())
    pulse.enter("Separating", mix.n_samples, 1)
    cutter = GeneratedCutter(make, RATE_HZ, PROJECTED, CPU)
    overlap_add(mix, (0, mix.n_samples), plan, cutter, sink, pulse)

    # An answer that is all target lets the whole mix through, but for rounding.
    np.testing.assert_allclose(sink.samples, mix.samples, atol=1e-4)


def test_no_window_is_longer_than_the_engine_can_hear():
    assert window_plan(100, 10, 12.0, 1.0, 0.5) == ChunkPlan(100, 0, 5)
    assert window_plan(110, 10, 12.0, 1.0, 0.5) == ChunkPlan(110, 0, 5)
    plan = window_plan(111, 10, 12.0, 1.0, 0.5)
    assert plan == ChunkPlan(100, 10, 5)
    assert max(one.read_stop - one.read_start for one in plan.pieces(0, 1_000)) == 120


def test_a_whole_answer_of_another_shape_is_a_mistake():
    with pytest.raises(ValueError, match="beside"):
        _made(noise(0.5), noise(0.6))
    with pytest.raises(ValueError, match="is not"):
        _made(noise(0.5)[0])


def test_laying_a_sound_on_the_mix_leaves_the_mix_as_it_was():
    mix = tone(440, 0.5, RATE_HZ, 2)
    before = mix.copy()

    projected(mix, RATE_HZ, _made(tone(440, 0.5, MODEL_HZ)), CPU)

    np.testing.assert_array_equal(mix, before)
