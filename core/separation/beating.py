"""Keeps an ear open inside of networks: long evaluations must not outlast a cancel.

At official sizes one evaluation takes seconds on a CPU, longer than a cancel may wait.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from torch import nn


@contextlib.contextmanager
def beating(modules: Iterable[nn.Module], beat: Callable[[], None]) -> Iterator[None]:
    """Call `beat` after each of `modules` has worked; it may raise to stop."""
    handles = [module.register_forward_hook(lambda *_: beat()) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def leaves(networks: Iterable[nn.Module]) -> list[nn.Module]:
    """Return the smallest modules of `networks`, each once."""
    found = {
        id(module): module
        for network in networks
        for module in network.modules()
        if next(module.children(), None) is None
    }
    return list(found.values())
