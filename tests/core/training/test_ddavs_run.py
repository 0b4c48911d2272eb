import json
from dataclasses import replace

import pytest
import torch

from core.errors import ModelError
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import read_ddavs
from core.progress import Cancelled, CancelToken, ignore
from core.training.ddavs_run import (
    DdavsMaterial,
    DdavsPlace,
    DdavsRecipe,
    ddavs_trainer,
    paper_recipe,
    small_recipe,
    tiny_recipe,
    train_ddavs,
)
from core.training.ddavs_start import BankRecipe
from core.training.ddavs_validation import DdavsValidation, held_out
from core.training.sounding_batch import SoundingBatch
from core.training.trainer import TrainingConfig
from tests.core.training.scenes import Squares

TOY = replace(
    tiny_recipe(),
    training=TrainingConfig(n_steps=4, learning_rate=2e-3, warm_up_steps=1, falling_steps=1),
    n_frames=2,
    bank=BankRecipe(n_clusters=2, n_clips=3),
    validate_every_steps=2,
    n_validation_frames=2,
)
MATERIAL = DdavsMaterial(Squares(), Squares(), Squares())


def trained(folder, recipe: DdavsRecipe = TOY, cancel: CancelToken | None = None) -> Ddavs:
    return train_ddavs(
        MATERIAL, folder, recipe, DdavsPlace(), report=ignore, cancel=cancel or CancelToken()
    )


def losses(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "losses.jsonl").read_text().splitlines()]


def test_a_run_leaves_weights_scores_and_its_bank(tmp_path):
    network = trained(tmp_path)

    again, words = read_ddavs(tmp_path / "ddavs.safetensors")
    assert words == Squares.words
    assert again.config == network.config
    assert (network.config.n_words, network.config.n_prototypes) == (4, 8)
    assert sorted(network.queries.bank.classes.tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    scores = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    assert [one["step"] for one in scores] == [2, 4]
    assert set(scores[0]) == {"step", "iou", "iou_shuffled", "false_area"}


def test_a_cancelled_run_goes_on_exactly(tmp_path):
    cancel = CancelToken()

    def report(progress) -> None:
        if progress.done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        train_ddavs(MATERIAL, tmp_path / "cut", TOY, DdavsPlace(), report=report, cancel=cancel)
    rest, whole = trained(tmp_path / "cut"), trained(tmp_path / "whole")

    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(rest.state_dict()[name], value, rtol=0, atol=0)


def test_a_run_of_other_choices_is_not_gone_on_with(tmp_path):
    trained(tmp_path)

    with pytest.raises(ModelError, match="injected"):
        trained(tmp_path, replace(TOY, network=replace(TOY.network, injected=(1,))))


def test_without_sounds_of_one_class_there_is_no_bank(tmp_path):
    material = replace(MATERIAL, singles=None, held_out=None)

    network = train_ddavs(
        material, tmp_path, TOY, DdavsPlace(), report=ignore, cancel=CancelToken()
    )

    assert network.queries.bank is None


class OneBatch(Squares):
    """The same few pictures again and again."""

    def batch(self, number: int, n: int) -> SoundingBatch:
        return super().batch(0, n)


def test_what_is_shown_again_and_again_is_learnt():
    schedule = TrainingConfig(n_steps=100, learning_rate=5e-3, warm_up_steps=1, falling_steps=1)
    torch.manual_seed(0)
    trainer = ddavs_trainer(Ddavs(TOY.network), OneBatch(), replace(TOY, training=schedule))

    losses = [trainer.take_step() for _ in range(12)]

    assert losses[-1] < 0.85 * losses[0]


def test_validation_tells_a_listener_from_a_looker():
    batch = Squares().batch(0, 6)

    class Listener(torch.nn.Module):
        """Knows the truth by the sound it goes with."""

        def __init__(self) -> None:
            super().__init__()
            self.head = torch.nn.Conv2d(1, 1, 1)

        def forward(self, frames, waves):
            owners = [(batch.waves == one).all(1).nonzero()[0, 0] for one in waves]
            return _Said(batch.masks[torch.stack(owners)])

    scores = DdavsValidation([batch]).scores(Listener())

    assert scores["iou"] == 1
    assert scores["iou_shuffled"] < 0.5
    assert scores["false_area"] == 0


class _Said:
    def __init__(self, masks: torch.Tensor) -> None:
        self.masks = masks

    def sounding(self, size: tuple[int, int]) -> torch.Tensor:
        return self.masks


def test_scenes_that_are_held_out_stay_the_same():
    first, again = (held_out(Squares(), 2, 3).batches for _ in range(2))

    assert [len(one.frames) for one in first] == [3, 3]
    torch.testing.assert_close(first[1].frames, again[1].frames)


def test_the_papers_recipe_is_what_its_section_4_1_says():
    recipe = paper_recipe()

    assert recipe.training.learning_rate == 1e-4
    assert recipe.n_frames * 8 == 64
    assert (recipe.network.injected, recipe.network.n_queries) == ((3, 4), 5)
    assert small_recipe() == DdavsRecipe()
