import numpy as np
import pytest

from core.evaluation.metrics import LIMIT_DB, si_sdr_db


def _orthogonal(n=4_000):
    time = np.arange(n) / n
    return np.sin(2 * np.pi * 50 * time), np.cos(2 * np.pi * 50 * time)


@pytest.mark.parametrize("level_db", [-20.0, 0.0, 13.0])
def test_si_sdr_is_the_level_of_the_truth_over_what_is_orthogonal_to_it(level_db):
    truth, error = _orthogonal()

    found = si_sdr_db(truth + error * 10 ** (-level_db / 20), truth)

    assert found == pytest.approx(level_db, abs=1e-6)


def test_si_sdr_does_not_care_how_loud_the_estimate_is():
    truth, error = _orthogonal()

    assert si_sdr_db(7.3 * (truth + error), truth) == pytest.approx(si_sdr_db(truth + error, truth))


def test_a_perfect_and_an_empty_estimate_stay_numbers():
    truth, _ = _orthogonal()

    assert si_sdr_db(truth, truth) == LIMIT_DB
    assert si_sdr_db(np.zeros_like(truth), truth) == -LIMIT_DB


def test_a_silent_truth_or_another_length_is_a_mistake():
    truth, _ = _orthogonal()

    with pytest.raises(ValueError, match="silent"):
        si_sdr_db(truth, np.zeros_like(truth))
    with pytest.raises(ValueError, match="must both be"):
        si_sdr_db(truth[1:], truth)
