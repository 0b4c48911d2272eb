"""What a person types becomes the caption that a detector was taught with."""

import pytest

from core.detection.captions import caption_of, phrases_of
from core.errors import PromptError


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        ("Dog", ("dog",)),
        ("  A dog,  the Piano! ", ("a dog", "the piano")),
        ("dog. piano.", ("dog", "piano")),
        ("dog; dog\nDOG", ("dog",)),
        ("acoustic-guitar, musician’s hat", ("acoustic-guitar", "musician’s hat")),
        ("(red) car", ("red car",)),
        ("Straße, 犬", ("straße", "犬")),
    ],
)
def test_words_are_cut_into_the_things_they_name(words, phrases):
    assert phrases_of(words) == phrases


@pytest.mark.parametrize("words", ["", "  ", ".,;!", "\n", "--", "’ ’"])
def test_words_that_name_nothing_are_refused_with_an_example(words):
    with pytest.raises(PromptError) as refused:
        phrases_of(words)

    assert "such as" in refused.value.advice


def test_a_caption_is_small_letters_with_a_full_stop_after_each_thing():
    caption = caption_of(["A Dog", "Piano"])

    assert caption.text == "a dog. piano."
    assert [caption.text[first:last] for first, last in caption.spans] == ["a dog", "piano"]
