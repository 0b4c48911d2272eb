"""What an engine makes of words and pictures before it runs."""

import pytest

from core.domain.beliefs import Belief
from core.domain.understanding import doubt_about, guesses, is_clear, parts
from core.domain.vocabulary import Vocabulary, Word

KNOWN = Vocabulary(
    (
        Word("dog", "Dog", ("dog", "dog barking", "puppy")),
        Word("big_cat", "Big cat", ("big cat", "lion")),
        Word("xylophone", "Xylophone", ("xylophone", "marimba")),
    )
)


@pytest.mark.parametrize("text", ["dog", "a dog barking, and two lions", "  ", "marimba + puppy"])
def test_words_that_are_known_raise_no_doubt(text):
    assert doubt_about(text, KNOWN) is None


def test_the_part_that_is_not_known_is_pointed_at_and_can_be_mended():
    doubt = doubt_about("a dog and  my xylofone", KNOWN)

    assert doubt.part == "my xylofone"
    assert not doubt.is_all
    assert doubt.mended("a dog and  my xylofone", "xylophone") == "a dog and  xylophone"


@pytest.mark.parametrize("text", ["carpet", "carpet, sofa", "the"])
def test_a_text_of_which_nothing_is_known_is_in_doubt_altogether(text):
    assert doubt_about(text, KNOWN).is_all


def test_saying_what_is_not_wanted_is_not_taken_for_a_wish():
    assert doubt_about("everything but the dog", KNOWN).is_denial


def test_a_text_falls_into_the_sounds_it_names():
    text = "dog; Big Cat AND band, or  "

    assert [text[start:end] for start, end in parts(text)] == ["dog", "Big Cat", "band"]


def test_a_picture_is_clear_when_known_words_are_likelier_than_none_of_them():
    assert is_clear(Belief((("dog", 0.45), ("big_cat", 0.25))), KNOWN)
    assert not is_clear(Belief((("dog", 0.45),)), KNOWN)
    assert not is_clear(Belief((("bicycle", 0.9),)), KNOWN)


def test_a_little_of_everything_is_not_clear():
    assert not is_clear(Belief((("dog", 0.35), ("big_cat", 0.3), ("xylophone", 0.2))), KNOWN)


def test_guesses_are_written_as_people_write_them_and_leave_out_the_long_tail():
    belief = Belief((("big_cat", 0.6), ("bicycle", 0.2), ("dog", 0.1), ("xylophone", 0.01)))

    assert guesses(belief, KNOWN) == (("big cat", 0.6), ("dog", 0.1))
