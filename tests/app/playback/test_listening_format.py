import numpy as np
import pytest

from app.playback.listening_format import (
    ClipGuard,
    PlaybackResampler,
    downmix_for_listening,
    downmix_matrix,
)
from tests.helpers.sounds import noise, tone


@pytest.mark.parametrize("n_channels", range(1, 13))
@pytest.mark.parametrize("n_device", [1, 2, 4])
def test_downmixing_never_makes_clip_what_did_not(n_channels, n_device):
    matrix = downmix_matrix(n_channels, n_device)

    assert matrix.shape == (n_device, n_channels)
    assert (matrix >= 0).all()
    assert matrix.sum(axis=1).max() <= 1 + 1e-6


def test_stereo_passes_as_it_is():
    samples = noise(n_channels=2)

    assert downmix_for_listening(samples, downmix_matrix(2, 2)) is samples


def test_mono_is_heard_on_both_sides():
    samples = noise()

    heard = downmix_for_listening(samples, downmix_matrix(1, 2))

    np.testing.assert_array_equal(heard, np.concatenate([samples, samples]))


def test_five_one_keeps_its_sides_and_its_centre():
    left, right = downmix_matrix(6, 2)

    assert left[0] > 0
    assert left[1] == 0
    assert left[2] == right[2] > 0
    assert left[3] == right[3] == 0  # low effects
    assert (left[4] > 0, right[4] > 0, left[5] > 0, right[5] > 0) == (True, False, False, True)


def test_what_fits_within_full_scale_passes_the_guard_untouched():
    samples = tone(440, gain=1.0)
    guard = ClipGuard(16_000)

    assert guard.tame(samples) is samples


def test_nothing_leaves_the_guard_beyond_full_scale():
    guard = ClipGuard(16_000)
    samples = tone(440, gain=3.0)
    before = samples.copy()

    heard = np.concatenate([guard.tame(part) for part in np.split(samples, 50, axis=1)], axis=1)

    assert np.abs(heard).max() <= 1.0
    # Turned down rather than cut off: after the first moments the sine is a sine.
    np.testing.assert_allclose(heard[:, 1_000:], samples[:, 1_000:] / 3.0, atol=0.02)
    np.testing.assert_array_equal(samples, before)


def test_the_guard_comes_back_gently_and_entirely():
    guard = ClipGuard(16_000)
    guard.tame(tone(440, 0.1, gain=2.0))
    quiet = np.full((1, 160), 0.5, np.float32)

    heard = np.concatenate([guard.tame(quiet) for _ in range(100)], axis=1)[0]

    assert heard[0] < 0.3
    assert np.abs(np.diff(heard)).max() < 1e-3
    assert heard[-1] == 0.5
    assert guard.tame(quiet) is quiet


def test_a_device_of_another_rate_hears_the_same_pitch_for_the_same_time():
    resampler = PlaybackResampler(16_000, 48_000, 2)
    samples = tone(1_000, 2.0, n_channels=2)

    parts = [resampler.resample_for_playback(part) for part in np.split(samples, 100, axis=1)]
    heard = np.concatenate(parts, axis=1)

    assert heard.dtype == np.float32
    assert heard.shape[1] == pytest.approx(96_000, abs=5_000)  # the filter still holds the end
    spectrum = np.abs(np.fft.rfft(heard[0, 20_000:68_000]))
    assert int(spectrum.argmax()) == 1_000


def test_a_device_of_the_same_rate_hears_the_very_samples():
    samples = noise(n_channels=2)

    assert PlaybackResampler(16_000, 16_000, 2).resample_for_playback(samples) is samples
