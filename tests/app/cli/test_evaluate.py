import json

import pytest

from app.cli.evaluation_options import read_tried, read_ways
from app.cli.root import run
from core.errors import ModelError, PromptError
from core.evaluation import scenes, separation, sweep
from core.evaluation.asking import Way
from core.evaluation.mixtures import Overlap
from core.evaluation.scenes import ScenesReport
from core.evaluation.separation_report import SeparationReport
from core.progress import Progress
from tests.core.evaluation.engines import KEEN_INFO


@pytest.fixture
def folder(tmp_path):
    for name in ("dog/one.wav", "cat/one.wav"):
        path = tmp_path / "data" / "audio" / name
        path.parent.mkdir(parents=True)
        path.touch()
    return tmp_path / "data"


@pytest.fixture
def asked(monkeypatch):
    """Every benchmark of mixtures that was asked for, instead of being run."""
    calls = []

    def measure(material, plan, bench, *, report, write):
        calls.append((material, plan, bench))
        report(Progress("Separating mixtures", 0, plan.n_mixtures))
        write("the table")
        return SeparationReport(material, bench, plan, ())

    monkeypatch.setattr(separation, "run", measure)
    return calls


def test_the_benchmark_of_mixtures_gets_what_was_asked_and_its_lines_are_printed(
    folder, asked, capsys
):
    options = "--engine spectral --count 3 --seed 7 --device cpu --by span,text --set passes=20"

    assert run(["eval", "separation", str(folder), *options.split()]) == 0

    ((material, plan, bench),) = asked
    assert (material.folder, material.part) == (folder, "all")
    assert (plan.n_mixtures, plan.ways) == (3, (Way.SPAN, Way.TEXT))
    assert plan.overlap is Overlap.PARTLY
    assert plan.has_baselines
    assert (bench.engine, bench.seed, bench.device) == ("spectral", 7, "cpu")
    assert bench.settings["passes"] == 20
    said = capsys.readouterr()
    assert said.out == "the table\n"
    assert "Separating mixtures" in said.err


def test_without_options_two_hundred_mixtures_are_asked_for_in_every_way(folder, asked):
    assert run(["eval", "separation", str(folder)]) == 0

    ((_, plan, bench),) = asked
    assert (plan.n_mixtures, plan.ways, bench.settings) == (200, tuple(Way), {})


def test_both_kinds_of_overlap_make_two_tables_and_one_file_of_figures(folder, asked, tmp_path):
    place = tmp_path / "figures.json"
    options = ["--overlap", "both", "--no-baselines", "--json", str(place)]

    assert run(["eval", "separation", str(folder), *options]) == 0

    assert [plan.overlap for _, plan, _ in asked] == [Overlap.PARTLY, Overlap.FULL]
    assert not any(plan.has_baselines for _, plan, _ in asked)
    found = json.loads(place.read_text(encoding="utf-8"))
    assert [one["overlap"] for one in found] == ["partly", "full"]


def test_figures_that_are_there_already_are_refused_before_the_run(folder, asked, tmp_path, capsys):
    place = tmp_path / "figures.json"
    place.write_text("old", encoding="utf-8")
    command = ["eval", "separation", str(folder), "--json", str(place)]

    assert run(command) == 2
    assert asked == []
    assert "--overwrite" in capsys.readouterr().err

    assert run([*command, "--overwrite"]) == 0
    assert json.loads(place.read_text(encoding="utf-8"))


def test_a_sweep_gets_a_variant_for_each_value(folder, monkeypatch):
    calls = []

    def measure(material, variants, plan, bench, *, report, write):
        calls.append((variants, plan, bench))

    monkeypatch.setattr(sweep, "run", measure)
    options = "--set passes=20,40 --set sharpness=1 --count 4 --by span"

    assert run(["eval", "sweep", str(folder), *options.split()]) == 0

    ((variants, plan, bench),) = calls
    assert [one.name for one in variants] == ["passes=40", "passes=20"]
    assert {one.settings["sharpness"] for one in variants} == {1.0}
    assert (plan.n_mixtures, plan.ways, bench.engine) == (4, (Way.SPAN,), "spectral")


def test_the_benchmark_of_scenes_likewise(tmp_path, monkeypatch, capsys):
    calls = []

    def measure(folder, bench, *, report, write):
        calls.append((folder, bench))
        write("the table")
        return ScenesReport(folder, bench, (), 0)

    monkeypatch.setattr(scenes, "run", measure)
    place = tmp_path / "figures.json"
    options = ["--seed", "2", "--set", "passes=20", "--json", str(place)]

    assert run(["eval", "scenes", str(tmp_path), *options]) == 0

    ((folder, bench),) = calls
    assert folder == tmp_path
    assert (bench.engine, bench.seed, bench.device) == ("spectral", 2, "auto")
    assert bench.settings["passes"] == 20
    assert capsys.readouterr().out == "the table\n"
    assert place.is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["separation", "nowhere"],
        ["scenes", "nowhere"],
        ["sweep", "nowhere"],
        ["separation", "data", "--engine", "spectrall"],
        ["separation", "data", "--by", "smell"],
        ["separation", "data", "--set", "speed=3"],
        ["separation", "data", "--part", "test"],
        ["sweep", "data", "--set", "passes=20,many"],
    ],
)
def test_what_cannot_be_measured_is_refused_in_plain_words(arguments, folder, capsys):
    command, place, *options = arguments

    assert run(["eval", command, str(folder.parent / place), *options]) == 2

    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Traceback" not in said


def test_ways_are_read_once_each_in_their_order():
    assert read_ways("span, all,span") == (Way.SPAN, Way.ALL)
    assert read_ways(None) == tuple(Way)
    with pytest.raises(PromptError, match="smell"):
        read_ways("text,smell")
    with pytest.raises(PromptError, match="nothing"):
        read_ways(" ")


def test_a_list_of_values_is_tried_and_a_single_one_stays():
    usual, tried = read_tried(KEEN_INFO, ["leak=0.1, 0.2", "ear=right"])

    assert usual == {"leak": 0.0, "is_deaf": False, "ear": "right"}
    assert tried == {"leak": (0.1, 0.2)}


def test_an_ablation_tries_every_switch_and_choice_that_was_not_set():
    _, tried = read_tried(KEEN_INFO, ["ear=right"], is_ablation=True)

    assert tried == {"is_deaf": (True, False)}


def test_values_out_of_bounds_are_refused():
    with pytest.raises(ModelError):
        read_tried(KEEN_INFO, ["leak=0.1,7"])
