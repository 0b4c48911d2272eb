"""Flow matching: the straight path it learns from, the loss, and the walk along what was learnt.

papers/000 sections 3.1.2, 3.4 and 3.5, eq. 5 and 8, with the constants of the official code.
Letters in shapes: B clips, C channels, F bins, T frames.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core.nn.samplers.stepping import Network, OnStep, SilenceMask, nobody

SIGMA_MIN = 1e-4
"""What is left of the start at the end of the path."""

TIME_SCALE = 1000.0
"""Networks hear the time of the flow, 0 to 1, as 0 to 1000."""

MAX_STEPS = 32


def path_point(start: Tensor, end: Tensor, time: Tensor, sigma_min: float = SIGMA_MIN) -> Tensor:
    """Return `time end + (1 - (1 - sigma) time) start`.

    Args:
        start: (B, ...), where the flow begins: noise, or noise around the mixture.
        end: (B, ...), where it should arrive.
        time: (B,) or (1,), 0 to 1.
        sigma_min: what is left of the start at the end.
    """
    time = time.view(-1, *[1] * (start.dim() - 1))
    return time * end + (1 - (1 - sigma_min) * time) * start


def path_velocity(start: Tensor, end: Tensor, sigma_min: float = SIGMA_MIN) -> Tensor:
    """Return the velocity of the straight path, the same at every time."""
    return end - (1 - sigma_min) * start


def squared_flow_loss(
    velocity: Tensor, start: Tensor, end: Tensor, sigma_min: float = 0.0
) -> Tensor:
    """Return the mean squared error of a predicted velocity, (B,), as MMAudio learns by it."""
    error = velocity - path_velocity(start, end, sigma_min)
    return error.square().flatten(1).mean(1)


def flow_loss(
    velocity: Tensor,
    start: Tensor,
    end: Tensor,
    *,
    has_end_term: bool = True,
    weight: Tensor | None = None,
) -> Tensor:
    """Return the mean absolute error of a predicted velocity, a scalar.

    Args:
        velocity: (B, C, F, T), what the network said.
        start: (B, C, F, T).
        end: (B, C, F, T).
        has_end_term: also count the error of the end the velocity leads to, as the official code
            does; the paper's eq. 8 is the first term alone.
        weight: what each cell counts, broadcast to the rest; None for all alike.
    """
    error = (velocity - path_velocity(start, end)).abs()
    if has_end_term:
        error = error + (end - (velocity + (1 - SIGMA_MIN) * start)).abs()
    if weight is None:
        return error.mean()
    weight = weight.expand_as(error)
    return (error * weight).sum() / weight.sum().clamp(min=1)


@dataclass(frozen=True, slots=True)
class FlowSampler:
    """Walk from a start to the end the velocities lead to, in equal steps from time 0 to 1.

    Euler asks the network at the left end of each step (the official code; the paper's algorithm 2
    writes the right end) and costs one evaluation a step, midpoint and Heun cost two.
    """

    n_steps: int = 2
    solver: Literal["euler", "midpoint", "heun"] = "euler"
    silence: SilenceMask | None = None
    """Guidance in the pauses of the mixture; the published flow code leaves it out."""
    time_scale: float = TIME_SCALE
    """The network hears the time times this."""

    def __post_init__(self) -> None:
        if not 1 <= self.n_steps <= MAX_STEPS:
            raise ValueError(f"{self.n_steps} steps are not between 1 and {MAX_STEPS}")
        if self.solver not in ("euler", "midpoint", "heun"):
            raise ValueError(f"unknown solver {self.solver}")

    @torch.no_grad()
    def sample(
        self,
        network: Network,
        start: Tensor,
        mixture: Tensor | None = None,
        *,
        on_step: OnStep = nobody,
    ) -> Tensor:
        """Return the end of the flow, shaped as the start.

        Args:
            network: hears the time already scaled to 0..`time_scale`.
            start: (B, C, F, T), or of any shape without a silence mask; never written to.
            mixture: (B or 1, 1, F, T), scaled log level; only the silence mask needs it.
            on_step: told after each step, and may raise to stop.
        """
        if self.silence is not None and mixture is None:
            raise ValueError("silence can't be seen without the mixture")
        x = start
        for done in range(self.n_steps):
            left, right = done / self.n_steps, (done + 1) / self.n_steps
            x = x + (right - left) * self._velocity(network, x, left, right)
            if self.silence is not None and mixture is not None:
                silent = path_point(start, mixture, x.new_tensor([right]))
                x = self.silence.apply(x, mixture, silent)
            on_step(done + 1, self.n_steps, x)
        return x

    def _velocity(self, network: Network, x: Tensor, left: float, right: float) -> Tensor:
        first = network(x, self._heard(left, x))
        if self.solver == "midpoint":
            middle = (left + right) / 2
            return network(x + (middle - left) * first, self._heard(middle, x))
        if self.solver == "heun":
            return (first + network(x + (right - left) * first, self._heard(right, x))) / 2
        return first

    def _heard(self, time: float, like: Tensor) -> Tensor:
        return torch.tensor([time * self.time_scale], device=like.device, dtype=torch.float32)
