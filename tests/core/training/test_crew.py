"""Several processes teach one network as one would with all their mixtures."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from core.errors import EngineError, ModelError
from core.progress import Cancelled, CancelToken, ignore
from core.training.crew import Accelerated, Alone, any_of
from core.training.trainer import Trainer, TrainingConfig, train

CONFIG = TrainingConfig(n_steps=3, learning_rate=1e-2, warm_up_steps=1)


class Table:
    """Where two threads lay down their numbers and take up the mean."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=60)
        self.laid: dict[int, list[Tensor]] = {}


class Seat:
    """One of two, in threads instead of processes."""

    size = 2
    device = None

    def __init__(self, table: Table, place: int) -> None:
        self.table, self.place = table, place

    def average(self, tensors: Sequence[Tensor]) -> None:
        self.table.laid[self.place] = [tensor.clone() for tensor in tensors]
        self.table.barrier.wait()
        means = [torch.stack(both).mean(0) for both in zip(*self.table.laid.values(), strict=True)]
        self.table.barrier.wait()
        for tensor, mean in zip(tensors, means, strict=True):
            tensor.copy_(mean)


def network() -> nn.Linear:
    made = nn.Linear(3, 1)
    # Not by torch's one seed for all, which two threads would set and use at the same time.
    nn.init.normal_(made.weight, generator=torch.Generator().manual_seed(0))
    nn.init.zeros_(made.bias)
    return made


def batch(number: int) -> Tensor:
    return torch.randn(8, 3, generator=torch.Generator().manual_seed(number))


def error(net: nn.Module, x: Tensor) -> Tensor:
    return (net(x) - x.sum(1, keepdim=True)).square().mean()


def together(work) -> list:
    """Return what both threads return or raise."""
    table, outcomes = Table(), [None, None]

    def run(place: int) -> None:
        try:
            outcomes[place] = work(Seat(table, place))
        except (Cancelled, EngineError) as raised:
            outcomes[place] = raised

    threads = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def trainer(crew=None, loss=lambda net, number, _chance: error(net, batch(number))):
    return Trainer(network(), loss, CONFIG, crew)


def test_two_take_the_step_that_one_would_with_all_mixtures():
    def taught(seat):
        learner = trainer(seat)
        losses = [learner.take_step() for _ in range(3)]
        return learner.network.weight.detach(), losses

    (one, its_losses), (other, other_losses) = together(taught)

    def of_both(net, number, _chance):
        return (error(net, batch(2 * number)) + error(net, batch(2 * number + 1))) / 2

    alone = trainer(loss=of_both)
    losses = [alone.take_step() for _ in range(3)]
    assert torch.equal(one, other)
    assert its_losses == other_losses == pytest.approx(losses)
    torch.testing.assert_close(one, alone.network.weight.detach())


def test_parts_of_a_loss_are_learnt_from_one_after_the_other():
    def in_parts(net, number, _chance):
        yield error(net, batch(number)[:4]) / 2
        yield error(net, batch(number)[4:]) / 2

    whole, parts = trainer(), trainer(loss=in_parts)

    assert [whole.take_step() for _ in range(3)] == pytest.approx(
        [parts.take_step() for _ in range(3)]
    )
    torch.testing.assert_close(whole.network.weight, parts.network.weight)


def test_only_the_first_writes_and_both_stop_when_one_is_stopped(tmp_path):
    def stopped(seat):
        folder, cancel = tmp_path / str(seat.place), CancelToken()
        report = (lambda progress: cancel.cancel()) if seat.place == 1 else ignore
        train(trainer(seat), folder, report=report, cancel=cancel)

    outcomes = together(stopped)

    assert all(isinstance(outcome, Cancelled) for outcome in outcomes)
    assert {path.name for path in (tmp_path / "0").iterdir()} == {"checkpoint.pt", "losses.jsonl"}
    assert not list((tmp_path / "1").iterdir())


def test_when_one_loss_is_not_finite_all_stop():
    def spoilt(seat):
        def loss(net, number, _chance):
            return error(net, batch(number)) * (torch.nan if seat.place == 1 else 1)

        trainer(seat, loss).take_step()

    assert [type(outcome) for outcome in together(spoilt)] == [EngineError, EngineError]


def test_one_alone_asks_nobody():
    assert any_of(Alone(), True)
    assert not any_of(Alone(), False)


def test_without_the_library_several_processes_are_refused_with_advice(monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)

    with pytest.raises(ModelError) as caught:
        Accelerated()

    assert "uv sync" in caught.value.advice


AVERAGING = """
import torch
from app.cli.crews import started_crew
crew = started_crew(is_on_cpu=True)
given = [torch.full((2, 2), float(crew.place)), torch.tensor([10.0 + crew.place])]
crew.average(given)
print(crew.place, crew.size, given[0].flatten().tolist(), given[1].tolist())
"""


def test_processes_that_were_really_started_together_have_the_mean():
    """As a launcher starts them, talking to each other over the loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    told |= {"MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", AVERAGING],
            env={**os.environ, **told, "RANK": str(place), "LOCAL_RANK": str(place)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in range(2)
    ]
    said = [process.communicate(timeout=120) for process in started]

    for place, (out, err) in enumerate(said):
        assert out.split("\n")[-2:] == [f"{place} 2 [0.5, 0.5, 0.5, 0.5] [10.5]", ""], err
