import pytest

from app.cli.root import run
from core.evaluation import scenes, separation


def test_the_benchmark_of_mixtures_gets_what_was_asked_and_its_lines_are_printed(
    tmp_path, monkeypatch, capsys
):
    asked = {}

    def measure(folder, engine, *, n_mixtures, bench, seed, write):
        asked.update(folder=folder, engine=engine, n=n_mixtures, seed=seed, device=bench.device)
        write("a mixture")
        write("the table")

    monkeypatch.setattr(separation, "run", measure)
    options = "--engine", "spectral", "--count", "3", "--seed", "7", "--device", "cpu"

    assert run(["eval", "separation", str(tmp_path), *options]) == 0

    assert asked == {"folder": tmp_path, "engine": "spectral", "n": 3, "seed": 7, "device": "cpu"}
    assert capsys.readouterr().out == "a mixture\nthe table\n"


def test_the_benchmark_of_scenes_likewise(tmp_path, monkeypatch, capsys):
    asked = {}

    def measure(folder, engine, *, bench, seed, write):
        asked.update(folder=folder, engine=engine, seed=seed, device=bench.device)
        write("the table")

    monkeypatch.setattr(scenes, "run", measure)

    assert run(["eval", "scenes", str(tmp_path), "--seed", "2"]) == 0

    assert asked == {"folder": tmp_path, "engine": "spectral", "seed": 2, "device": "auto"}
    assert capsys.readouterr().out == "the table\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["separation", "nowhere"],
        ["scenes", "nowhere"],
        ["separation", ".", "--engine", "spectrall"],
    ],
)
def test_folders_without_recordings_and_unknown_engines_are_refused(arguments, tmp_path, capsys):
    command, folder, *options = arguments

    assert run(["eval", command, str(tmp_path / folder), *options]) == 2

    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Traceback" not in said
