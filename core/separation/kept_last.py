"""Keeps the last network that was loaded, and lets go of it before another one is loaded.

A cache of the standard library makes the new answer first: two large networks would be in memory
together, just where memory has run out and a smaller way of working is tried.
"""

import gc
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

import torch

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class KeptLast(Generic[Asked, Answer]):
    """A function that remembers what it was asked last. Arguments are compared by `==`."""

    def __init__(self, make: Callable[Asked, Answer]) -> None:
        self._make = make
        self._kept: tuple[object, Answer] | None = None
        self.__doc__ = make.__doc__

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        asked = args, kwargs
        if self._kept is None or self._kept[0] != asked:
            self.cache_clear()
            self._kept = asked, self._make(*args, **kwargs)
        return self._kept[1]

    def cache_clear(self) -> None:
        """Let go of what is kept, and give its memory back to the device."""
        if self._kept is not None:
            self._kept = None
            give_back()


def give_back() -> None:
    """Return to the device what nobody holds any more."""
    gc.collect()  # networks whose weights wait on the CPU hold themselves in a ring
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
