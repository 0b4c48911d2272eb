"""What is believed, how surely, and what an engine is told of it."""

import numpy as np
import pytest

from core.domain.beliefs import SURE_FROM, Belief
from core.domain.vocabulary import Vocabulary, Word

VOCABULARY = Vocabulary(tuple(Word(name, name.title(), ()) for name in ("bell", "cat", "dog")))


def test_the_first_word_is_the_best():
    belief = Belief((("dog", 0.6), ("cat", 0.3)))

    assert (belief.best, belief.confidence) == ("dog", 0.6)
    assert belief.nothing == pytest.approx(0.1)


def test_it_is_sure_from_the_stated_confidence_on():
    assert Belief((("dog", SURE_FROM),)).is_sure
    assert not Belief((("dog", SURE_FROM - 0.01), ("cat", 0.3))).is_sure


def test_no_words_are_no_belief():
    belief = Belief(())

    assert (belief.best, belief.confidence, belief.nothing, belief.is_sure) == (None, 0, 1, False)
    assert belief.weights(VOCABULARY).tolist() == [0, 0, 0]


def test_weights_stand_where_the_vocabulary_has_the_words_and_add_up_to_one():
    weights = Belief((("dog", 0.6), ("unicorn", 0.25), ("bell", 0.15))).weights(VOCABULARY)

    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, [0.2, 0, 0.8], rtol=1e-6)


@pytest.mark.parametrize(
    "words",
    [
        (("dog", 1.2),),
        (("dog", -0.1),),
        (("dog", 0.2), ("cat", 0.3)),
        (("dog", 0.7), ("cat", 0.6)),
    ],
)
def test_confidences_that_cannot_be_are_refused(words):
    with pytest.raises(ValueError, match="confidences"):
        Belief(words)
