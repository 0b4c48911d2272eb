"""Engines that answer without any prompt, to measure what prompts are worth.

In the program an engine refuses to guess what is wanted. Here the guess is the baseline.
"""

from collections.abc import Callable

from core.separation.protocol import Separator


def _mini(device: str) -> Separator:
    # Imported here: other engines are measured without it.
    from core.domain.vocabulary import read_vocabulary
    from core.separation.devices import pick_device
    from core.separation.mini import MiniSeparator, load_mini
    from core.separation.mini_info import VOCABULARY

    picked = pick_device(device)
    words = read_vocabulary(VOCABULARY)
    return MiniSeparator(load_mini(str(picked)), words, None, picked, may_be_unprompted=True)


BUILDERS: dict[str, Callable[[str], Separator]] = {"mini": _mini}
"""By name of the engine; others take the empty prompt as they are, and refuse it."""


def build_unprompted(engine: str, device: str, usual: Separator) -> Separator:
    """Return what answers without a prompt in place of `usual`, which is returned if nothing is."""
    return BUILDERS[engine](device) if engine in BUILDERS else usual
