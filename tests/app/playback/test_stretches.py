import numpy as np
import pytest

from app.playback.stretches import Cursor, Stretch, render
from core.domain.audio import AudioClip


def counting(n_samples: int = 200, start_s: float = 0.0) -> AudioClip:
    """A sound whose samples say their own number."""
    return AudioClip(np.arange(n_samples, dtype=np.float32)[None], 100, start_s)


def played(cursor: Cursor, n_samples: int, block: int = 7) -> list[float]:
    """Return the samples of `counting` that a cursor leads to, block by block."""
    heard: list[float] = []
    while len(heard) < n_samples and not cursor.is_ended:
        stretch, cursor = cursor.next(min(block, n_samples - len(heard)))
        heard += render(counting(), stretch)[0].tolist()
    return heard


def test_playing_gives_every_sample_once_and_stops_at_the_end():
    assert played(Cursor(5, 1.0, end=30), 1_000) == list(range(5, 30))


def test_a_loop_wraps_without_losing_or_doubling_a_sample():
    heard = played(Cursor(10, 1.0, end=200, loop=(12, 25)), 40)

    assert heard == [10, 11, *range(12, 25), *range(12, 25), *range(12, 24)]


def test_a_loop_wraps_backward_too():
    heard = played(Cursor(14, -1.0, end=200, loop=(10, 20)), 16)

    assert heard == [13, 12, 11, 10, *range(19, 9, -1), 19, 18]


def test_whoever_seeks_beyond_the_loop_plays_on_from_there():
    assert played(Cursor(30, 1.0, end=50, loop=(12, 25)), 1_000) == list(range(30, 50))


def test_playing_backward_ends_at_the_start():
    assert played(Cursor(9, -1.0, end=50), 1_000) == list(range(8, -1, -1))


def test_a_sound_that_starts_later_lies_where_it_belongs():
    stretch = Stretch(95, 1.0, 10)

    heard = render(counting(200, start_s=1.0), stretch)

    assert heard[0].tolist() == [0, 0, 0, 0, 0, 0, 1, 2, 3, 4]


def test_half_speed_is_interpolated():
    heard = render(counting(), Stretch(10, 0.5, 5))

    np.testing.assert_allclose(heard[0], [10, 10.5, 11, 11.5, 12])


@pytest.mark.parametrize("speed", [2.0, 4.0, -2.0, -4.0])
def test_fast_playing_keeps_its_place(speed):
    stretch, after = Cursor(100, speed, end=200).next(10)

    heard = render(counting(), stretch)

    # A running mean over |speed| samples of a ramp lies half of that later.
    places = stretch.first + speed * np.arange(10) + (abs(speed) - 1) / 2
    np.testing.assert_allclose(heard[0], places)
    assert after.position == 100 + 10 * speed


def test_fast_playing_damps_what_would_alias():
    buzz = AudioClip(np.tile(np.float32([1, -1]), 500)[None], 100)

    heard = render(buzz, Stretch(0, 2.0, 100))

    np.testing.assert_allclose(heard, 0.0)


def test_fast_loops_keep_time():
    cursor = Cursor(0, 4.0, end=200, loop=(0, 10))

    stretch, cursor = cursor.next(100)

    assert stretch.n_samples == 3
    assert cursor.position == 2  # 12 lies 2 beyond the end of the loop


@pytest.mark.parametrize("speed", [1.0, -1.0, 2.0, -4.0])
def test_the_position_after_a_stretch_is_where_the_next_begins(speed):
    stretch, after = Cursor(100, speed, end=200).next(10)

    assert stretch.position_after(0) == 100
    assert stretch.position_after(10) == after.position
