"""Of several answers the one is kept that fits the mix, or the words where CLAP can tell."""

import numpy as np
import pytest

from core.progress import Cancelled, CancelToken
from core.separation import ranking
from core.separation.ranking import Candidate, ClapRanker, MixRanker, Question, best_of, best_ranker
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000


def question() -> tuple[Question, np.ndarray, np.ndarray]:
    wanted, rest = tone(440, 0.5, RATE_HZ), noise(0.5, RATE_HZ, gain=0.05)
    return Question(wanted + rest, RATE_HZ, None), wanted, rest


def test_what_gives_back_the_mix_ranks_above_what_does_not():
    asked, wanted, rest = question()
    candidates = [Candidate(wanted, 0 * rest), Candidate(wanted, rest), Candidate(3 * wanted, rest)]

    scores = MixRanker().scores(candidates, asked, CancelToken())

    assert best_of(scores) == 1


def test_a_cancel_is_heard_between_candidates():
    asked, wanted, rest = question()
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        MixRanker().scores([Candidate(wanted, rest)], asked, token)


def test_a_score_that_is_no_number_is_never_the_best():
    assert best_of([float("nan"), -3.0, -2.0]) == 2


def test_clap_ranks_where_there_are_words_and_it_is_installed(monkeypatch):
    monkeypatch.setattr("core.store.installed", lambda name: name)

    assert isinstance(best_ranker("dog", "cpu"), ClapRanker)
    assert isinstance(best_ranker(None, "cpu"), MixRanker)
    monkeypatch.setattr("core.store.installed", lambda _name: None)
    assert isinstance(best_ranker("dog", "cpu"), MixRanker)


def test_clap_is_asked_about_the_words_and_every_target(monkeypatch):
    asked, wanted, rest = question()

    class Scorer:
        def scores(self, texts, sounds, *, cancel):
            assert texts == ["dog"]
            return np.array([[float(sound.samples.max()) for sound in sounds]], np.float32)

    monkeypatch.setattr("core.separation.clap_score.build", lambda _device: Scorer())
    worded = Question(asked.mix, RATE_HZ, "dog")

    scores = ranking.ClapRanker("cpu").scores(
        [Candidate(rest, wanted), Candidate(wanted, rest)], worded, CancelToken()
    )

    assert best_of(scores) == 1
