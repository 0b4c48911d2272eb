"""Where pieces of sound go on the time line, given stamps of every quality."""

from fractions import Fraction

from core.media.sound_clock import SoundClock

RATE_HZ = 48_000
MS = Fraction(1, 1000)


def _clock(n_expected: int = 10 * RATE_HZ, first_pts: int = 0) -> SoundClock:
    return SoundClock(first_pts, MS, RATE_HZ, n_expected)


def test_stamps_rounded_to_milliseconds_are_no_gaps() -> None:
    clock = _clock(first_pts=7)
    n_frame = 1024

    placed = [clock.place(7 + round(k * n_frame / 48), n_frame) for k in range(500)]

    assert set(placed) == {(0, 0)}
    assert clock.n_placed == 500 * n_frame


def test_a_missing_packet_is_filled_with_silence() -> None:
    clock = _clock()
    clock.place(0, 960)

    assert clock.place(40, 960) == (960, 0)
    assert clock.place(60, 960) == (0, 0)
    assert clock.n_gaps == 1


def test_sound_that_comes_twice_is_dropped() -> None:
    clock = _clock()
    clock.place(0, 4800)

    assert clock.place(60, 4800) == (0, 1920)
    assert clock.place(60, 960) == (0, 960)
    assert clock.n_placed == 4800 + 2880


def test_a_clock_set_back_continues_where_it_was() -> None:
    clock = _clock(n_expected=60 * RATE_HZ)
    for k in range(1000):
        clock.place(20 * k, 960)

    assert clock.place(0, 960) == (0, 0)
    assert clock.place(20, 960) == (0, 0)
    assert clock.n_jumps == 1


def test_a_stamp_from_nowhere_makes_no_hours_of_silence() -> None:
    clock = _clock(n_expected=10 * RATE_HZ)
    clock.place(0, 960)

    assert clock.place(95_443_000, 960) == (0, 0)
    assert clock.place(95_443_020, 960) == (0, 0)


def test_pieces_without_stamps_follow_each_other() -> None:
    clock = _clock()

    assert [clock.place(None, 500) for _ in range(3)] == [(0, 0)] * 3
    assert clock.n_placed == 1500
