"""The whole run of the small separator: kept in a folder, gone on with, never changed."""

import csv
import json
from dataclasses import replace

import pytest
import torch

from core.errors import ModelError
from core.nn.hearing import HearingConfig
from core.nn.mini import MiniNetwork
from core.nn.mini_weights import write_mini
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.training.beginnings import fingerprint
from core.training.mini_run import MiniRecipe, Stage, further_recipe, train_mini
from core.training.mixing import MixingConfig
from core.training.trainer import TrainingConfig
from tests.core.nn.test_mini import SMALL
from tests.core.training.bank import write_data

TOY = MiniRecipe(
    training=TrainingConfig(n_steps=4, warm_up_steps=1, falling_steps=2),
    stages=(
        Stage(0, MixingConfig(n_samples=15 * 256), n_clips=2, n_more_mixtures=0),
        Stage(1, MixingConfig(n_samples=15 * 256, alone_share=0.5), n_clips=2, n_more_mixtures=1),
    ),
    unet=SMALL.unet,
    hearing=SMALL.hearing,
    validate_every_steps=2,
    n_validation_batches=1,
)


def with_stage(**changes: object) -> MiniRecipe:
    first, second = TOY.stages
    return replace(TOY, stages=(replace(first, **changes), second))


def lengthened(n_steps: int) -> MiniRecipe:
    return replace(TOY, training=replace(TOY.training, n_steps=n_steps))


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "sounds")


def run(data, folder, recipe=TOY, report=ignore, cancel=None):
    return train_mini(data, folder, recipe, report=report, cancel=cancel or CancelToken())


def losses(folder):
    lines = (folder / "losses.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_a_run_leaves_all_that_it_takes_to_repeat_and_to_judge_it(data, tmp_path):
    folder = tmp_path / "run"

    network = run(data, folder)

    assert not network.training
    assert json.loads((folder / "words.json").read_text("utf-8")) == ["bell", "flute", "rain"]
    recipe = json.loads((folder / "recipe.json").read_text("utf-8"))
    assert recipe["training"]["n_steps"] == 4
    assert recipe["stages"][0]["mixing"]["n_samples"] == 15 * 256
    scores = (folder / "scores.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["step"] for line in scores] == [2, 4]
    assert len(losses(folder)) == 4
    counts = json.loads((folder / "data.json").read_text("utf-8"))
    assert sum(counts[part]["recordings"] for part in ("train", "validation", "test")) == 10
    assert set(counts["minutes_by_class"]) == {"bell", "flute", "rain"}


def test_attributions_list_what_was_learnt_from_and_nothing_else(data, tmp_path):
    run(data, tmp_path / "run")

    counts = json.loads((tmp_path / "run" / "data.json").read_text("utf-8"))
    table = (tmp_path / "run" / "ATTRIBUTIONS.csv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert len(rows) == counts["train"]["recordings"] < 10
    assert {row["licence"] for row in rows} == {"CC0-1.0"}
    assert {row["class"] for row in rows} == {"bell", "flute", "rain"}
    assert all(row["file"] == f"{row['class']}/{row['file'].split('/')[1]}" for row in rows)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(data, tmp_path):
    cancel = CancelToken()

    def stop_after_two(progress: Progress) -> None:
        if progress == Progress("Training", 2, 4):
            cancel.cancel()

    whole = run(data, tmp_path / "whole")
    with pytest.raises(Cancelled):
        run(data, tmp_path / "cut", report=stop_after_two, cancel=cancel)
    assert len(losses(tmp_path / "cut")) == 2
    resumed = run(data, tmp_path / "cut")

    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    for one, other in zip(resumed.state_dict().values(), whole.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_run_may_be_made_longer_but_is_never_changed(data, tmp_path):
    run(data, tmp_path / "run", lengthened(2))
    begun = (tmp_path / "run" / "recipe.json").read_text("utf-8")

    for other, name in (
        (with_stage(n_clips=4), r"stages.0.n_clips was 2, is 4"),
        (replace(TOY, training=replace(TOY.training, seed=1)), "training.seed was 0, is 1"),
        (with_stage(mixing=MixingConfig(15 * 256, peak=(0.2, 0.9))), "mixing.peak was"),
        (replace(TOY, hearing=HearingConfig(prompt_dim=8)), "hearing.channels was"),
    ):
        with pytest.raises(ModelError, match=name):
            run(data, tmp_path / "run", other)
    assert (tmp_path / "run" / "recipe.json").read_text("utf-8") == begun

    run(data, tmp_path / "run", lengthened(3))
    assert len(losses(tmp_path / "run")) == 3


def test_other_classes_are_another_run(data, tmp_path):
    run(data, tmp_path / "run", lengthened(1))
    (data / "audio" / "bell").rename(data / "audio" / "gong")

    with pytest.raises(ModelError, match="bell, gong"):
        run(data, tmp_path / "run", lengthened(2))


def test_a_run_may_begin_with_the_weights_of_another_one(data, tmp_path):
    weights = tmp_path / "earlier.safetensors"
    longer = replace(TOY.training, n_steps=4, learning_rate=1e-2, seed=7)
    earlier = run(data, tmp_path / "earlier", replace(TOY, training=longer))
    write_mini(earlier, weights)
    one_step = replace(TOY, training=replace(TOY.training, n_steps=1))
    recipe = replace(one_step, begun_with=fingerprint(weights))

    further = train_mini(
        data, tmp_path / "further", recipe, report=ignore, cancel=CancelToken(), begin=weights
    )
    fresh = run(data, tmp_path / "fresh", one_step)

    far = (fresh.words.weight - earlier.words.weight).abs().max()
    assert (further.words.weight - earlier.words.weight).abs().max() < far / 100


def test_a_run_that_began_with_weights_refuses_others(data, tmp_path):
    weights = tmp_path / "earlier.safetensors"
    write_mini(run(data, tmp_path / "earlier"), weights)
    recipe = replace(TOY, begun_with="0" * 64)

    with pytest.raises(ModelError) as caught:
        train_mini(
            data, tmp_path / "on", recipe, report=ignore, cancel=CancelToken(), begin=weights
        )

    assert "file that the run began with" in caught.value.advice


def test_weights_of_another_shape_are_no_beginning(data, tmp_path):
    weights = tmp_path / "earlier.safetensors"
    write_mini(run(data, tmp_path / "earlier"), weights)

    with pytest.raises(ModelError) as caught:
        train_mini(
            data,
            tmp_path / "further",
            further_recipe(weights),  # for a network of the full size
            report=ignore,
            cancel=CancelToken(),
            begin=weights,
        )

    assert "same kind of network" in caught.value.advice


def test_a_stage_without_clips_teaches_names_alone(data, tmp_path):
    naming = MixingConfig(n_samples=15 * 256)
    recipe = replace(TOY, stages=(Stage(0, naming, n_clips=0, n_more_mixtures=2),))
    folder = tmp_path / "names"

    network = run(data, folder, recipe)

    torch.manual_seed(recipe.training.seed)
    begun = MiniNetwork(network.config)
    kept = zip(network.unet.parameters(), begun.unet.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in kept)
    assert not torch.equal(network.hearing.features.weight, begun.hearing.features.weight)
