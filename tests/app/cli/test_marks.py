import pytest

from app.cli.marks import BoxAt, PointAt, read_all, read_box, read_click, read_paint, read_span
from core.domain.prompts import SpanPrompt, SpectralPrompt, TimeSpan
from core.errors import PromptError


@pytest.mark.parametrize(
    ("text", "start_s", "end_s"),
    [
        ("1.2-2.5", 1.2, 2.5),
        ("0-1", 0.0, 1.0),
        (" 1 - 2 ", 1.0, 2.0),
        ("1:02.5-1:03", 62.5, 63.0),
        ("1:00:00-1:00:01.25", 3600.0, 3601.25),
    ],
)
def test_spans_are_read_in_seconds_and_as_clock_times(text, start_s, end_s):
    assert read_span(text) == SpanPrompt(TimeSpan(start_s, end_s))


def test_a_span_where_it_is_silent_is_negative():
    assert not read_span("4-5", is_positive=False).is_positive


def test_clicks_boxes_and_painted_regions_are_read():
    assert read_click("320,180.5@1.0") == PointAt(320, 180.5, 1.0)
    assert read_click("1,2@1:00", is_positive=False) == PointAt(1, 2, 60.0, is_positive=False)
    assert read_box("1,2,30,40@0.5") == BoxAt(1, 2, 30, 40, 0.5)
    assert read_paint("1-2,300-900") == SpectralPrompt(TimeSpan(1, 2), 300, 900)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_span, "1.2"),
        (read_span, "a-b"),
        (read_span, "-1-2"),
        (read_span, "1,2-3,4"),
        (read_span, "2-2"),
        (read_span, "3-2"),
        (read_span, ""),
        (read_click, "320,180"),
        (read_click, "-3,180@1"),
        (read_click, "320@1"),
        (read_click, "nan,1@1"),
        (read_box, "1,2,3@1"),
        (read_box, "30,40,1,2@1"),
        (read_box, "1,2,1,9@1"),
        (read_paint, "1-2"),
        (read_paint, "1-2,900-300"),
        (read_paint, "2-1,300-900"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_form_that_is(read, text):
    with pytest.raises(PromptError) as caught:
        read(text)

    assert repr(text) in str(caught.value)
    assert caught.value.advice.startswith(("Write", "Give"))


def test_nothing_given_is_nothing_read():
    assert read_all(None, read_span) == ()
    assert read_all(["1-2", "3-4"], read_span) == (read_span("1-2"), read_span("3-4"))
