"""Remember what was computed from weights until the weights change.

At rest a network's weights can be brought once into the form its arithmetic likes best
(standardised, transposed, heads side by side). In training they change every step, so there the
same form is computed afresh, with its gradient.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

Folded = TypeVar("Folded")


class Fold(Generic[Folded]):
    """One remembered value. Copies and pickles of it start empty."""

    def __init__(self) -> None:
        self._weights: tuple[Tensor, ...] = ()
        self._stamp: tuple[tuple[int, int], ...] = ()
        self._value: Folded | None = None

    def of(self, weights: Sequence[Tensor], fold: Callable[[], Folded]) -> Folded:
        """Return `fold()`, or what it returned last time if no weight has changed since.

        Nothing is remembered while gradients are wanted, nor for weights made in inference mode,
        whose changes torch doesn't count.
        """
        if torch.is_grad_enabled() or any(weight.is_inference() for weight in weights):
            return fold()
        stamp = tuple((weight.data_ptr(), weight._version) for weight in weights)
        is_same = stamp == self._stamp and all(map(_is, weights, self._weights))
        if self._value is None or not is_same:
            self._weights, self._stamp, self._value = tuple(weights), stamp, fold()
        return self._value

    def __reduce__(self) -> tuple[type["Fold[Folded]"], tuple[()]]:
        return type(self), ()


def _is(one: Tensor, other: Tensor) -> bool:
    return one is other
