"""Prompts become one phrase and anchors on latent frames, as SAM Audio was taught."""

import pytest

from core.domain.prompts import PromptSet, SpanPrompt, TextPrompt, TimeSpan
from core.nn.sam_audio.conditions import AnchorKind
from core.nn.sam_audio.config import CodecConfig
from core.separation.sam_audio_prompts import Marks, anchors_of, phrase


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["A dog barking."], "dog barking"),
        (["the  Thunder", "man speaking!"], "thunder, man speaking"),
        (["speech, single speaker"], "speech, single speaker"),
        (["theatre applause"], "theatre applause"),
        (["?!"], None),
        ([], None),
    ],
)
def test_words_are_read_as_lower_case_phrases_without_articles(typed, read):
    assert phrase([TextPrompt(text) for text in typed]) == read


def span(start_s: float, end_s: float, is_positive: bool = True) -> SpanPrompt:
    return SpanPrompt(TimeSpan(start_s, end_s), is_positive)


def kinds(*given: SpanPrompt, start_s: float = 0.0, first: int = 0, last: int = 10) -> list[int]:
    anchors = anchors_of(PromptSet(spans=given), start_s)
    return Marks(anchors, CodecConfig()).kinds(first, last).tolist()


def test_spans_mark_their_frames_and_minus_counts_where_both_were_marked():
    none, plus, minus = AnchorKind.NONE, AnchorKind.HEARD, AnchorKind.NOT_HEARD

    marked = kinds(span(0.16, 0.32, is_positive=False), span(0.08, 0.24))

    assert marked == [none, none, plus, plus, *4 * [minus], none, none]


def test_a_stretch_sees_its_own_part_of_a_span_and_the_mixs_start_shifts_it():
    assert kinds(span(1.2, 1.32), start_s=1.0, first=4, last=8) == [0, 1, 1, 1]
    assert kinds(span(0.2, 0.32), first=20, last=22) == [0, 0]
    assert kinds(span(0.1, 0.3), start_s=0.2, first=0, last=4) == [1, 1, 1, 0]
