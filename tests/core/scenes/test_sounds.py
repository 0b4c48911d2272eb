"""The sound of a made scene holds what it says, when it says so."""

import numpy as np

from core.scenes.sounds import loud_excerpt, mixed
from tests.helpers.sounds import noise, tone


def test_a_long_recording_gives_its_loud_places_rather_than_its_silence():
    sound = np.zeros(160_000, np.float32)
    sound[80_000:] = noise(5.0)[0][:80_000]

    def read(first, n):
        return sound[first : first + n]

    found = [
        loud_excerpt(len(sound), 16_000, read, np.random.default_rng(seed)) for seed in range(12)
    ]

    # One of four places lies in the loud half fifteen times out of sixteen.
    assert sum(one.any() for one in found) >= 10
    assert all(one.shape == (16_000,) for one in found)


def test_the_mixture_is_neither_clipped_nor_lost():
    sources = [tone(300, 1.0)[0].astype(np.float32), noise(1.0)[0].astype(np.float32)]

    for seed in range(8):
        mixture, _ = mixed(sources, 1, np.random.default_rng(seed))

        assert 0.09 < np.abs(mixture).max() < 0.91


def test_a_source_is_heard_only_around_the_frames_in_which_it_sounds():
    late = tone(300, 2.0)[0].astype(np.float32)
    late[: len(late) // 2] = 0
    steady = noise(2.0)[0].astype(np.float32)

    _, heard = mixed([late, steady], 2, np.random.default_rng(0))

    np.testing.assert_array_equal(heard, [[False, True], [True, True]])
