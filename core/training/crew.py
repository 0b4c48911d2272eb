"""Several processes that teach one network, each on its own device with its own mixtures.

After each step all have the mean of everyone's gradients, so that their weights stay the same. One
process alone needs none of this, nor the library for it.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from core.errors import ModelError


class Crew(Protocol):
    """Who else is teaching."""

    @property
    def place(self) -> int:
        """Which of them this process is, from 0; the first one writes the files."""
        ...

    @property
    def size(self) -> int: ...

    @property
    def device(self) -> torch.device | None:
        """Where tensors must be to be averaged; None for anywhere."""
        ...

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean over all processes into `tensors`, which all must call with the same."""
        ...


class Alone:
    """A crew of one."""

    place = 0
    size = 1
    device = None

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Leave everything as it is."""


class Accelerated:
    """Processes that `accelerate launch` started."""

    def __init__(self, *, is_on_cpu: bool = False) -> None:
        """Join the others.

        Raises:
            ModelError: the library is not installed.
        """
        try:
            from accelerate import Accelerator  # optional, and slow to import
        except ImportError as error:
            raise ModelError(
                "several processes were started, and accelerate is not installed",
                advice="Install it with “uv sync”, or start a single process.",
            ) from error
        self._accelerator = Accelerator(cpu=is_on_cpu)
        self.place: int = self._accelerator.process_index
        self.size: int = self._accelerator.num_processes
        self.device: torch.device = self._accelerator.device

    @torch.no_grad()
    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean over all processes into `tensors`."""
        flat = torch.cat([tensor.flatten() for tensor in tensors])  # one message, not hundreds
        mean = self._accelerator.reduce(flat, reduction="mean")
        sizes = [tensor.numel() for tensor in tensors]
        for tensor, part in zip(tensors, mean.split(sizes), strict=True):
            tensor.copy_(part.view_as(tensor))


def any_of(crew: Crew, claim: bool) -> bool:
    """Return whether any process of the crew claims it."""
    if crew.size == 1:
        return claim
    claims = torch.tensor([float(claim)], device=crew.device)
    crew.average([claims])
    return bool(claims.item() > 0)
