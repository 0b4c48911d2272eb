"""What an engine does when memory runs out: one rung further down, and it says so.

The order is the engine's: shorter windows, then half precision, then weights that wait on the CPU
and come one by one, then the CPU alone. Work that fails for want of memory is done again on the
next rung; what was finished before stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch

from core.errors import EngineError
from core.separation.kept_last import give_back


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to do the work.

    Attributes:
        device: where it is done.
        dtype: of the large network.
        window_s: length of what is heard at a time.
        is_offloaded: weights wait on the CPU until their turn.
    """

    device: torch.device
    dtype: torch.dtype
    window_s: float
    is_offloaded: bool = False

    def __str__(self) -> str:
        precision = {torch.float32: "float32", torch.bfloat16: "bfloat16"}.get(
            self.dtype, str(self.dtype)
        )
        waiting = ", weights waiting on the CPU" if self.is_offloaded else ""
        return f"{self.device.type}, {precision}, windows of {self.window_s:g} s{waiting}"


_SAID_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "Invalid buffer size",  # on MPS, of what is larger than a buffer may be
)
"""Libraries of a device have errors of their own for it."""

R = TypeVar("R")
Step = TypeVar("Step")


def rungs(first: Rung, shortest_s: float, *, half: bool = True) -> tuple[Rung, ...]:
    """Return the ladder that begins with `first`.

    Args:
        first: as asked for.
        shortest_s: below which windows make no sense.
        half: whether the network may run in bfloat16.
    """
    ladder = [first]
    while ladder[-1].window_s / 2 >= shortest_s:
        ladder.append(_like(ladder[-1], window_s=ladder[-1].window_s / 2))
    if half and first.dtype is torch.float32 and first.device.type != "cpu":
        ladder.append(_like(ladder[-1], dtype=torch.bfloat16))
    if first.device.type != "cpu":
        ladder.append(_like(ladder[-1], is_offloaded=True))
        ladder.append(Rung(torch.device("cpu"), torch.float32, ladder[-1].window_s))
    return tuple(ladder)


@dataclass(slots=True)
class MemoryLadder(Generic[Step]):
    """Stands on a rung, and goes down when it has to.

    Attributes:
        steps: best first.
        at: which one it stands on.
        said: sentences about each step down, for the notes.
    """

    steps: Sequence[Step]
    at: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    def climb(self, work: Callable[[Step], R]) -> R:
        """Return what `work` does on this rung, or on the first one below where it has room.

        Raises:
            EngineError: memory runs out on the last rung, too.
        """
        while True:
            try:
                return work(self.step)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._step_down(error)
            give_back()  # what the failed try has left

    def step_down(self, why: str) -> None:
        """Go one rung down before anything has failed, if there is one."""
        if self.at + 1 < len(self.steps):
            self.at += 1
            self.said.append(f"{why}: went on with {self.step}")

    def _step_down(self, error: BaseException) -> None:
        if self.at + 1 == len(self.steps):
            raise EngineError(
                f"memory ran out on the last rung, {self.step}: {error}",
                advice="There is too little memory for this engine even in its smallest way of "
                "working. Close other programs, or choose a smaller engine.",
            ) from error
        was = self.step
        self.at += 1
        self.said.append(f"memory ran out with {was}; went on with {self.step}")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that memory, of the machine or of a device, ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return any(said in text for said in _SAID_OF_MEMORY)


def free_bytes(device: torch.device) -> int | None:
    """Return what is free on a device now; None where it doesn't say."""
    if device.type != "cuda":
        return None
    free, _total = torch.cuda.mem_get_info(device)
    return int(free)


def _like(
    rung: Rung,
    *,
    window_s: float | None = None,
    dtype: torch.dtype | None = None,
    is_offloaded: bool = False,
) -> Rung:
    return Rung(rung.device, dtype or rung.dtype, window_s or rung.window_s, is_offloaded)
