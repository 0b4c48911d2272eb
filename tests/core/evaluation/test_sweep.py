import pytest

from core.evaluation.asking import Way
from core.evaluation.material import everything_in
from core.evaluation.separation_report import SeparationPlan
from core.evaluation.sweep import one_at_a_time, run
from core.evaluation.trial import Bench
from core.progress import Cancelled, CancelToken
from tests.core.evaluation import engines
from tests.core.evaluation.recordings import write_recordings

PLAN = SeparationPlan(2, ways=(Way.TEXT, Way.SPAN, Way.PICTURE))


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    return everything_in(write_recordings(tmp_path_factory.mktemp("made"), n_each=2))


@pytest.fixture
def keen(monkeypatch):
    return engines.register(monkeypatch)


def _names(variants):
    return [one.name for one in variants]


def test_each_value_is_a_row_and_what_is_usual_comes_first_and_once():
    variants = one_at_a_time(engines.KEEN_INFO, {}, {"leak": (0.5, 0.0, 1.0)})

    assert _names(variants) == ["leak=0.0", "leak=0.5", "leak=1.0"]
    assert variants[1].settings == {"leak": 0.5, "is_deaf": False, "ear": "left"}


def test_of_several_settings_one_is_changed_at_a_time():
    tried = {"is_deaf": (True, False), "ear": ("left", "right")}

    variants = one_at_a_time(engines.KEEN_INFO, {"leak": 0.2}, tried)

    assert _names(variants) == ["as usual", "is_deaf=true", "ear=right"]
    assert [one.settings["leak"] for one in variants] == [0.2] * 3
    assert variants[2].settings["is_deaf"] is False


def test_every_variant_is_measured_on_the_same_mixtures_in_every_way(keen, material):
    variants = one_at_a_time(engines.KEEN_INFO, {}, {"leak": (0.0, 0.3, 1.0)})

    report = run(material, variants, PLAN, Bench("keen"))

    by_text = [row.rows[Way.TEXT].median() for row in report.rows]
    assert by_text[0] > by_text[1] > by_text[2] == pytest.approx(0, abs=1e-3)
    assert [list(row.rows) for row in report.rows] == [[Way.TEXT, Way.SPAN]] * 3
    assert len(keen.asked) == 2 * 3 * 2
    assert [asked.settings["leak"] for asked in keen.asked[::2]] == [0.0, 0.3, 1.0] * 2
    assert all(row.cost > 0 for row in report.rows)


def test_the_table_has_a_row_for_each_variant_and_a_column_for_each_way(keen, material):
    variants = one_at_a_time(engines.KEEN_INFO, {}, {"is_deaf": (False, True)})
    lines: list[str] = []

    report = run(material, variants, PLAN, Bench("keen", seed=3), write=lines.append)

    assert lines == [report.text]
    head, *rows = report.text.splitlines()[1:]
    assert head.split() == ["by", "text", "by", "span", "s", "per", "s"]
    assert [row.split()[0] for row in rows] == ["is_deaf=false", "is_deaf=true"]
    assert "seed 3" in report.text


def test_a_cancel_is_heard_between_mixtures(keen, material):
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        run(material, one_at_a_time(keen.info, {}, {}), PLAN, Bench("keen", cancel=token))
