import signal
from dataclasses import replace

import pytest

from app.cli.root import run
from core.progress import CancelToken, ignore
from core.training import mini_run, seeing_run
from core.training.mini_run import MiniRecipe, train_mini
from core.training.recipes import keep_recipe
from core.training.seeing_run import SeeingRecipe
from tests.core.training.bank import write_data
from tests.core.training.test_mini_run import TOY


@pytest.fixture
def asked(monkeypatch) -> dict:
    """What the training was asked for, in place of the training."""
    asked = {}

    def note(data, folder, recipe, *, report, cancel, device):
        asked.update(data=data, folder=folder, recipe=recipe, device=str(device))
        cancel.raise_if_cancelled()

    monkeypatch.setattr(mini_run, "train_mini", note)
    return asked


def test_training_gets_what_was_asked_for(asked, tmp_path, capsys):
    options = "--steps", "50", "--seed", "3", "--batch", "4", "--device", "cpu"

    assert run(["train", "mini", "sounds", "-o", str(tmp_path), *options]) == 0

    assert (str(asked["data"]), asked["folder"], asked["device"]) == ("sounds", tmp_path, "cpu")
    usual = MiniRecipe()
    schedule = replace(usual.training, n_steps=50, seed=3)
    assert asked["recipe"] == replace(usual, training=schedule, n_clips=4)
    assert "train export" in capsys.readouterr().out


def test_without_options_a_new_run_has_the_recipe_that_ships(asked, tmp_path):
    assert run(["train", "mini", "sounds", "-o", str(tmp_path / "new")]) == 0

    assert asked["recipe"] == MiniRecipe()


def test_without_options_a_run_goes_on_as_it_began(asked, tmp_path):
    schedule = replace(TOY.training, n_steps=1, seed=5)
    data = write_data(tmp_path / "sounds")
    train_mini(
        data,
        tmp_path / "run",
        replace(TOY, training=schedule, n_clips=3),
        report=ignore,
        cancel=CancelToken(),
    )

    assert run(["train", "mini", str(data), "-o", str(tmp_path / "run"), "--steps", "9"]) == 0

    recipe = asked["recipe"]
    assert (recipe.training.n_steps, recipe.training.seed, recipe.n_clips) == (9, 5, 3)


def test_ctrl_c_says_how_to_go_on(monkeypatch, tmp_path, capsys):
    def interrupted(*_, cancel, **__):
        signal.raise_signal(signal.SIGINT)
        cancel.raise_if_cancelled()

    monkeypatch.setattr(mini_run, "train_mini", interrupted)

    assert run(["train", "mini", "sounds", "-o", str(tmp_path)]) == 130

    assert "give the same command again" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["mini", "nowhere", "-o", "run"],
        ["mini", "nowhere", "-o", "run", "--device", "abacus"],
        ["export", "nowhere", "-o", "out"],
    ],
)
def test_what_is_not_there_is_refused_with_advice(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run(["train", *arguments]) == 2

    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_pictures_are_learnt_from_as_asked_for_or_as_the_run_began(monkeypatch, tmp_path, capsys):
    asked = []

    def note(data, folder, recipe, *, report, cancel, device):
        asked.append((str(data), folder, recipe.training.n_steps, str(device)))

    monkeypatch.setattr(seeing_run, "train_seeing", note)
    command = ["train", "pictures", "shots", "-o", str(tmp_path), "--device", "cpu"]

    assert run(command) == 0
    assert run([*command, "--steps", "7"]) == 0
    keep_recipe(tmp_path, {"training": {"n_steps": 9}})
    assert run(command) == 0

    usual = SeeingRecipe().training.n_steps
    assert asked == [("shots", tmp_path, n_steps, "cpu") for n_steps in (usual, 7, 9)]
    assert "train export" in capsys.readouterr().out


def test_a_run_on_pictures_is_shipped_as_one(monkeypatch, tmp_path, capsys):
    (tmp_path / "seeing.safetensors").write_bytes(b"")

    assert run(["train", "export", str(tmp_path), "-o", str(tmp_path / "out")]) != 0

    assert "train pictures" in capsys.readouterr().err
