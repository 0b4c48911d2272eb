import numpy as np
import pytest

from core.domain.prompts import PromptSet, SpectralPrompt, TimeSpan
from core.errors import PromptError
from core.separation.spectral_marks import gate, painted, read_marks
from tests.helpers.separations import spans
from tests.helpers.sounds import clip, noise

MIX = clip(noise(10.0, 1_000), 1_000)
WHOLE = ((0, 10_000),)


def _marks(prompts, *, is_unmarked_searched=False):
    return read_marks(MIX, prompts, is_unmarked_searched=is_unmarked_searched)


def test_outside_the_positive_spans_is_the_background_and_silent():
    marks = _marks(spans((2, 3), (5, 6)))

    assert marks.target == marks.audible == ((2_000, 3_000), (5_000, 6_000))
    assert marks.background == ((0, 2_000), (3_000, 5_000), (6_000, 10_000))


def test_with_negative_spans_alone_all_else_may_hold_the_target():
    marks = _marks(spans(no=((4, 6),)))

    assert marks.background == ((4_000, 6_000),)
    assert marks.target == marks.audible == ((0, 4_000), (6_000, 10_000))


def test_a_negative_span_cuts_a_hole_into_a_positive_one():
    marks = _marks(spans((2, 8), no=((4, 5),)))

    assert marks.target == ((2_000, 4_000), (5_000, 8_000))


def test_unmarked_time_that_is_to_be_searched_is_heard_and_teaches_nothing():
    marks = _marks(spans((2, 3), no=((8, 9),)), is_unmarked_searched=True)

    assert marks.audible == ((0, 8_000), (9_000, 10_000))
    assert marks.target == ((2_000, 3_000),)
    assert marks.background == ((8_000, 9_000),)


def test_unmarked_time_teaches_the_background_where_nothing_else_does():
    marks = _marks(spans((2, 3)), is_unmarked_searched=True)

    assert marks.audible == WHOLE
    assert marks.background == ((0, 2_000), (3_000, 10_000))


def test_without_spans_the_whole_is_searched():
    marks = _marks(PromptSet())

    assert marks.target == marks.audible == WHOLE
    assert marks.background == ()


def test_a_span_over_the_end_is_clipped():
    assert _marks(spans((9, 30))).target == ((9_000, 10_000),)


def test_negative_spans_that_leave_nothing_are_refused_with_advice():
    with pytest.raises(PromptError) as caught:
        _marks(spans((2, 3), no=((1, 4),)))

    assert "− span" in caught.value.advice


def test_the_gate_is_open_inside_spans_and_fades_to_silence_outside():
    gains = gate(((100, 200),), 0, 300, 1_000)

    assert (gains[100:200] == 1).all()
    assert not gains[:80].any()
    assert not gains[220:].any()
    assert np.abs(np.diff(gains)).max() < 0.1


def test_the_gate_of_a_piece_is_a_piece_of_the_gate():
    whole = gate(((100, 200), (230, 240)), 0, 300, 1_000)

    pieces = [gate(((100, 200), (230, 240)), s, s + 50, 1_000) for s in range(0, 300, 50)]

    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_the_later_stroke_of_paint_counts():
    times_s, bins_hz = np.arange(10.0), np.arange(10.0) * 100
    strokes = (
        SpectralPrompt(TimeSpan(2, 8), 200, 600),
        SpectralPrompt(TimeSpan(4, 6), 400, 900, is_positive=False),
    )

    is_target, is_other = painted(strokes, times_s, bins_hz)

    assert is_target[2, 2]
    assert is_other[5, 5]
    assert not is_target[5, 5]
    assert not (is_target & is_other).any()
    assert is_target.sum() == 4 * 6 - 2 * 2
