import numpy as np
import pytest

from core.errors import ModelError
from core.evaluation.baselines import gated, ideal_ratio_mask, nmf_mfcc, untouched
from core.evaluation.metrics import BssRatios, si_sdr_db
from core.evaluation.mixtures import make_mixtures
from core.evaluation.separation import run
from core.evaluation.tables import Row, Score, table
from core.evaluation.trial import Bench
from core.progress import Cancelled, CancelToken
from tests.core.evaluation.recordings import write_recordings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("made"), n_each=2)


def test_the_engine_stands_beside_the_baselines_and_below_the_ideal_mask(folder):
    lines: list[str] = []

    report = run(folder, n_mixtures=2, seed=1, write=lines.append)

    gains = {row.name: row.median_improvement_db for row in report.rows}
    assert list(gains) == ["spectral", "nmf-mfcc", "spans only", "mix", "irm"]
    assert gains["mix"] == 0
    assert gains["spans only"] < gains["spectral"] < gains["irm"]
    assert gains["spectral"] > 5
    assert len(lines) == 3
    assert lines[-1] == report.text


def test_the_table_says_how_many_mixtures_and_which_seed(folder):
    report = run(folder, n_mixtures=1, seed=4)

    assert report.text.startswith("1 mixtures")
    assert "seed 4" in report.text
    assert "spectral" in report.text


def test_the_same_seed_gives_the_same_scores(folder):
    once, again = (run(folder, n_mixtures=1, seed=2) for _ in range(2))

    for one, same in zip(once.rows, again.rows, strict=True):
        assert one.scores[0].improvement_db == same.scores[0].improvement_db


def test_an_unknown_engine_is_refused_before_any_mixture_is_made(folder):
    with pytest.raises(ModelError):
        run(folder, "spectrum")


def test_a_cancel_is_heard_between_mixtures(folder):
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        run(folder, n_mixtures=1, bench=Bench(cancel=token))


def test_the_baselines_keep_the_length_and_do_what_they_are_named_for(folder):
    mixture = next(make_mixtures(folder, 1, 3))

    estimates = {way.__name__: way(mixture) for way in (untouched, gated, ideal_ratio_mask)}

    assert {len(found) for found in estimates.values()} == {len(mixture.mix)}
    np.testing.assert_array_equal(estimates["untouched"], mixture.mix)
    inside = mixture.spans[0].to_samples(mixture.sample_rate_hz)
    np.testing.assert_array_equal(estimates["gated"][inside], mixture.mix[inside])
    assert not estimates["gated"][: inside.start].any()
    scores = {name: si_sdr_db(found, mixture.target) for name, found in estimates.items()}
    assert scores["untouched"] < scores["gated"] < scores["ideal_ratio_mask"]


def test_blind_clustering_takes_the_better_of_two_clusters(folder):
    mixture = next(make_mixtures(folder, 1, 3))

    found = nmf_mfcc(mixture)

    assert si_sdr_db(found, mixture.target) > si_sdr_db(mixture.mix, mixture.target)
    np.testing.assert_array_equal(found, nmf_mfcc(mixture))


def test_the_table_shows_medians_and_the_number_that_was_refused():
    scores = tuple(Score(gain, gain - 3, BssRatios(1, 2, 3), 0.1) for gain in (1.0, 2.0, 9.0))

    text = table([Row("one", scores, n_refused=4), Row("none", ())])

    assert "2.00" in text
    assert "4.00" in text
    assert text.splitlines()[1].split()[-2:] == ["3", "4"]
    assert " - " in text.splitlines()[2]
