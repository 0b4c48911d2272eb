"""Guidance without a classifier: away from "nothing is known", towards what is known.

Facts: arXiv 2207.12598 and hkchengrex/MMAudio. A strength below 1 turns it off. The mixture of
MMAudioSep stays in both branches, so that only the query is emphasised (sony/mmaudiosep).
Letters in shapes: B clips, T latents of sound, D width of a latent.
"""

from collections.abc import Callable

from torch import Tensor

from core.nn.mmaudio.network import Conditions

Velocity = Callable[[Tensor, Tensor, Conditions], Tensor]
"""A network: what flows (B, T, D), the time (1,) and conditions to a velocity."""


def guided(
    network: Velocity, known: Conditions, empty: Conditions, strength: float
) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the field `strength known + (1 - strength) empty`, of what flows and the time."""

    def ask(latent: Tensor, time: Tensor) -> Tensor:
        towards = network(latent, time, known)
        # At 1 the other branch counts nothing, so it need not be asked.
        if strength <= 1:
            return towards
        return strength * towards + (1 - strength) * network(latent, time, empty)

    return ask
