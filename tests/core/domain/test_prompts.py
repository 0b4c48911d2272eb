"""Prompts refuse nonsense at birth and say which kinds are present."""

import pytest

from core.domain.prompts import (
    Box,
    Click,
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)
from core.errors import PromptError


@pytest.mark.parametrize(
    ("start_s", "end_s"), [(1.0, 1.0), (2.0, 1.0), (-0.1, 1.0), (0.0, float("nan")), (0, 1e400)]
)
def test_a_span_that_is_empty_backward_early_or_endless_is_refused_with_advice(start_s, end_s):
    with pytest.raises(PromptError) as refused:
        TimeSpan(start_s, end_s)

    assert refused.value.advice


def test_spans_that_touch_in_seconds_touch_in_samples():
    for rate_hz in (8_000, 11_025, 44_100):
        first = TimeSpan(0.1, 0.33333).to_samples(rate_hz)
        second = TimeSpan(0.33333, 0.7).to_samples(rate_hz)

        assert first.stop == second.start


def test_a_span_counts_samples_from_where_the_sound_starts():
    assert TimeSpan(1.0, 2.0).to_samples(100, start_s=0.5) == slice(50, 150)


def test_overlap_is_half_open():
    assert TimeSpan(0, 1).overlaps(TimeSpan(0.5, 2))
    assert not TimeSpan(0, 1).overlaps(TimeSpan(1, 2))


@pytest.mark.parametrize("text", ["", "  ", " dog"])
def test_words_must_be_there_and_trimmed(text):
    with pytest.raises(PromptError):
        TextPrompt(text)


def test_a_click_left_of_the_picture_is_refused():
    with pytest.raises(PromptError, match="outside"):
        Click(-1, 5, pts=0)


def test_an_empty_box_is_refused():
    with pytest.raises(PromptError):
        Box(10, 10, 10, 20, pts=0)


def test_a_region_of_only_negative_clicks_points_at_nothing():
    with pytest.raises(PromptError):
        RegionPrompt(clicks=(Click(1, 1, pts=0, is_positive=False),))


def test_a_region_knows_its_anchor_frames_once_each_in_order():
    region = RegionPrompt(
        clicks=(Click(1, 1, pts=90), Click(2, 2, pts=90)), boxes=(Box(0, 0, 5, 5, pts=10),)
    )

    assert region.anchor_pts == (10, 90)


def test_equal_regions_are_the_same_key():
    assert {RegionPrompt(clicks=(Click(1, 2, 3),)): "track"}[
        RegionPrompt(clicks=(Click(1, 2, 3),))
    ] == "track"


def test_a_painted_band_needs_some_height():
    with pytest.raises(PromptError):
        SpectralPrompt(TimeSpan(0, 1), 500, 500)


def test_a_prompt_set_names_the_kinds_it_holds():
    prompts = PromptSet(
        texts=(TextPrompt("dog"),), spans=(SpanPrompt(TimeSpan(0, 1), is_positive=False),)
    )

    assert prompts.kinds == {PromptKind.TEXT, PromptKind.SPAN}
    assert prompts.negative_spans == (TimeSpan(0, 1),)
    assert prompts.positive_spans == ()
    assert PromptSet().is_empty
