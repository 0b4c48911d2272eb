"""Take steps, keep an average of the weights, write checkpoints, go on exactly where it stopped.

Nothing here knows what is learnt. A step's batch, times and noise depend on the seed and the number
of the step, so that a run that was cut in two gives the same losses as one that wasn't.
"""

import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from core.errors import EngineError, ModelError
from core.progress import Cancelled, CancelToken, Progress, Report
from core.training.crew import Alone, Crew, any_of

CHECKPOINT_FILE, LOSSES_FILE, SCORES_FILE = "checkpoint.pt", "losses.jsonl", "scores.jsonl"

Network = TypeVar("Network", bound=nn.Module)

Loss = Callable[[Network, int, torch.Generator], Tensor | Iterator[Tensor]]
"""The network, the number of the batch and where its chance comes from, to a scalar.

Or to several, one after the other, that add up to it: each is learnt from before the next one is
made, so that only one has to be kept in memory with all it came from."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a network is taught. A run goes on only under the configuration it began with."""

    n_steps: int
    learning_rate: float = 1e-4
    warm_up_steps: int = 200
    falling_steps: int = 1000
    """At the end, over which the rate falls. Before that nothing depends on the number of steps,
    so that a run may be made longer while it lasts."""
    weight_decay: float = 0.01
    largest_gradient: float = 5.0
    """Norm above which gradients are shortened."""
    averaging: float = 0.999
    """How much of the averaged weights is kept at each step."""
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Return the learning rate: up in a line, level, and down in a line to a fiftieth."""
        warm = min(1.0, (step + 1) / max(1, self.warm_up_steps))
        left = min(1.0, (self.n_steps - step) / max(1, self.falling_steps))
        return self.learning_rate * warm * max(0.02, left)


class Trainer(Generic[Network]):
    """One network on its way. `averaged` is the one to use afterwards."""

    def __init__(
        self,
        network: Network,
        loss: "Loss[Network]",
        config: TrainingConfig,
        crew: Crew | None = None,
    ) -> None:
        """Begin at step 0; `crew` are the processes that learn together, all from the same."""
        self.network, self.config = network, config
        self.crew = crew or Alone()
        self.averaged = copy.deepcopy(network).eval().requires_grad_(False)
        self.step = 0
        """Steps taken so far."""
        self._loss = loss
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )

    def take_step(self) -> float:
        """Learn from one batch and return its loss.

        Raises:
            EngineError: the loss is not finite; the weights are as they were.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = self.config.rate_at(self.step)
        self.network.train()
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._learn_from(self.step * self.crew.size + self.crew.place)
        if not math.isfinite(loss):
            raise EngineError(
                f"the loss of step {self.step} is {loss}",
                advice="Lower the learning rate, and go on from the last checkpoint.",
            )
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.largest_gradient)
        self._optimizer.step()
        self._average()
        self.step += 1
        return loss

    def _learn_from(self, number: int) -> float:
        """Put the gradients of batch `number` where they belong, and return its loss."""
        chance = torch.Generator().manual_seed(self.config.seed * 1_000_003 + number)
        made = self._loss(self.network, number, chance)
        loss = 0.0
        for part in (made,) if isinstance(made, Tensor) else made:
            part.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            loss += part.item()
        if self.crew.size == 1:
            return loss
        told = torch.tensor([loss], device=self.crew.device)
        gradients = [weight.grad for weight in self.network.parameters()]
        self.crew.average([told, *(one for one in gradients if one is not None)])
        return told.item()

    @torch.no_grad()
    def _average(self) -> None:
        # Early on the average would mostly be the random start.
        kept = min(self.config.averaging, (self.step + 1) / (self.step + 10))
        pairs = zip(self.averaged.parameters(), self.network.parameters(), strict=True)
        for average, weight in pairs:
            average.lerp_(weight, 1 - kept)
        # Running statistics are averages already.
        for held, buffer in zip(self.averaged.buffers(), self.network.buffers(), strict=True):
            held.copy_(buffer)

    def save(self, path: Path) -> None:
        """Write all that is needed to go on, beside `path` and then in its place."""
        state = {
            "step": self.step,
            "config": asdict(self.config),
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        partial = path.with_name(path.name + ".part")
        torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            ModelError: it is of another network or another configuration.
        """
        device = next(self.network.parameters()).device
        state = torch.load(path, map_location=device, weights_only=True)
        if _fixed(state["config"]) != _fixed(asdict(self.config)):
            raise ModelError(
                f"{path} was made under {state['config']}",
                advice="Go on with the settings the run began with (the number of steps may "
                "grow), or start a new one.",
            )
        try:
            self.network.load_state_dict(state["network"])
            self.averaged.load_state_dict(state["averaged"])
        except RuntimeError as error:
            raise ModelError(
                f"{path} doesn't fit: {error}", advice="Start a new run for this network."
            ) from error
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])


def train(  # noqa: PLR0913 - most have a default
    trainer: Trainer[Network],
    folder: Path,
    *,
    report: Report,
    cancel: CancelToken,
    save_every_s: float = 120.0,
    look: Callable[[Network], dict[str, float]] | None = None,
    look_every_steps: int = 500,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Take all steps that are left, with `checkpoint.pt` and `losses.jsonl` in `folder`.

    Goes on from a checkpoint that is there. A cancelled run is saved before it ends. What `look`
    says of the averaged network now and then is written in `scores.jsonl`.

    Raises:
        Cancelled: asked to stop; what was learnt is in the checkpoint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    diary = _Diary(folder, is_kept=trainer.crew.place == 0)
    if diary.checkpoint.is_file():
        trainer.load(diary.checkpoint)
        diary.forget_after(trainer.step)
    saved_s = now()
    try:
        while trainer.step < trainer.config.n_steps:
            # All or none: one that waited for another's gradients would wait for ever.
            if any_of(trainer.crew, cancel.is_cancelled):
                raise Cancelled
            loss = trainer.take_step()
            diary.note(LOSSES_FILE, {"loss": loss}, trainer.step)
            report(Progress("Training", trainer.step, trainer.config.n_steps))
            if look is not None and trainer.step % look_every_steps == 0 and diary.is_kept:
                diary.note(SCORES_FILE, look(trainer.averaged), trainer.step)
            if now() - saved_s >= save_every_s:
                diary.keep(trainer)
                saved_s = now()
    finally:
        diary.keep(trainer)


@dataclass(frozen=True, slots=True)
class _Diary:
    """What a run writes; of several processes one keeps it."""

    folder: Path
    is_kept: bool

    @property
    def checkpoint(self) -> Path:
        return self.folder / CHECKPOINT_FILE

    def note(self, name: str, values: dict[str, float], step: int) -> None:
        if self.is_kept:
            with (self.folder / name).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"step": step, **values}) + "\n")

    def keep(self, trainer: Trainer[Network]) -> None:
        if self.is_kept:
            trainer.save(self.checkpoint)

    def forget_after(self, step: int) -> None:
        """Drop what was noted of steps that will be taken again."""
        if self.is_kept:
            for name in (LOSSES_FILE, SCORES_FILE):
                _forget_after(self.folder / name, step)


def _fixed(config: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in config.items() if name != "n_steps"}


def _forget_after(losses: Path, step: int) -> None:
    """Drop the losses of steps that will be taken again."""
    if losses.is_file():
        lines = losses.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        losses.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
