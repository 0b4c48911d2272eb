"""Turns what goes wrong inside a running network into an error with advice."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from core.errors import EngineError


@contextmanager
def failing_as_engine(of_what: str) -> Iterator[None]:
    """Raise `EngineError` for the `RuntimeError` of a network, running out of memory included."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise EngineError(
            f"{of_what} ran out of memory on the device: {error}",
            advice=f"The graphics memory is too small for {of_what} beside what else is in it. "
            "Close other programs, or choose “cpu” as the device.",
        ) from error
    except RuntimeError as error:
        raise EngineError(
            f"{of_what} failed: {error}", advice=f"{of_what} could not look at this picture."
        ) from error


def refuse_not_finite(values: Tensor, of_what: str) -> None:
    """Raise `EngineError` where a network answered with NaN or infinity."""
    if not bool(torch.isfinite(values).all()):
        raise EngineError(
            f"{of_what} answered with numbers that are not finite",
            advice=f"{of_what} could not make sense of this picture. Its weights may be damaged: "
            "install them again.",
        )
