"""Notices where almost nothing was found, so that a person learns of it by more than silence.

Letters in shapes: C channels, N samples.
"""

import math
from collections.abc import Callable

import numpy as np

from core.domain.audio import Samples
from core.domain.prompts import PromptSet

LITTLE_DB = -30.0
"""Of the whole mix; a target fainter than that is hardly what a person was after."""

LITTLE_FOUND = (
    "Almost nothing of this was heard. Drag over the moments where it sounds and separate again: "
    "it may be there, and sound unlike what was learnt."
)


class Meter:
    """Cuts pieces as `cut` does, and adds up how loud they and their targets are."""

    def __init__(self, cut: Callable[[Samples, int], Samples]) -> None:
        self._cut = cut
        self._mix, self._target = 0.0, 0.0

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`."""
        target = self._cut(samples, start)
        # In float64: an hour of small squares adds up to more than float32 can tell apart.
        self._mix += float(np.square(samples, dtype=np.float64).sum())
        self._target += float(np.square(target, dtype=np.float64).sum())
        return target

    @property
    def part_db(self) -> float:
        """How loud the target is beside the mix; 0 where the mix is silent."""
        if self._mix <= 0:
            return 0.0
        return 10 * math.log10(self._target / self._mix + 1e-12)

    def advice(self, prompts: PromptSet) -> tuple[str, ...]:
        """Return what a person should know of it; nothing where spans said when it sounds."""
        return (LITTLE_FOUND,) if not prompts.spans and self.part_db < LITTLE_DB else ()
