"""Training learns, can be watched and stopped, and goes on exactly where it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.errors import EngineError, ModelError
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.training.trainer import Trainer, TrainingConfig, train

CONFIG = TrainingConfig(n_steps=8, learning_rate=1e-2, warm_up_steps=2)


def fit_a_line(network: nn.Module, step: int, generator: torch.Generator) -> Tensor:
    x = torch.randn(16, 3, generator=generator)
    return (network(x) - x.sum(1, keepdim=True) - step * 1e-4).abs().mean()


def trainer(config: TrainingConfig = CONFIG) -> Trainer[nn.Linear]:
    torch.manual_seed(0)
    return Trainer(nn.Linear(3, 1), fit_a_line, config)


def losses(folder: Path) -> list[tuple[int, float]]:
    lines = (folder / "losses.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["step"], row["loss"]) for row in map(json.loads, lines)]


def test_it_learns():
    config = TrainingConfig(
        80, learning_rate=6e-2, warm_up_steps=5, falling_steps=20, averaging=0.9
    )
    learner = trainer(config)

    seen = [learner.take_step() for _ in range(20)]
    x = torch.randn(100, 3, generator=torch.Generator().manual_seed(1))
    for _ in range(60):
        learner.take_step()

    off = (learner.averaged(x) - x.sum(1, keepdim=True)).abs().mean()
    assert off < min(seen)


def test_a_run_that_was_cut_gives_the_losses_of_one_that_was_not(tmp_path):
    whole, first, second = trainer(), trainer(), trainer()
    uncut = [whole.take_step() for _ in range(8)]

    before = [first.take_step() for _ in range(3)]
    first.save(tmp_path / "checkpoint.pt")
    second.load(tmp_path / "checkpoint.pt")
    after = [second.take_step() for _ in range(5)]

    assert before + after == uncut
    torch.testing.assert_close(second.averaged.weight, whole.averaged.weight, rtol=0, atol=0)


def test_a_stopped_run_is_saved_and_goes_on_without_a_gap(tmp_path):
    cancel, seen = CancelToken(), []

    def watch(progress: Progress) -> None:
        seen.append(progress.done)
        if progress.done == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        train(trainer(), tmp_path, report=watch, cancel=cancel)
    train(trainer(), tmp_path, report=watch, cancel=CancelToken())

    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    uncut = trainer()
    assert losses(tmp_path) == [(step, uncut.take_step()) for step in range(1, 9)]


def test_losses_of_steps_that_are_taken_again_are_not_told_twice(tmp_path):
    """As after a power cut: the log is ahead of the checkpoint."""
    learner = trainer()
    for _ in range(2):
        learner.take_step()
    learner.save(tmp_path / "checkpoint.pt")
    rows = [json.dumps({"step": step, "loss": 9.0}) for step in range(1, 6)]
    (tmp_path / "losses.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")

    train(trainer(), tmp_path, report=ignore, cancel=CancelToken())

    assert [step for step, _ in losses(tmp_path)] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_checkpoints_are_written_every_few_minutes(tmp_path):
    clock = iter(range(0, 10_000, 50))
    written: list[int] = []

    def watch(progress: Progress) -> None:
        if (tmp_path / "checkpoint.pt").is_file():
            written.append(int(progress.done))

    train(
        trainer(),
        tmp_path,
        report=watch,
        cancel=CancelToken(),
        save_every_s=120,
        now=lambda: next(clock),
    )

    assert written[0] == 4  # 50 s a step, so the first is due after the third


def test_a_checkpoint_of_something_else_is_refused_with_advice(tmp_path):
    trainer().save(tmp_path / "checkpoint.pt")

    with pytest.raises(ModelError, match="was made under"):
        trainer(replace(CONFIG, learning_rate=1.0)).load(tmp_path / "checkpoint.pt")
    with pytest.raises(ModelError, match="doesn't fit"):
        Trainer(nn.Linear(4, 1), fit_a_line, CONFIG).load(tmp_path / "checkpoint.pt")


def test_a_loss_that_is_not_finite_stops_before_it_spoils_the_weights():
    torch.manual_seed(0)
    network = nn.Linear(3, 1)
    before = network.weight.detach().clone()
    learner = Trainer(network, lambda net, _step, _g: net.weight.sum() * torch.nan, CONFIG)

    with pytest.raises(EngineError, match="step 0"):
        learner.take_step()

    assert torch.equal(network.weight, before)


def test_the_rate_rises_and_then_falls():
    config = TrainingConfig(n_steps=1000, learning_rate=1.0, warm_up_steps=100)
    rates = [config.rate_at(step) for step in range(1000)]

    assert rates[0] == pytest.approx(0.01)
    assert 80 <= rates.index(max(rates)) <= 100
    assert rates[-1] == pytest.approx(0.02)


def test_until_it_falls_the_rate_does_not_know_how_long_the_run_will_be():
    short, long = (TrainingConfig(n_steps=n, falling_steps=100) for n in (500, 900))

    assert [short.rate_at(n) for n in range(400)] == [long.rate_at(n) for n in range(400)]


def test_a_run_may_be_made_longer(tmp_path):
    trainer().save(tmp_path / "checkpoint.pt")
    longer = trainer(replace(CONFIG, n_steps=20))

    longer.load(tmp_path / "checkpoint.pt")

    assert longer.config.n_steps == 20
