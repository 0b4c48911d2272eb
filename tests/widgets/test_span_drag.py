import pytest

from core.domain.prompts import SpanPrompt, TimeSpan
from widgets.span_drag import Grip, GripKind, SpanDrag, find_grip, snap_to

PROMPT = SpanPrompt(TimeSpan(2.0, 4.0))


def free(time_s: float) -> float:
    return time_s


def drag_by(kind: GripKind, press_s: float) -> SpanDrag:
    return SpanDrag("a", press_s, True, Grip("a", PROMPT, kind))


def test_a_drag_backwards_makes_the_same_span_as_forwards():
    forwards = SpanDrag("a", 1.0).at(3.0, 10.0, free)
    backwards = SpanDrag("a", 3.0).at(1.0, 10.0, free)

    assert forwards == backwards == SpanPrompt(TimeSpan(1.0, 3.0))


def test_a_new_span_is_cut_at_the_ends_of_the_clip():
    assert SpanDrag("a", 1.0).at(-5.0, 10.0, free) == SpanPrompt(TimeSpan(0.0, 1.0))
    assert SpanDrag("a", 9.0).at(50.0, 10.0, free) == SpanPrompt(TimeSpan(9.0, 10.0))


def test_a_drag_of_no_length_is_no_span():
    assert SpanDrag("a", 1.0).at(1.0, 10.0, free) is None


def test_a_drag_wholly_outside_the_clip_is_no_span():
    assert SpanDrag("a", 11.0).at(15.0, 10.0, free) is None


def test_an_edge_moves_and_may_cross_the_other():
    assert drag_by(GripKind.END, 4.0).at(5.0, 10.0, free) == SpanPrompt(TimeSpan(2.0, 5.0))
    assert drag_by(GripKind.END, 4.0).at(1.0, 10.0, free) == SpanPrompt(TimeSpan(1.0, 2.0))
    assert drag_by(GripKind.START, 2.0).at(3.0, 10.0, free) == SpanPrompt(TimeSpan(3.0, 4.0))


def test_a_body_keeps_its_length_and_stops_at_the_ends_of_the_clip():
    assert drag_by(GripKind.BODY, 3.0).at(4.5, 10.0, free) == SpanPrompt(TimeSpan(3.5, 5.5))
    assert drag_by(GripKind.BODY, 3.0).at(-9.0, 10.0, free) == SpanPrompt(TimeSpan(0.0, 2.0))
    assert drag_by(GripKind.BODY, 3.0).at(99.0, 10.0, free) == SpanPrompt(TimeSpan(8.0, 10.0))


def test_a_body_snaps_by_either_end():
    def snap(time_s: float) -> float:
        return snap_to(time_s, (7.0,), 0.2)

    by_end = drag_by(GripKind.BODY, 3.0).at(5.9, 10.0, snap)
    by_start = drag_by(GripKind.BODY, 3.0).at(7.9, 10.0, snap)

    assert by_end is not None
    assert by_start is not None
    assert by_end.span.end_s == pytest.approx(7.0)
    assert by_start.span.start_s == pytest.approx(7.0)


def test_snapping_takes_the_nearest_target_within_reach():
    assert snap_to(1.0, (0.8, 1.1, 5.0), 0.3) == 1.1
    assert snap_to(1.0, (5.0,), 0.3) == 1.0
    assert snap_to(1.0, (), 0.3) == 1.0


def test_edges_come_before_bodies_and_the_shorter_body_before_the_longer():
    inner = SpanPrompt(TimeSpan(2.5, 3.0), False)
    spans = [("a", PROMPT), ("a", inner)]

    at_edge = find_grip(spans, 2.05, 0.1, with_body=True)
    inside = find_grip(spans, 2.75, 0.1, with_body=True)
    beside = find_grip(spans, 3.5, 0.1, with_body=True)

    assert at_edge == Grip("a", PROMPT, GripKind.START)
    assert inside == Grip("a", inner, GripKind.BODY)
    assert beside == Grip("a", PROMPT, GripKind.BODY)
    assert find_grip(spans, 3.5, 0.1, with_body=False) is None


def test_of_two_touching_edges_the_one_on_this_side_is_taken():
    after = SpanPrompt(TimeSpan(4.0, 6.0))
    spans = [("a", PROMPT), ("a", after)]

    left = find_grip(spans, 3.95, 0.1, with_body=False)
    right = find_grip(spans, 4.05, 0.1, with_body=False)

    assert left == Grip("a", PROMPT, GripKind.END)
    assert right == Grip("a", after, GripKind.START)
