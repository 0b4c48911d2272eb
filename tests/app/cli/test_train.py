import hashlib
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.root import run
from core.progress import CancelToken, ignore
from core.training import flow_run, mini_run, seeing_run
from core.training.flow_mixing import FlowMixing
from core.training.flow_objective import FlowObjective
from core.training.flow_run import FlowRecipe
from core.training.mini_run import MiniRecipe, further_recipe, train_mini
from core.training.recipes import keep_recipe
from core.training.seeing_run import SeeingRecipe
from tests.app.cli.test_main import modules_after
from tests.core.training.bank import write_data
from tests.core.training.test_mini_run import TOY


@pytest.fixture
def asked(monkeypatch) -> dict:
    """What the training was asked for, in place of the training."""
    asked = {}

    def note(data, folder, recipe, *, report, cancel, device, begin):
        asked.update(data=data, folder=folder, recipe=recipe, device=str(device), begin=begin)
        cancel.raise_if_cancelled()

    monkeypatch.setattr(mini_run, "train_mini", note)
    return asked


def test_training_gets_what_was_asked_for(asked, tmp_path, capsys):
    options = "--steps", "50", "--seed", "3", "--device", "cpu"

    assert run(["train", "mini", "sounds", "-o", str(tmp_path), *options]) == 0

    assert (str(asked["data"]), asked["folder"], asked["device"]) == ("sounds", tmp_path, "cpu")
    usual = MiniRecipe()
    schedule = replace(usual.training, n_steps=50, seed=3)
    assert asked["recipe"] == replace(usual, training=schedule)
    assert "train export" in capsys.readouterr().out


def test_without_options_a_new_run_has_the_recipe_that_ships(asked, tmp_path):
    assert run(["train", "mini", "sounds", "-o", str(tmp_path / "new")]) == 0

    assert asked["recipe"] == MiniRecipe()


def test_a_run_that_begins_with_weights_remembers_which(asked, tmp_path):
    weights = tmp_path / "mini.safetensors"
    weights.write_bytes(b"weights")

    assert run(["train", "mini", "s", "-o", str(tmp_path / "new"), "--begin", str(weights)]) == 0

    assert asked["begin"] == weights
    assert asked["recipe"] == further_recipe(weights)
    assert asked["recipe"].begun_with == hashlib.sha256(b"weights").hexdigest()


def test_without_options_a_run_goes_on_as_it_began(asked, tmp_path):
    schedule = replace(TOY.training, n_steps=1, seed=5)
    data = write_data(tmp_path / "sounds")
    train_mini(
        data,
        tmp_path / "run",
        replace(TOY, training=schedule),
        report=ignore,
        cancel=CancelToken(),
    )

    assert run(["train", "mini", str(data), "-o", str(tmp_path / "run"), "--steps", "9"]) == 0

    recipe = asked["recipe"]
    assert (recipe.training.n_steps, recipe.training.seed) == (9, 5)


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

    def note(data, folder, recipe, *, report, cancel, device, begin):
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


@pytest.fixture
def asked_flow(monkeypatch) -> dict:
    asked = {}

    def note(data, folder, recipe, place, *, report, cancel):
        asked.update(data=data, folder=folder, recipe=recipe, place=place)

    monkeypatch.setattr(flow_run, "train_flow", note)
    return asked


def test_the_large_network_is_trained_as_the_options_say(asked_flow, tmp_path, capsys):
    options = (
        *("--objective", "diffusion", "--window", "ave", "--no-end-term", "--sources", "3"),
        *("--silences", "0.2", "--words", "0.1", "--at-once", "2", "--features", "here"),
        *("--steps", "9", "--seed", "4", "--batch", "6", "--device", "cpu"),
    )

    assert run(["train", "flow", "films", "-o", str(tmp_path), *options]) == 0

    recipe, usual = asked_flow["recipe"], FlowRecipe()
    assert recipe == replace(
        usual,
        training=replace(usual.training, n_steps=9, seed=4),
        window="AVE",
        mixing=FlowMixing(3, silence_share=0.2),
        objective=FlowObjective("diffusion", has_end_term=False),
        n_mixtures=6,
        clips_at_once=2,
        word_share=0.1,
    )
    assert asked_flow["place"].features == Path("here")
    assert asked_flow["place"].reader is None
    assert str(tmp_path / "davis") in capsys.readouterr().out


def test_without_options_it_is_the_official_recipe(asked_flow, tmp_path):
    assert run(["train", "flow", "films", "-o", str(tmp_path)]) == 0

    assert asked_flow["recipe"] == FlowRecipe()


def test_a_folder_that_holds_no_clip_is_refused(asked_flow, tmp_path, capsys):
    options = "--clip", str(tmp_path), "--device", "cpu"

    assert run(["train", "flow", "films", "-o", str(tmp_path / "run"), *options]) == 2

    assert "config.json" in capsys.readouterr().err


def test_training_commands_are_explained_without_loading_networks():
    loaded = modules_after("from app.cli.root import run\nrun(['train', 'flow', '--help'])")

    assert not loaded & {"torch", "PySide6", "cv2"}
