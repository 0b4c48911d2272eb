"""Where almost nothing is found a person is told so, and told what helps."""

import numpy as np
import pytest

from core.domain.prompts import PromptSet, TextPrompt
from core.separation.mini_found import LITTLE_FOUND, Meter
from tests.helpers.separations import spans
from tests.helpers.sounds import noise

WORD = PromptSet(texts=(TextPrompt("bell"),))


def metered(gain: float, *pieces: np.ndarray) -> Meter:
    meter = Meter(lambda samples, _start: np.float32(gain) * samples)
    for piece in pieces:
        meter(piece, 0)
    return meter


def test_what_is_cut_passes_through_unchanged():
    piece = noise(0.1)

    np.testing.assert_array_equal(metered(0.5)(piece, 7), np.float32(0.5) * piece)


def test_a_target_that_is_there_is_not_spoken_of():
    assert metered(0.3, noise(0.1)).advice(WORD) == ()


def test_a_target_of_almost_nothing_comes_with_advice():
    assert metered(0.01, noise(0.1), noise(0.1, seed=1)).advice(WORD) == (LITTLE_FOUND,)


def test_one_loud_piece_is_enough_to_have_been_found():
    meter = Meter(lambda samples, start: samples * np.float32(start == 1))
    for start in range(3):
        meter(noise(0.1), start)

    assert meter.part_db == pytest.approx(-4.8, abs=0.1)
    assert meter.advice(WORD) == ()


def test_who_said_when_it_sounds_needs_no_such_advice():
    assert metered(0.0, noise(0.1)).advice(spans((0.0, 0.1))) == ()


def test_a_silent_mix_has_nothing_to_be_found():
    assert metered(0.0, np.zeros((1, 100), np.float32)).advice(WORD) == ()
