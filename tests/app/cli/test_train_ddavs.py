from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.root import run
from core.training import ddavs_material, ddavs_run
from core.training.ddavs_run import paper_recipe, small_recipe, tiny_recipe
from core.training.recipes import keep_recipe
from tests.app.cli.test_main import modules_after


@pytest.fixture
def asked(monkeypatch) -> dict:
    """What the training was asked for, in place of the training."""
    asked = {}

    def opened(data, cache, *, side_px, seed, report, cancel):
        asked.update(data=str(data), cache=cache, seed=seed)
        return "material"

    def note(material, folder, recipe, place, *, report, cancel):
        asked.update(material=material, folder=folder, recipe=recipe, place=place)

    monkeypatch.setattr(ddavs_material, "open_material", opened)
    monkeypatch.setattr(ddavs_run, "train_ddavs", note)
    return asked


def test_without_options_it_is_what_ships_begun_with_the_bundled_weights(asked, tmp_path, capsys):
    assert run(["train", "ddavs", "films", "-o", str(tmp_path), "--device", "cpu"]) == 0

    assert asked["recipe"] == small_recipe()
    assert asked["cache"] == tmp_path / "cache"
    assert (asked["place"].pretrained.bundled / "seeing.safetensors").is_file()
    assert "ddavs.safetensors" in capsys.readouterr().out


def test_the_papers_network_begins_with_published_encoders(asked, tmp_path):
    options = "--size", "paper", "--mit", "here", "--htsat", "there", "--semantic"

    assert run(["train", "ddavs", "avss", "-o", str(tmp_path), *options]) == 0

    usual = paper_recipe()
    assert asked["recipe"] == replace(usual, network=replace(usual.network, n_classes=2))
    pretrained = asked["place"].pretrained
    assert (pretrained.bundled, pretrained.visual) == (None, Path("here"))
    assert pretrained.audio == Path("there")


def test_what_tables_3_and_4_vary_can_be_asked_for(asked, tmp_path):
    options = (
        *("--size", "tiny", "--without", "aqm", "--without", "avam", "--inject", "4, 1"),
        *("--side", "96", "--steps", "9", "--seed", "4", "--batch", "3", "--full"),
    )

    assert run(["train", "ddavs", "films", "-o", str(tmp_path), *options]) == 0

    recipe, usual = asked["recipe"], tiny_recipe()
    assert recipe.network == replace(
        usual.network, injected=(1, 4), has_queries=False, has_alignment=False
    )
    assert recipe.objective == replace(usual.objective, contrast=0.0, is_half=False)
    assert (recipe.training.n_steps, recipe.training.seed, recipe.n_frames) == (9, 4, 3)
    assert (recipe.side_px, asked["seed"]) == (96, 4)


def test_com_and_the_bank_can_be_left_out(asked, tmp_path):
    options = "--without", "com", "--without", "bank", "--from-nothing"

    assert run(["train", "ddavs", "films", "-o", str(tmp_path), *options]) == 0

    assert (asked["recipe"].objective.contrast, asked["recipe"].bank.n_clusters) == (0, 0)
    assert asked["place"].pretrained.bundled is None


def test_a_run_goes_on_with_its_own_steps_and_batch(asked, tmp_path):
    keep_recipe(tmp_path, {"training": {"n_steps": 7, "seed": 3}, "n_frames": 5})

    assert run(["train", "ddavs", "films", "-o", str(tmp_path)]) == 0

    recipe = asked["recipe"]
    assert (recipe.training.n_steps, recipe.training.seed, recipe.n_frames) == (7, 3, 5)


@pytest.mark.parametrize(
    ("options", "said"), [(["--inject", "5"], "1,2,3,4"), (["--side", "100"], "96")]
)
def test_what_can_not_be_is_refused_with_advice(asked, tmp_path, capsys, options, said):
    assert run(["train", "ddavs", "films", "-o", str(tmp_path), *options]) == 2

    assert said in capsys.readouterr().err
    assert "recipe" not in asked


def test_a_folder_that_holds_nothing_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run(["train", "ddavs", "nowhere", "-o", "run", "--device", "cpu"]) == 2

    assert capsys.readouterr().err.startswith("Error: ")
    assert not list(tmp_path.iterdir())


def test_the_command_is_explained_without_loading_networks():
    loaded = modules_after("from app.cli.root import run\nrun(['train', 'ddavs', '--help'])")

    assert not loaded & {"torch", "transformers", "PySide6", "cv2"}
