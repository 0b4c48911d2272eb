"""Long work can be watched and stopped."""

import pytest

from core.progress import Cancelled, CancelToken, Progress, TimeLeft


def test_a_cancelled_token_stops_the_work_at_its_next_look():
    token = CancelToken()
    token.raise_if_cancelled()

    token.cancel()

    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_progress_of_unknown_length_has_no_fraction():
    assert Progress("Reading", 3, 0).fraction is None


def test_progress_never_passes_one():
    assert Progress("Reading", 12, 10).fraction == 1.0


def test_negative_progress_is_a_mistake():
    with pytest.raises(ValueError, match="negative"):
        Progress("Reading", -1, 10)


def test_time_left_follows_the_recent_speed_not_a_slow_first_chunk():
    clock_s = [0.0]
    left = TimeLeft(window_s=5.0, now=lambda: clock_s[0])
    left.update(Progress("Separating", 0, 100))
    clock_s[0] = 30.0  # the first chunk loaded a model
    left.update(Progress("Separating", 10, 100))
    clock_s[0] = 32.0

    left_s = left.update(Progress("Separating", 30, 100))

    assert left_s == pytest.approx(7.0)  # 70 units at 10 a second


def test_time_left_is_known_where_one_step_outlasts_the_window():
    clock_s = [0.0]
    left = TimeLeft(window_s=5.0, now=lambda: clock_s[0])
    left_s = []
    for done in range(4):
        left_s.append(left.update(Progress("Training", done, 10)))
        clock_s[0] += 30.0

    assert left_s == [None, *map(pytest.approx, (270.0, 240.0, 210.0))]


def test_time_left_is_unknown_before_anything_moved():
    assert TimeLeft().update(Progress("Separating", 0, 100)) is None


def test_time_left_starts_anew_with_each_stage():
    clock_s = [0.0]
    left = TimeLeft(now=lambda: clock_s[0])
    left.update(Progress("Learning", 0, 10))
    clock_s[0] = 2.0
    left.update(Progress("Learning", 10, 10))
    clock_s[0] = 4.0

    assert left.update(Progress("Separating", 0, 10)) is None
