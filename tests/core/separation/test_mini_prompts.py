from dataclasses import replace

import numpy as np
import pytest

from core.domain.beliefs import Belief
from core.domain.engines import EngineInfo
from core.domain.prompts import PromptKind, TextPrompt
from core.domain.vocabulary import Related, Vocabulary, Word
from core.errors import PromptError
from core.separation.mini_prompts import Interpreter

WORDS = Vocabulary(
    (
        Word("bell", "Bell", ("bells", "metal")),
        Word("dog", "Dog", ("dogs", "barking")),
        Word("glass", "Glass", ("metal",)),
        Word("rain", "Rain", ()),
    ),
    (Related(("wolf",), ("dog",)),),
)
ANY_WORDS = EngineInfo(
    "open", "Open Ears", "", frozenset({PromptKind.TEXT}), None, None, licence="MIT"
)
INTERPRETER = Interpreter(WORDS, (ANY_WORDS,))


def _asked(*texts: str, seen: tuple[Belief, ...] = (), has_spans: bool = False):
    return INTERPRETER.wanted([TextPrompt(text) for text in texts], seen, has_spans=has_spans)


def test_a_word_asks_for_itself_alone():
    np.testing.assert_array_equal(_asked("dogs barking").weights, [[0, 1, 0, 0]])


def test_several_words_are_asked_for_one_by_one():
    np.testing.assert_array_equal(_asked("metal").weights, [[1, 0, 0, 0], [0, 0, 1, 0]])
    np.testing.assert_array_equal(_asked("dog", "rain").weights, [[0, 1, 0, 0], [0, 0, 0, 1]])
    np.testing.assert_array_equal(_asked("dog and dogs", "dog").weights, [[0, 1, 0, 0]])


def test_nothing_said_and_nothing_seen_asks_for_nothing():
    assert _asked().weights is None


def test_an_unknown_word_is_answered_with_the_nearest_and_with_who_would_know():
    with pytest.raises(PromptError) as caught:
        _asked("wolf")

    assert "“dog”" in caught.value.advice
    assert "Open Ears" in caught.value.advice


def test_an_engine_that_must_be_installed_first_is_recommended_as_such():
    absent = replace(ANY_WORDS, needs={"weights": "to run"})

    with pytest.raises(PromptError) as caught:
        Interpreter(WORDS, (absent,)).wanted([TextPrompt("wolf")], [])

    assert "once installed" in caught.value.advice


def test_a_word_like_no_other_is_refused_as_well():
    with pytest.raises(PromptError) as caught:
        _asked("zzyzx")

    assert "plainer word" in caught.value.advice


def test_engines_with_words_of_their_own_are_not_recommended():
    closed = EngineInfo(
        "own", "Own Words", "", ANY_WORDS.understands, None, None, "MIT", vocabulary=("dog",)
    )

    with pytest.raises(PromptError) as caught:
        Interpreter(WORDS, (closed,)).wanted([TextPrompt("wolf")], [])

    assert "Own Words" not in caught.value.advice


def test_one_unknown_text_beside_a_known_one_is_refused():
    with pytest.raises(PromptError):
        _asked("dog", "wolf")


def test_what_is_not_wanted_is_answered_with_how_to_ask():
    with pytest.raises(PromptError) as caught:
        _asked("everything but the dog")

    assert "what you want to hear" in caught.value.advice


def test_a_part_of_a_text_that_was_not_understood_is_told():
    wanted = _asked("a dog and a zeppelin")

    np.testing.assert_array_equal(wanted.weights, [[0, 1, 0, 0]])
    assert "zeppelin" in " ".join(wanted.advice)


def test_what_is_surely_seen_stands_in_for_words():
    wanted = _asked(seen=(Belief((("dog", 0.8), ("rain", 0.1), ("unicorn", 0.05))),))

    assert wanted.weights[0, 1] == pytest.approx(8 / 9)
    assert wanted.weights.sum() == pytest.approx(1)
    assert wanted.notes["seen"] == "dog"
    assert not wanted.advice


def test_what_is_seen_unclearly_is_used_and_told():
    wanted = _asked(seen=(Belief((("dog", 0.35),)),))

    assert wanted.weights[0, 1] == 1
    assert "“Dog”" in wanted.advice[0]


@pytest.mark.parametrize("belief", [Belief(()), Belief((("dog", 0.1),)), Belief((("cup", 0.9),))])
def test_a_picture_of_nothing_known_asks_for_a_word(belief):
    with pytest.raises(PromptError) as caught:
        _asked(seen=(belief,))

    assert "Type a word" in caught.value.advice


def test_a_picture_of_nothing_known_leaves_the_spans_to_say_it():
    wanted = _asked(seen=(Belief(()),), has_spans=True)

    assert wanted.weights is None
    assert "spans alone" in wanted.advice[0]


def test_a_picture_chooses_among_words_of_one_meaning():
    seen = (Belief((("glass", 0.9), ("dog", 0.1))),)

    np.testing.assert_array_equal(_asked("metal", seen=seen).weights, [[0, 0, 1, 0]])


def test_a_picture_takes_nothing_from_other_things_that_were_named():
    seen = (Belief((("glass", 0.9),)),)

    weights = _asked("metal and a dog", seen=seen).weights

    np.testing.assert_array_equal(weights, [[0, 0, 1, 0], [0, 1, 0, 0]])


def test_words_count_against_a_picture_and_the_person_is_told():
    wanted = _asked("rain", seen=(Belief((("dog", 0.9),)),))

    np.testing.assert_array_equal(wanted.weights, [[0, 0, 0, 1]])
    assert "“Dog”" in wanted.advice[0]


def test_two_regions_ask_for_both():
    seen = (Belief((("dog", 0.9),)), Belief((("rain", 0.9),)))

    np.testing.assert_array_equal(_asked(seen=seen).weights, [[0, 1, 0, 0], [0, 0, 0, 1]])
