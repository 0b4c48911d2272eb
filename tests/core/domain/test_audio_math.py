import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.domain.audio_math import Difference, Scaled, Sum
from tests.helpers.sounds import clip, noise, tone


def test_target_and_what_remains_add_up_to_the_mix():
    mix, target = clip(noise(n_channels=2)), clip(tone(440, n_channels=2))

    rest = Difference(mix, target).read(0, mix.n_samples)

    # float32 has 24 bits of mantissa; the subtraction may lose half a unit in the last place.
    np.testing.assert_allclose(rest + target.samples, mix.samples, atol=2**-24)


def test_what_remains_can_be_read_in_any_pieces_and_over_the_ends():
    mix, target = clip(noise(0.1)), clip(tone(440, 0.1))
    rest = Difference(mix, target)
    n = mix.n_samples

    pieces = [rest.read(start, start + 333) for start in range(-333, n + 333, 333)]

    joined = np.concatenate(pieces, axis=1)
    np.testing.assert_array_equal(joined[:, 333 : 333 + n], mix.samples - target.samples)
    assert not joined[:, :333].any()
    assert not joined[:, 333 + n :].any()


def test_a_target_that_starts_later_is_taken_away_where_it_lies():
    mix = clip(noise(1.0), start_s=0.5)
    target = clip(mix.samples[:, 4000:8000].copy(), start_s=0.75)

    rest = Difference(mix, target).read(0, 16_000)

    assert not rest[:, 4000:8000].any()
    np.testing.assert_array_equal(rest[:, :4000], mix.samples[:, :4000])
    np.testing.assert_array_equal(rest[:, 8000:], mix.samples[:, 8000:])


def test_a_target_longer_than_the_mix_sounds_only_as_long_as_the_mix():
    mix, target = clip(noise(0.5)), clip(noise(1.0, seed=1))

    rest = Difference(mix, target)

    assert rest.n_samples == mix.n_samples
    assert not rest.read(mix.n_samples, mix.n_samples + 100).any()


def test_reading_leaves_the_sounds_untouched():
    mix, target = clip(noise(0.1)), clip(tone(440, 0.1))
    before = mix.samples.copy(), target.samples.copy()

    Difference(mix, target).read(0, 1600)
    Sum((mix, target)).read(0, 1600)
    Scaled(mix, 0.5).read(0, 1600)

    np.testing.assert_array_equal(mix.samples, before[0])
    np.testing.assert_array_equal(target.samples, before[1])


def test_a_sum_lays_every_part_where_it_starts():
    long, late = clip(noise(1.0)), clip(tone(440, 0.25), start_s=0.5)

    total = Sum((long, late)).read(0, 16_000)

    np.testing.assert_array_equal(total[:, :8000], long.samples[:, :8000])
    np.testing.assert_array_equal(
        total[:, 8000:12_000], long.samples[:, 8000:12_000] + late.samples
    )


def test_a_scaled_sound_keeps_its_place_and_shape():
    sound = clip(tone(440, n_channels=2), start_s=1.5)

    half = Scaled(sound, 0.5)

    assert (half.start_s, half.n_channels, half.n_samples) == (1.5, 2, sound.n_samples)
    np.testing.assert_array_equal(half.read(0, 100), sound.samples[:, :100] * np.float32(0.5))


@pytest.mark.parametrize("other", [clip(noise(n_channels=2)), clip(noise(), 8000)])
def test_sounds_of_other_rates_or_channels_are_refused(other: AudioClip):
    with pytest.raises(ValueError, match="do not fit"):
        Difference(clip(noise()), other)
    with pytest.raises(ValueError, match="do not fit"):
        Sum((clip(noise()), other))
