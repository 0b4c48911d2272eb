"""Lets long evaluations of a network be heard and stopped: something is called after each block."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from torch import nn


@contextlib.contextmanager
def beating(blocks: Iterable[nn.Module], beat: Callable[[], None]) -> Iterator[None]:
    """Call `beat` after each of the blocks; it may raise to stop.

    At official sizes one evaluation takes seconds on a CPU, longer than a cancel may wait.
    """
    handles = [block.register_forward_hook(lambda *_: beat()) for block in blocks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
