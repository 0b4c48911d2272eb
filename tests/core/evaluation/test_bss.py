import numpy as np
import pytest
from mir_eval.separation import bss_eval_sources

from core.evaluation.bss import BssEval
from core.evaluation.metrics import LIMIT_DB
from tests.helpers.sounds import tone


def _sources(n=6_000, seed=0):
    """Two coloured noises with an envelope each."""
    random = np.random.default_rng(seed)
    shape = np.hanning(31)
    first, second = (np.convolve(random.standard_normal(n), shape, "same") for _ in range(2))
    return first * np.linspace(0, 1, n), np.convolve(second, [1, -0.9], "same")


def _as_mir_eval_has_it(estimate, truth, other):
    # It wants an estimate of each source; that of the other one does not matter to the first.
    sdr, sir, sar, _ = bss_eval_sources(
        np.stack([truth, other]), np.stack([estimate, other]), compute_permutation=False
    )
    return sdr[0], sir[0], sar[0]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    ("own", "leaking", "noisy"), [(1.0, 1.0, 0.0), (0.3, 0.1, 0.02), (1.0, 0.0, 0.5), (0.0, 1, 1)]
)
def test_the_ratios_are_those_of_mir_eval(own, leaking, noisy):
    truth, other = _sources()
    dirt = np.random.default_rng(1).standard_normal(len(truth))
    delayed = np.convolve(own * truth + leaking * other, [0, 0, 0.8, 0.1])[: len(truth)]
    estimate = delayed + noisy * dirt

    found = BssEval(truth, other).ratios(estimate)

    wanted = _as_mir_eval_has_it(estimate, truth, other)
    assert (found.sdr_db, found.sir_db) == pytest.approx(wanted[:2], abs=1e-4)
    # Where nothing but filtering was done, what is left is rounding and no number says how much.
    assert found.sar_db == pytest.approx(wanted[2], abs=1e-4) or min(found.sar_db, wanted[2]) > 70


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_sources_without_high_frequencies_are_judged_alike():
    truth, other = _sources()
    low = np.fft.rfftfreq(len(truth)) < 0.1
    truth, other = (np.fft.irfft(np.fft.rfft(one) * low, len(truth)) for one in (truth, other))
    estimate = truth + 0.3 * other + 0.1 * np.random.default_rng(1).standard_normal(len(truth))

    found = BssEval(truth, other).ratios(estimate)

    wanted = _as_mir_eval_has_it(estimate, truth, other)
    assert (found.sdr_db, found.sir_db, found.sar_db) == pytest.approx(wanted, abs=0.1)


def test_a_source_of_one_pitch_alone_is_judged_too():
    truth, (_, other) = tone(440, 0.375)[0], _sources()

    ratios = BssEval(truth, other).ratios(truth + 0.1 * other)

    assert 10 < ratios.sir_db < LIMIT_DB


def test_sir_counts_what_is_left_of_the_other_sound():
    truth, other = np.random.default_rng(0).standard_normal((2, 8_000))

    ratios = BssEval(truth, other).ratios(truth + 0.1 * other)

    assert ratios.sir_db == pytest.approx(20, abs=0.5)
    assert ratios.sdr_db == pytest.approx(20, abs=0.5)
    assert ratios.sar_db > 60


def test_a_silent_estimate_has_ratios_at_the_bottom():
    truth, other = _sources()

    nothing = BssEval(truth, other).ratios(np.zeros(len(truth)))

    assert (nothing.sdr_db, nothing.sir_db, nothing.sar_db) == (-LIMIT_DB,) * 3


def test_a_silent_truth_or_another_length_is_a_mistake():
    truth, other = _sources()

    with pytest.raises(ValueError, match="silent"):
        BssEval(truth, 0 * other)
    with pytest.raises(ValueError, match="must both be"):
        BssEval(truth, other[1:])
    with pytest.raises(ValueError, match="is not"):
        BssEval(truth, other).ratios(truth[1:])
