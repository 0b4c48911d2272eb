"""The whole run of DAVIS at toy size: from either kind of data to weights that the engine takes."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
import torch

from core.errors import MediaError, ModelError
from core.nn.unet import UNetConfig
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation.davis_files import find_davis
from core.separation.davis_recipes import MUSIC
from core.separation.davis_weights import load_davis
from core.training.flow_features import clip_reader
from core.training.flow_objective import FlowObjective
from core.training.flow_run import FlowRecipe, Workplace, train_flow
from core.training.trainer import TrainingConfig
from tests.core.training.bank import SAMPLE_RATE_HZ, write_data
from tests.helpers import davises
from tests.helpers.sounds import noise, tone

TOY = FlowRecipe(
    training=TrainingConfig(n_steps=2, warm_up_steps=1, falling_steps=1),
    unet=UNetConfig(
        width=8,
        multipliers=(1, 1),
        n_bins=16,
        prompt_dim=davises.DIM,
        head_dim=4,
        query_size=16,
    ),
    n_hidden=8,
    n_mixtures=1,
    validate_every_steps=2,
    n_validation_mixtures=1,
)


@pytest.fixture
def models(tmp_path) -> Path:
    """A folder of models with a CLIP that stands on its own."""
    folder = davises.install(tmp_path / "models")
    davises.move_clip_beside(folder, "davis-flow")
    return folder


@pytest.fixture
def place(models) -> Workplace:
    return Workplace(reader=clip_reader(models / "clip", MUSIC, None))


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(len(path.name)).integers(0, 255, (16, 16, 3), np.uint8)
    cv2.imwrite(str(path), pixels)


@pytest.fixture
def folders(tmp_path) -> Path:
    """Recordings by class, and pictures of some classes."""
    data = write_data(tmp_path / "data")
    for label in ("flute", "bell"):
        for n in range(2):
            picture(data / "images" / label / f"{label}{n}.jpg")
    return data


@pytest.fixture
def published(tmp_path) -> Path:
    """Films in the layout of MUSIC, one of them listed twice and one of them not there."""
    data = tmp_path / "music"
    films = {"train": ["cello/a", "flute/b", "flute/c"], "val": ["cello/d", "flute/c"]}
    for split, names in films.items():
        rows = []
        for name in names:
            sound = tone(300, 2.0) if "cello" in name else noise(2.0)
            path = data / "audio" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, sound[0], SAMPLE_RATE_HZ)
            for number in (1, 2):
                picture(data / "frames" / f"{name}.mp4" / f"{number:06d}.jpg")
            rows.append(f"/{name}.wav,/{name}.mp4,2")
        if split == "train":
            rows.append("/cello/gone.wav,/cello/gone.mp4,2")
        (data / f"{split}.csv").write_text("\n".join(rows), encoding="utf-8")
    return data


def run(data, folder, place, recipe=TOY, report=ignore, cancel=None):
    cancel = cancel or CancelToken()
    return train_flow(data, folder, recipe, place, report=report, cancel=cancel)


def losses(folder):
    lines = (folder / "losses.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_what_was_taught_is_an_engine_of_its_own(folders, tmp_path, models, place):
    network = run(folders, tmp_path / "run", place)

    written = tmp_path / "run" / "davis-flow"
    for path in (models / "davis-flow").iterdir():
        path.unlink()
    for path in written.iterdir():
        (models / "davis-flow" / path.name).write_bytes(path.read_bytes())
    files = find_davis("davis-flow", models)
    loaded = load_davis(files, "cpu")
    assert files.recipe is MUSIC
    for one, other in (
        (loaded.unet, network.unet),
        (loaded.transformer, network.frames),
    ):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
    scores = (tmp_path / "run" / "scores.jsonl").read_text("utf-8").splitlines()
    assert set(json.loads(scores[0])) == {"step", "gain", "gain_with_silence_mask"}


def test_a_stopped_run_goes_on_as_if_it_had_not_been(folders, tmp_path, place):
    cancel = CancelToken()

    def stop_after_one(progress: Progress) -> None:
        if progress == Progress("Training", 1, 2):
            cancel.cancel()

    run(folders, tmp_path / "whole", place)
    with pytest.raises(Cancelled):
        run(folders, tmp_path / "cut", place, report=stop_after_one, cancel=cancel)
    run(folders, tmp_path / "cut", place)

    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")


def test_once_seen_no_clip_is_needed_any_more(folders, tmp_path, place):
    first = replace(TOY, training=replace(TOY.training, n_steps=1))
    run(folders, tmp_path / "run", place, first)

    run(folders, tmp_path / "run", Workplace())
    again = Workplace(features=tmp_path / "run" / "features")
    run(folders, tmp_path / "other", again)

    assert losses(tmp_path / "run") == losses(tmp_path / "other")


def test_without_clip_and_features_it_is_said_what_to_give(folders, tmp_path):
    with pytest.raises(ModelError) as caught:
        run(folders, tmp_path / "run", Workplace())

    assert "--clip" in caught.value.advice


def test_diffusion_is_taught_for_the_other_engine(folders, tmp_path, place):
    recipe = replace(TOY, objective=FlowObjective("diffusion"))

    run(folders, tmp_path / "run", place, recipe)

    assert (tmp_path / "run" / "davis" / "unet_latest.safetensors").is_file()
    with pytest.raises(ModelError, match=r"objective.kind was diffusion, is flow"):
        run(folders, tmp_path / "run", place)


def test_published_splits_are_read_and_their_leaks_are_told(published, tmp_path, place):
    said: list[str] = []

    run(published, tmp_path / "run", replace(place, say=said.append))

    assert said[0].startswith("train and val share 1 films (c")
    assert said[1] == "1 of 3 films have no sound file."
    assert len(losses(tmp_path / "run")) == 2
    kept = {path.name for path in (tmp_path / "run" / "features" / "films" / "flute").iterdir()}
    assert kept == {"b.mp4.npy", "c.mp4.npy"}
    assert json.loads((tmp_path / "run/davis-flow/recipe.json").read_text("utf-8")) == {
        "trained_on": "MUSIC"
    }


def test_tables_without_sounds_are_refused(published, tmp_path, place):
    for path in (published / "audio").rglob("*.wav"):
        path.unlink()

    with pytest.raises(MediaError) as caught:
        run(published, tmp_path / "run", place)

    assert "audio" in caught.value.advice


def test_the_official_size_is_the_default():
    recipe = FlowRecipe()

    assert recipe.unet == UNetConfig()
    assert (recipe.davis.sample_rate_hz, recipe.n_samples) == (11_025, 65_535)
    ave = replace(recipe, window="AVE")
    assert (ave.davis.sample_rate_hz, ave.n_samples) == (11_000, 110_000)
    assert (ave.levels.n_rows, ave.levels.n_columns) == (256, 256)
