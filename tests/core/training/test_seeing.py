"""A toy run learns to tell discs from bars, heeds the mask, and knows what it doesn't know."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.domain.beliefs import SURE_FROM
from core.errors import ExportError, MediaError, ModelError
from core.nn.seeing import SeeingNetwork, load_seeing
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation.seen_words import believe
from core.training.beginnings import fingerprint
from core.training.pictures_mixing import CropMixing
from core.training.pictures_variation import VariationChances
from core.training.seeing_export import export_seeing
from core.training.seeing_objective import SeeingObjective
from core.training.seeing_run import WEIGHTS_FILE, SeeingRecipe, train_seeing
from core.training.seeing_scores import Seen, best_temperature
from core.training.trainer import TrainingConfig
from tests.helpers.shapes import ground, shape, write_pictures

TOY = SeeingRecipe(
    training=TrainingConfig(
        n_steps=200, learning_rate=6e-3, warm_up_steps=10, falling_steps=100, averaging=0.9
    ),
    mixing=CropMixing(
        none_share=0.33, chances=VariationChances(0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.0, 0.1)
    ),
    objective=SeeingObjective(blended_share=0.1, is_half=False),
    side_px=24,
    early_side_px=16,
    early_steps=100,
    widths=(8, 12, 16),
    n_blocks=(1, 1),
    n_crops=24,
    validate_every_steps=100,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("data"), 14)


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[SeeingNetwork, Path]:
    place = tmp_path_factory.mktemp("run")
    torch.set_num_threads(1)
    return train_seeing(folder, place, TOY, report=ignore, cancel=CancelToken()), place


def test_it_tells_shapes_apart_that_it_never_saw(run):
    network, _ = run

    for word in ("disc", "bar"):
        beliefs = [believe(network, [shape(word, seed)]) for seed in range(100, 112)]
        assert sum(belief.best == word for belief in beliefs) >= 11


def test_it_is_unsure_of_what_is_no_shape(run):
    network, _ = run
    whole = np.ones((48, 48), np.bool_)

    beliefs = [believe(network, [(ground(seed), whole)]) for seed in range(100, 112)]

    assert sum(belief.confidence < SURE_FROM for belief in beliefs) >= 9


def test_the_place_of_the_mask_says_which_of_two_is_meant(run):
    network, _ = run
    hits = 0
    for seed in range(100, 108):
        (disc, on_disc), (bar, on_bar) = shape("disc", seed), shape("bar", seed)
        both, nothing = np.concatenate([disc, bar], 1), np.zeros_like(on_disc)
        hits += believe(network, [(both, np.concatenate([on_disc, nothing], 1))]).best == "disc"
        hits += believe(network, [(both, np.concatenate([nothing, on_bar], 1))]).best == "bar"

    assert hits >= 14


def test_the_run_leaves_its_weights_its_losses_and_its_scores(run):
    network, place = run

    kept = load_seeing(place / "seeing.safetensors")
    assert kept.config == network.config
    losses = [json.loads(line) for line in (place / "losses.jsonl").read_text().splitlines()]
    assert [row["step"] for row in losses] == list(range(1, 201))
    assert np.mean([row["loss"] for row in losses[-20:]]) < losses[0]["loss"] / 2
    looks = [json.loads(line) for line in (place / "scores.jsonl").read_text().splitlines()]
    assert [row["step"] for row in looks] == [100, 200]
    scores = json.loads((place / "seeing_scores.json").read_text())
    assert scores["pictures"] == {"train": 30, "validation": 3, "test": 9}
    assert scores["test"]["photographs top 1"] > 0.6
    assert scores["by_class"]["disc"]["photographs"] == 3
    assert json.loads((place / "recipe.json").read_text())["n_crops"] == 24


def test_a_stopped_run_goes_on_with_the_same_losses(folder, tmp_path):
    short = replace(TOY, training=replace(TOY.training, n_steps=4), n_crops=4)
    cancel = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.stage == "Training" and progress.done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        train_seeing(folder, tmp_path / "cut", short, report=stop, cancel=cancel)
    train_seeing(folder, tmp_path / "cut", short, report=ignore, cancel=CancelToken())
    train_seeing(folder, tmp_path / "whole", short, report=ignore, cancel=CancelToken())

    cut, whole = ((tmp_path / name / "losses.jsonl").read_text() for name in ("cut", "whole"))
    assert cut == whole


def test_a_run_of_other_choices_is_not_gone_on_with(folder, tmp_path):
    short = replace(TOY, training=replace(TOY.training, n_steps=1), n_crops=2)
    train_seeing(folder, tmp_path, short, report=ignore, cancel=CancelToken())

    wider = replace(short, widths=(8, 12, 20))
    with pytest.raises(ModelError, match="widths"):
        train_seeing(folder, tmp_path, wider, report=ignore, cancel=CancelToken())


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(MediaError, match="fewer than two classes"):
        train_seeing(tmp_path, tmp_path / "run", TOY, report=ignore, cancel=CancelToken())


def seen(confidences: list[list[float]], answers: list[int], drawings: list[bool]) -> Seen:
    names = ("bar", "disc", "_background")
    return Seen(
        ("bar", "disc"),
        tuple(names[answer] for answer in answers),
        np.array(drawings),
        np.array(answers),
        np.array(confidences),
    )


def test_scores_keep_photographs_drawings_and_nothing_apart():
    found = seen(
        [[0.9, 0.1, 0.0], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.3, 0.5, 0.2], [0.1, 0.1, 0.8]],
        [0, 1, 1, 1, 2],
        [False, False, False, True, False],
    )

    scores = found.scores()

    assert scores["photographs top 1"] == pytest.approx(1 / 3)
    assert scores["photographs top 3"] == 1
    assert scores["drawings top 1"] == 1
    assert scores["nothing found"] == 1
    assert scores["nothing by mistake"] == 0.25
    assert scores["photographs sure"] == pytest.approx(2 / 3)
    assert scores["photographs right when sure"] == 0.5
    assert scores["nothing, yet sure"] == 0
    assert found.by_label()["disc"] == {
        "photographs": 2, "photographs top 1": 0, "photographs top 3": 1,
        "drawings": 1, "drawings top 1": 1, "drawings top 3": 1,
    }  # fmt: skip


def test_confidence_that_comes_true_has_no_calibration_error():
    true = seen([[0.75, 0.25, 0.0]] * 4, [0, 0, 0, 1], [False] * 4)
    boast = seen([[1.0, 0.0, 0.0]] * 4, [0, 0, 0, 1], [False] * 4)

    assert true.calibration_error() == pytest.approx(0)
    assert boast.calibration_error() == pytest.approx(0.25)


def test_the_temperature_takes_back_what_was_too_sure():
    honest = np.array([[0.75, 0.2, 0.05]] * 20)
    answers = [0] * 15 + [1] * 4 + [2]
    twice = honest**2 / (honest**2).sum(1, keepdims=True)

    assert best_temperature(seen(honest.tolist(), answers, [False] * 20)) == pytest.approx(1, 0.05)
    assert best_temperature(seen(twice.tolist(), answers, [False] * 20)) == pytest.approx(2, 0.05)


def test_a_finished_run_becomes_the_files_that_ship(run, tmp_path):
    network, place = run

    files = export_seeing(place, tmp_path / "out")

    assert sorted(path.name for path in files) == [
        "ATTRIBUTIONS_PICTURES.csv",
        "SEEING.md",
        "seeing.safetensors",
        "seeing_curve.json",
        "seeing_curve.png",
        "seeing_recipe.json",
    ]
    assert load_seeing(tmp_path / "out" / "seeing.safetensors").config == network.config
    curve = json.loads((tmp_path / "out" / "seeing_curve.json").read_text(encoding="utf-8"))
    assert curve["losses"][-1]["step"] == 200
    assert (tmp_path / "out" / "seeing_curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_card_tells_the_figures_of_the_run(run, tmp_path):
    network, place = run

    export_seeing(place, tmp_path)

    card = (tmp_path / "SEEING.md").read_text(encoding="utf-8")
    test = json.loads((place / "seeing_scores.json").read_text())["test"]
    assert f"| right | {100 * test['photographs top 1']:.0f} % | 0 % |" in card
    assert f"| temperature | {network.config.temperature:.2f}" in card
    assert "| disc | 3 |" in card
    assert "| test | 9 |" in card
    assert "| unknown | 42 |" in card  # nobody said whose pictures these are
    assert "200 steps of 24 crops" in card


def test_an_unfinished_run_is_not_shipped(run, tmp_path):
    _, place = run
    (tmp_path / "recipe.json").write_bytes((place / "recipe.json").read_bytes())

    with pytest.raises(ModelError, match=r"lacks seeing\.safetensors") as caught:
        export_seeing(tmp_path, tmp_path / "out")

    assert "all steps" in caught.value.advice
    assert not (tmp_path / "out").exists()


def test_files_that_ship_are_not_replaced_without_being_asked(run, tmp_path):
    _, place = run
    export_seeing(place, tmp_path)

    with pytest.raises(ExportError):
        export_seeing(place, tmp_path)

    assert len(export_seeing(place, tmp_path, may_overwrite=True)) == 6


def test_a_run_may_begin_with_the_weights_of_another_one(run, folder, tmp_path):
    weights = run[1] / WEIGHTS_FILE
    short = replace(TOY, training=replace(TOY.training, n_steps=1, learning_rate=1e-9), n_crops=4)
    recipe = replace(short, begun_with=fingerprint(weights))

    further = train_seeing(
        folder, tmp_path, recipe, report=ignore, cancel=CancelToken(), begin=weights
    )

    # Half precision lies between the two runs.
    torch.testing.assert_close(further.out.weight, run[0].out.weight, rtol=2e-3, atol=1e-4)
    with pytest.raises(ModelError, match="not the file"):
        train_seeing(
            folder,
            tmp_path / "other",
            replace(short, begun_with="0" * 64),
            report=ignore,
            cancel=CancelToken(),
            begin=weights,
        )
