"""What ships of a run: weights that load, and figures, attributions and a card that fit them."""

import json
import shutil

import cv2
import pytest
import torch

from core.errors import ExportError, ModelError
from core.nn.mini_weights import read_mini
from core.progress import CancelToken, ignore
from core.training.mini_export import export_mini
from core.training.mini_run import train_mini
from tests.core.training.bank import write_data
from tests.core.training.test_mini_run import TOY


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """A run at toy size, and the network it gave."""
    place = tmp_path_factory.mktemp("taught")
    data, folder = write_data(place / "sounds"), place / "run"
    return folder, train_mini(data, folder, TOY, report=ignore, cancel=CancelToken())


def test_the_weights_are_the_averaged_ones_and_load(taught, tmp_path):
    folder, averaged = taught

    export_mini(folder, tmp_path)

    network = read_mini(tmp_path / "mini.safetensors")
    assert network.config == averaged.config
    for one, other in zip(
        network.state_dict().values(), averaged.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_the_file_of_weights_says_how_it_was_made(taught, tmp_path):
    from safetensors import safe_open

    export_mini(taught[0], tmp_path)

    with safe_open(tmp_path / "mini.safetensors", framework="pt") as file:
        about = file.metadata()
    assert json.loads(about["words"]) == ["bell", "flute", "rain"]
    assert (about["step"], about["seed"]) == ("4", "0")
    assert json.loads(about["recipe"])["stages"][0]["n_clips"] == 2


def test_the_curve_the_recipe_and_the_attributions_are_those_of_the_run(taught, tmp_path):
    folder, _ = taught

    written = export_mini(folder, tmp_path)

    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()}
    curve = json.loads((tmp_path / "curve.json").read_text("utf-8"))
    assert [row["step"] for row in curve["losses"]] == [1, 2, 3, 4]
    assert [row["step"] for row in curve["scores"]] == [2, 4]
    for name in ("recipe.json", "ATTRIBUTIONS.csv"):
        assert (tmp_path / name).read_text("utf-8") == (folder / name).read_text("utf-8")
    picture = cv2.imread(str(tmp_path / "curve.png"))
    assert picture.shape == (600, 800, 3)


def test_the_card_tells_data_licences_figures_and_the_command(taught, tmp_path):
    folder, _ = taught
    export_mini(folder, tmp_path)

    card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")

    scores = json.loads((folder / "scores.jsonl").read_text("utf-8").splitlines()[-1])
    assert f"| a word | {scores['text']:.1f} |".replace("-", "−") in card
    data = json.loads((folder / "data.json").read_text("utf-8"))
    assert f"| CC0-1.0 | {data['train']['recordings']} |" in card
    assert "train mini DATA -o FOLDER --steps 4 --seed 0" in card
    assert "less than a minute to learn from: bell, flute, rain" in card
    assert "{" not in card


def test_nothing_is_replaced_without_being_told_to(taught, tmp_path):
    (tmp_path / "curve.png").write_bytes(b"mine")

    with pytest.raises(ExportError):
        export_mini(taught[0], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["curve.png"]
    assert (tmp_path / "curve.png").read_bytes() == b"mine"

    export_mini(taught[0], tmp_path, may_overwrite=True)
    assert (tmp_path / "curve.png").read_bytes() != b"mine"


def test_a_folder_that_lacks_its_attributions_is_refused(taught, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("checkpoint.pt", "words.json", "recipe.json"):
        (folder / name).write_bytes((taught[0] / name).read_bytes())

    with pytest.raises(ModelError, match=r"ATTRIBUTIONS.csv and data.json"):
        export_mini(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_card_of_a_run_that_began_with_weights_says_how_to_make_those(taught, tmp_path):
    folder, _ = taught
    begun = tmp_path / "begun"
    shutil.copytree(folder, begun)
    recipe = json.loads((begun / "recipe.json").read_text("utf-8"))
    (begun / "recipe.json").write_text(json.dumps({**recipe, "begun_with": "ab" * 32}), "utf-8")

    export_mini(begun, tmp_path / "out")

    card = (tmp_path / "out" / "MODEL_CARD.md").read_text("utf-8")
    assert "train mini DATA -o FIRST\n" in card
    assert "--begin FIRST/ready/mini.safetensors --steps 4" in card
