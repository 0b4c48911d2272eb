"""Where the networks of MMAudioSep work, and what is done when memory runs out there.

First all stay on the device; then each waits on the CPU for its turn; then all work on the CPU.
Windows are not made shorter: the networks learned from one length, and the weights are what is
large.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from core.nn.mmaudio.network import MMAudio
from core.separation.memory_ladder import MemoryLadder


@dataclass(frozen=True, slots=True)
class Placement:
    """One way to use a device.

    Attributes:
        device: where the work is done.
        is_waiting: networks are on the CPU until their turn.
    """

    device: torch.device
    is_waiting: bool = False

    def __str__(self) -> str:
        return f"{self.device.type}{', networks waiting on the CPU' if self.is_waiting else ''}"

    @property
    def large_dtype(self) -> torch.dtype:
        """Of MMAudioSep and CLIP; bfloat16 on CUDA, as their authors run them."""
        return torch.bfloat16 if self.device.type == "cuda" else torch.float32

    def clear(self, *networks: nn.Module) -> None:
        """Send to the CPU what waits there, before the first of them works.

        Those that were on the device when its memory ran out would stay there until their turn.
        """
        if self.is_waiting or self.device.type == "cpu":
            for network in networks:
                nn.Module.to(network, torch.device("cpu"))

    @contextlib.contextmanager
    def at_work(self, *networks: nn.Module) -> Iterator[None]:
        """Keep `networks` on the device while they work."""
        try:
            for network in networks:
                # By the base class, whose `to` is not made over by libraries.
                nn.Module.to(network, self.device, self._dtype(network))
            yield
        finally:
            if self.is_waiting:
                for network in networks:
                    nn.Module.to(network, torch.device("cpu"))

    def _dtype(self, network: nn.Module) -> torch.dtype:
        return self.large_dtype if is_large(network) else torch.float32


def is_large(network: nn.Module) -> bool:
    """Return whether a network is one that its authors run in bfloat16."""
    return isinstance(network, MMAudio) or hasattr(network, "visual_projection")


def ladder_from(device: torch.device) -> MemoryLadder[Placement]:
    """Return the ways to work, beginning with `device` as asked for."""
    steps = [Placement(device)]
    if device.type != "cpu":
        steps += [Placement(device, is_waiting=True), Placement(torch.device("cpu"))]
    return MemoryLadder(steps)
