"""What is seen is weighed by what is heard: of what may be shown, what sounds counts."""

import numpy as np
import pytest

from core.domain.audio import AudioClip
from core.domain.beliefs import Belief
from core.domain.prompts import TimeSpan
from core.separation.mini_heeding import HEARD_S, N_STRETCHES, USUAL, heard_at_all, heeded
from tests.helpers.minis import VOCABULARY, tiny_network

WAVERING = Belief((("dog", 0.4), ("bell", 0.35)))


def heard(**likely: float) -> np.ndarray:
    return np.array([likely.get(word.name, USUAL) for word in VOCABULARY.words])


def test_of_two_things_a_picture_may_show_the_one_that_sounds_is_believed():
    believed = heeded(WAVERING, heard(bell=0.8), VOCABULARY)

    assert believed.best == "bell"
    assert believed.confidence > 0.6


def test_where_nothing_out_of_the_usual_is_heard_the_eyes_alone_decide():
    believed = heeded(WAVERING, heard(), VOCABULARY)

    assert dict(believed.words) == pytest.approx(dict(WAVERING.words))


def test_a_sound_that_is_not_seen_is_not_believed_to_be_seen():
    believed = heeded(Belief((("dog", 0.9), ("bell", 0.0))), heard(bell=0.99), VOCABULARY)

    assert believed.best == "dog"


def test_what_is_not_heard_at_all_is_believed_less():
    believed = heeded(WAVERING, heard(dog=1e-4, bell=1e-4), VOCABULARY)

    assert believed.nothing > WAVERING.nothing


def test_words_that_the_vocabulary_lacks_keep_what_they_have():
    believed = heeded(Belief((("yeti", 0.5), ("dog", 0.5))), heard(dog=0.001), VOCABULARY)

    assert believed.best == "yeti"
    assert sum(share for _, share in believed.words) == pytest.approx(1)


@pytest.mark.parametrize("length_s", [0.0, 0.3, 20.0])
def test_a_mix_of_any_length_is_heard(length_s):
    mix = AudioClip(np.zeros((2, round(length_s * 16_000)), np.float32), 16_000)

    likely = heard_at_all(tiny_network(), mix, (), lambda: None)

    assert likely.shape == (len(VOCABULARY.words),)
    assert np.isfinite(likely).all()


def test_however_long_the_mix_only_a_few_stretches_are_heard():
    mix = CountingMix(3600.0)

    heard_at_all(tiny_network(), mix, (), lambda: None)

    assert len(mix.read_from) == N_STRETCHES
    assert mix.read_from[0] == 0
    assert mix.read_from[-1] > (3600 - 2 * HEARD_S) * 16_000


def test_where_spans_are_marked_it_is_heard_there_alone():
    mix = CountingMix(100.0)

    heard_at_all(tiny_network(), mix, (TimeSpan(40, 42), TimeSpan(70, 71)), lambda: None)

    assert mix.read_from == [40 * 16_000, 70 * 16_000]


class CountingMix:
    """A silent mix of any length that remembers where it was read."""

    sample_rate_hz, n_channels, start_s = 16_000, 1, 0.0

    def __init__(self, length_s: float) -> None:
        self.n_samples = round(length_s * self.sample_rate_hz)
        self.read_from: list[int] = []

    def read(self, start: int, stop: int) -> np.ndarray:
        self.read_from.append(start)
        return np.zeros((1, stop - start), np.float32)
