import numpy as np
import pytest

from core.files.pcm import (
    BLOCK_SAMPLES,
    Extent,
    common_gain,
    extent_of,
    fits,
    to_whole,
    to_whole_dithered,
)
from core.progress import Cancelled, CancelToken
from tests.helpers.sounds import clip, noise, tone


def test_rounding_to_24_bit_errs_by_half_a_step_at_most():
    samples = noise(gain=0.2)

    steps = to_whole(samples, 24)

    assert np.abs(steps.T - samples.astype(np.float64) * 2**23).max() <= 0.5


def test_what_is_too_loud_is_held_at_full_scale_and_never_wraps():
    samples = np.array([[-3.0, -1.0, 1.0, 3.0]], np.float32)
    random = np.random.default_rng(0)

    assert to_whole(samples, 24).T.tolist() == [[-(2**23), -(2**23), 2**23 - 1, 2**23 - 1]]
    held = to_whole_dithered(samples * np.float32(0.999999), 16, 1.0, random)
    assert np.array_equal(np.sign(held), np.sign(samples.T))
    assert held.min() == -(2**15)
    assert held.max() == 2**15 - 1


def test_dither_makes_the_error_independent_of_a_faint_tone():
    # A tone below half a step vanishes by rounding alone; dithered it is still there.
    faint = tone(441, 4.0, gain=0.4 / 2**15)

    rounded = to_whole(faint, 16).T[0]
    dithered = to_whole_dithered(faint, 16, 1.0, np.random.default_rng(0)).T[0]

    assert not rounded.any()
    shape = faint[0] / np.linalg.norm(faint[0])
    # Projection on the tone's shape gives its level back; the hiss adds a few parts in a hundred.
    assert np.dot(dithered, shape) == pytest.approx(2**15 * np.linalg.norm(faint[0]), rel=0.1)
    assert np.abs(dithered).max() <= 2


def test_dither_is_the_same_for_the_same_seed_only():
    samples = noise(0.1)

    first, again, other = (
        to_whole_dithered(samples, 16, 1.0, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_untouched_16_bit_recording_and_silence_are_not_dithered():
    recording = np.random.default_rng(0).integers(-(2**15), 2**15, (1, 1000)) / 2**15

    steps = to_whole_dithered(recording.astype(np.float32), 16, 1.0, np.random.default_rng(0))

    assert np.array_equal(steps.T / 2**15, recording)
    assert not to_whole_dithered(
        np.zeros((2, 9), np.float32), 16, 1.0, np.random.default_rng(0)
    ).any()


@pytest.mark.parametrize("n_bits", [16, 24])
def test_full_scale_recordings_fit_and_louder_ones_do_not(n_bits):
    step = 2.0 ** (1 - n_bits)

    assert fits(Extent(-1.0, 1.0 - step), n_bits)
    assert not fits(Extent(0.0, 1.0), n_bits)
    assert not fits(Extent(-1.0 - step, 0.0), n_bits)


def test_the_common_gain_just_lets_the_loudest_fit_and_leaves_quiet_ones_alone():
    assert common_gain([Extent(-0.5, 0.5), Extent(-1.0, 0.2)], 24) == 1.0

    gain = common_gain([Extent(-0.5, 0.5), Extent(-1.25, 2.0)], 24)

    assert gain == pytest.approx(0.5, rel=1e-6)
    assert fits(Extent(-1.25 * gain, 2.0 * gain), 24)


def test_the_extent_of_a_long_sound_is_found_in_every_block():
    samples = np.zeros((2, BLOCK_SAMPLES * 2 + 10), np.float32)
    samples[1, -1] = 1.5
    samples[0, BLOCK_SAMPLES] = -1.25

    assert extent_of(clip(samples), cancel=CancelToken()) == Extent(-1.25, 1.5)


def test_looking_for_the_extent_can_be_cancelled():
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        extent_of(clip(noise()), cancel=cancel)
