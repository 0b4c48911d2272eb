import json
from dataclasses import replace

import pytest

from core.errors import ExportError
from core.evaluation import separation, sweep
from core.evaluation.asking import Way
from core.evaluation.figures import figures, write_figures
from core.evaluation.material import everything_in
from core.evaluation.scenes import ScenesReport
from core.evaluation.separation_report import SeparationPlan
from core.evaluation.tables import Refusal, Row
from core.evaluation.trial import Bench
from tests.core.evaluation import engines
from tests.core.evaluation.recordings import write_recordings

BENCH = Bench("keen", seed=5, settings={"leak": 0.1})


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    found = everything_in(write_recordings(tmp_path_factory.mktemp("made"), n_each=2))
    return replace(found, part="test", left_out=("mute",))


@pytest.fixture
def _keen(monkeypatch):
    engines.register(monkeypatch)


@pytest.mark.usefixtures("_keen")
def test_the_figures_of_a_separation_say_what_was_measured_and_every_number(material, tmp_path):
    plan = SeparationPlan(2, ways=(Way.TEXT, Way.NONE), has_baselines=False)
    report = separation.run(material, plan, BENCH)

    write_figures(tmp_path / "figures.json", [report])

    (found,) = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert found["benchmark"] == "separation"
    assert (found["engine"], found["seed"], found["settings"]) == ("keen", 5, {"leak": 0.1})
    assert (found["part"], found["classes_left_out"], found["overlap"]) == (
        "test",
        ["mute"],
        "partly",
    )
    by_text, by_none = found["rows"]
    assert (by_text["name"], by_text["n"]) == ("keen by text", 2)
    assert by_text["median_db"]["SI-SDRi"] == pytest.approx(report.rows[0].median(), abs=1e-3)
    assert (by_none["n_refused"], by_none["refused_because"]) == (2, "there is no prompt")
    assert by_none["median_db"]["SDR"] is None
    assert [one["target"] for one in found["mixtures"]] == [
        one.target_class for one in report.outcomes
    ]
    assert {one["name"] for one in found["classes"]} <= {"beep", "hiss", "horn"}
    assert str(material.folder) not in json.dumps(found)


@pytest.mark.usefixtures("_keen")
def test_the_figures_of_a_sweep_have_every_variant(material):
    variants = sweep.one_at_a_time(engines.KEEN_INFO, {}, {"is_deaf": (False, True)})
    report = sweep.run(material, variants, SeparationPlan(1, ways=(Way.TEXT,)), BENCH)

    found = json.loads(json.dumps(figures(report)))

    assert [one["name"] for one in found["variants"]] == ["is_deaf=false", "is_deaf=true"]
    assert found["variants"][1]["settings"]["is_deaf"] is True
    assert found["variants"][0]["ways"]["text"]["n"] == 1


def test_the_figures_of_scenes_have_every_row(tmp_path):
    report = ScenesReport(tmp_path, BENCH, (Row("made: text", (), (Refusal("no"),)),), 3)

    found = figures(report)

    assert (found["benchmark"], found["n_scenes"]) == ("scenes", 3)
    assert found["rows"][0]["refused_because"] == "no"


def test_figures_that_are_there_already_stay_unless_said_otherwise(tmp_path):
    report = ScenesReport(tmp_path, BENCH, (), 3)
    path = tmp_path / "figures.json"
    path.write_text("old", encoding="utf-8")

    with pytest.raises(ExportError):
        write_figures(path, [report])
    assert path.read_text(encoding="utf-8") == "old"

    write_figures(path, [report], may_overwrite=True)
    assert json.loads(path.read_text(encoding="utf-8"))[0]["n_scenes"] == 3
