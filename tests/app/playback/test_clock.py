import pytest

from app.playback.clock import MediaClock
from app.playback.stretches import Stretch

LATENCY_S = 0.1


def running(rate_hz: int = 1_000, device_hz: int = 1_000) -> MediaClock:
    clock = MediaClock()
    clock.begin_run(rate_hz, device_hz, LATENCY_S)
    return clock


def write(clock: MediaClock, stretch: Stretch, at_s: float, generation: int = 1, **how) -> None:
    clock.fed(stretch, generation, **how)
    clock.taken(stretch.n_samples, at_s)


def test_what_is_heard_lies_the_latency_behind_what_was_taken():
    clock = running()
    write(clock, Stretch(5_000, 1.0, 100), at_s=10.0)  # fills the device
    write(clock, Stretch(5_100, 1.0, 100), at_s=10.1)

    assert clock.heard(10.1).position == pytest.approx(5_100)
    assert clock.heard(10.15).position == pytest.approx(5_150)


def test_nothing_is_heard_before_the_first_sample():
    clock = running()
    assert clock.heard(0.0) is None

    write(clock, Stretch(0, 1.0, 20), at_s=0.0)

    assert clock.heard(0.05) is None  # the device is still filling up


def test_time_never_runs_ahead_of_what_the_device_has():
    clock = running()
    write(clock, Stretch(0, 1.0, 100), at_s=0.0)
    write(clock, Stretch(100, 1.0, 20), at_s=0.02)

    assert clock.heard(99.0).position == pytest.approx(120)


def test_time_never_runs_backward_when_the_device_takes_by_the_handful():
    clock = running()
    for k in range(10):
        write(clock, Stretch(k * 20, 1.0, 20), at_s=0.0)
    positions = []
    for k in range(10, 200):
        late_s = 0.012 if k % 3 else 0.0
        now_s = (k - 9) * 0.02 + late_s
        positions.append(clock.heard(now_s).position)
        write(clock, Stretch(k * 20, 1.0, 20), at_s=now_s)
        positions += [clock.heard(now_s + d).position for d in (0.0, 0.007)]

    assert positions == sorted(positions)


def test_a_loop_is_heard_as_a_loop():
    clock = running()
    write(clock, Stretch(900, 1.0, 100), at_s=0.0)
    write(clock, Stretch(200, 1.0, 100), at_s=0.1)

    assert clock.heard(0.1).position == pytest.approx(200)
    assert clock.heard(0.15).position == pytest.approx(250)


def test_speed_and_direction_are_heard():
    clock = running()
    write(clock, Stretch(500, 1.0, 100), at_s=0.0)
    write(clock, Stretch(596, -4.0, 100), at_s=0.1)

    assert clock.heard(0.15).position == pytest.approx(600 - 4 * 50)


def test_media_time_stands_still_while_the_disk_is_late():
    clock = running()
    write(clock, Stretch(0, 1.0, 100), at_s=0.0)
    write(clock, Stretch(100, 0.0, 50), at_s=0.05)
    write(clock, Stretch(100, 1.0, 100), at_s=0.15)

    assert clock.heard(0.14).position == pytest.approx(100)
    assert clock.heard(0.25).position == pytest.approx(200)


def test_the_newest_order_is_known_by_its_generation():
    clock = running()
    write(clock, Stretch(0, 1.0, 100), at_s=0.0, generation=1)
    assert clock.heard(0.09).generation == 1

    write(clock, Stretch(7_000, 1.0, 100), at_s=0.1, generation=2)

    assert clock.heard(0.11).generation == 2


def test_the_end_is_heard_and_not_only_written():
    clock = running()
    write(clock, Stretch(0, 1.0, 100), at_s=0.0)
    write(clock, Stretch(100, 0.0, 50), at_s=0.05, is_ended=True)

    assert not clock.heard(0.06).is_ended
    write(clock, Stretch(100, 0.0, 50), at_s=0.1, is_ended=True)
    assert clock.heard(0.11).is_ended


def test_a_device_of_another_rate_is_counted_in_its_own_samples():
    clock = running(rate_hz=1_000, device_hz=3_000)
    clock.fed(Stretch(0, 1.0, 200), 1)
    clock.taken(600, 0.0)

    assert clock.heard(0.0).position == pytest.approx(100)


def test_a_device_that_runs_fast_is_followed():
    clock = running()
    for k in range(500):
        write(clock, Stretch(k * 20, 1.0, 20), at_s=k * 0.0198)  # one percent fast

    ahead_s = 500 * 20 / 1_000 - LATENCY_S
    assert clock.heard(499 * 0.0198).position / 1_000 == pytest.approx(ahead_s, abs=0.005)


def test_after_a_gap_the_clock_is_right_at_once():
    clock = running()
    for k in range(20):
        write(clock, Stretch(k * 20, 1.0, 20), at_s=k * 0.02)

    write(clock, Stretch(400, 1.0, 20), at_s=3.0)
    write(clock, Stretch(420, 1.0, 20), at_s=3.02)

    assert clock.heard(3.02).position == pytest.approx(340, abs=3)


def test_a_device_that_is_full_and_has_not_begun_holds_time_back():
    clock = running()
    for k in range(5):
        write(clock, Stretch(k * 20, 1.0, 20), at_s=0.0)

    assert clock.heard(1.0).position <= 20  # a second later it still refuses more

    write(clock, Stretch(100, 1.0, 20), at_s=1.0)
    write(clock, Stretch(120, 1.0, 20), at_s=1.02)
    assert clock.heard(1.03).position == pytest.approx(50, abs=2)
