import numpy as np
import pytest

from core.errors import ModelError
from core.evaluation.asking import Way
from core.evaluation.baselines import gated, ideal_ratio_mask, nmf_mfcc, untouched
from core.evaluation.material import everything_in
from core.evaluation.metrics import si_sdr_db
from core.evaluation.mixtures import Overlap, make_mixtures
from core.evaluation.separation import run
from core.evaluation.separation_report import SeparationPlan
from core.evaluation.trial import Bench
from core.progress import Cancelled, CancelToken, Progress
from tests.core.evaluation import engines
from tests.core.evaluation.recordings import write_pictures, write_recordings


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = write_recordings(tmp_path_factory.mktemp("made"), n_each=2)
    return everything_in(write_pictures(folder, engines.COLOURS))


@pytest.fixture
def keen(monkeypatch):
    return engines.register(monkeypatch)


def _plain(n_mixtures, *ways):
    return SeparationPlan(n_mixtures, ways=ways, has_baselines=False)


def _gains(report):
    return {row.name: row.median() for row in report.rows}


def test_the_engine_stands_beside_the_baselines_and_below_the_ideal_mask(material):
    lines: list[str] = []
    plan = SeparationPlan(1, ways=(Way.SPAN,))

    report = run(material, plan, Bench(seed=1), write=lines.append)

    gains = _gains(report)
    assert list(gains) == ["spectral by span", "nmf-mfcc", "spans only", "mix", "ideal mask"]
    assert gains["mix"] == 0
    assert gains["spans only"] < gains["spectral by span"] < gains["ideal mask"]
    assert gains["spectral by span"] > 5
    assert len(lines) == 2
    assert lines[-1] == report.text


def test_every_way_the_engine_understands_has_a_row_and_a_wrong_word_does_harm(keen, material):
    report = run(material, _plain(6, *Way), Bench("keen"))

    gains = _gains(report)
    assert list(gains) == [f"keen by {way}" for way in Way]
    assert min(gains["keen by text"], gains["keen by picture"]) > 10
    assert gains["keen by wrong"] < 0
    assert gains["keen by all"] >= gains["keen by span"]


def test_another_engine_stands_beside_spectral_as_well(keen, material):
    report = run(material, SeparationPlan(1, ways=(Way.TEXT,)), Bench("keen"))

    assert list(_gains(report))[:3] == ["keen by text", "spectral by span", "nmf-mfcc"]


def test_pictures_are_shown_only_for_classes_that_have_some_and_the_table_says_how_often(
    keen, material
):
    report = run(material, _plain(6, Way.PICTURE, Way.ALL), Bench("keen"))

    rows = {row.name: row for row in report.rows}
    n_shown = sum(one.target_class in engines.COLOURS for one in report.outcomes)
    assert 0 < n_shown < 6
    assert len(rows["keen by picture"].scores) == n_shown
    assert len(rows["keen by all"].scores) == 6
    by_class = {row.name: row.median_db[Way.PICTURE] for row in report.classes}
    assert np.isnan(by_class["hiss"])


def test_what_an_engine_refuses_is_counted_and_the_reason_told(keen, material):
    report = run(material, _plain(2, Way.TEXT, Way.NONE), Bench("keen"))

    row = next(row for row in report.rows if row.name == "keen by none")
    assert (len(row.scores), len(row.refusals)) == (0, 2)
    assert "keen by none refused 2: there is no prompt" in report.text
    assert "nan" not in report.text


def test_an_engine_made_for_it_answers_without_any_prompt(keen, material, monkeypatch):
    from core.evaluation import unprompted

    class Guessing:
        info = keen.info

        def separate(self, request, sink, *, report, cancel):
            sink.write(request.mix.read(0, request.mix.n_samples) / 2)

    monkeypatch.setitem(unprompted.BUILDERS, "keen", lambda device: Guessing())

    report = run(material, _plain(1, Way.TEXT, Way.NONE), Bench("keen"))

    assert _gains(report)["keen by none"] == pytest.approx(0, abs=1e-3)
    assert _gains(report)["keen by text"] > 10


def test_ways_that_an_engine_does_not_understand_have_no_row(material):
    report = run(material, _plain(1, Way.TEXT, Way.WRONG, Way.SPAN))

    assert [row.name for row in report.rows if row.name.startswith("spectral")] == [
        "spectral by span"
    ]
    assert "by class" not in report.text


def test_the_same_question_is_asked_only_once(keen, material):
    sounds_alone = everything_in(material.folder / "audio")

    run(sounds_alone, _plain(1, Way.TEXT_SPAN, Way.ALL), Bench("keen"))

    assert len(keen.asked) == 1


def test_each_class_of_target_has_a_row_with_its_number(keen, material):
    report = run(material, _plain(6, *Way), Bench("keen"))

    assert sum(row.n_mixtures for row in report.classes) == 6
    for row in report.classes:
        assert row.name in report.text
        assert row.median_db[Way.TEXT] > 10


def test_the_table_says_how_many_mixtures_which_files_and_which_seed(material):
    report = run(material, SeparationPlan(1, Overlap.FULL, (Way.SPAN,), False), Bench(seed=4))

    assert report.text.startswith("1 mixtures of two of 3 classes")
    assert "(all files), seed 4; both sound throughout" in report.text


def test_progress_is_told_of_each_mixture(material):
    told: list[Progress] = []

    run(material, _plain(2, Way.SPAN), report=told.append)

    assert [(one.done, one.total) for one in told] == [(0, 2), (1, 2)]


def test_the_same_seed_gives_the_same_scores_and_questions(keen, material):
    once, again = (run(material, _plain(2, *Way), Bench("keen", seed=2)) for _ in range(2))

    for one, same in zip(once.rows, again.rows, strict=True):
        assert [s.ratios for s in one.scores] == [s.ratios for s in same.scores]
    half = len(keen.asked) // 2
    for one, same in zip(keen.asked[:half], keen.asked[half:], strict=True):
        assert one.prompts == same.prompts


def test_an_unknown_engine_is_refused_before_any_mixture_is_made(material):
    with pytest.raises(ModelError):
        run(material, bench=Bench("spectrum"))


def test_a_cancel_is_heard_between_mixtures(material):
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        run(material, SeparationPlan(1), Bench(cancel=token))


def test_the_baselines_keep_the_length_and_do_what_they_are_named_for(material):
    mixture = next(make_mixtures(material.sounds, 1, 3))

    estimates = {way.__name__: way(mixture) for way in (untouched, gated, ideal_ratio_mask)}

    assert {len(found) for found in estimates.values()} == {len(mixture.mix)}
    np.testing.assert_array_equal(estimates["untouched"], mixture.mix)
    inside = mixture.spans[0].to_samples(mixture.sample_rate_hz)
    np.testing.assert_array_equal(estimates["gated"][inside], mixture.mix[inside])
    assert not estimates["gated"][: inside.start].any()
    scores = {name: si_sdr_db(found, mixture.target) for name, found in estimates.items()}
    assert scores["untouched"] < scores["gated"] < scores["ideal_ratio_mask"]


def test_blind_clustering_takes_the_better_of_two_clusters(material):
    mixture = next(make_mixtures(material.sounds, 1, 3))

    found = nmf_mfcc(mixture)

    assert si_sdr_db(found, mixture.target) > si_sdr_db(mixture.mix, mixture.target)
    np.testing.assert_array_equal(found, nmf_mfcc(mixture))
