"""Where ticks and labels stand on a ruler of time, in round numbers that never crowd."""

import math
from dataclasses import dataclass

from core.units import format_time

_PARTS_OF_STEP_S = {
    0.0001: 10, 0.0002: 4, 0.0005: 5, 0.001: 10, 0.002: 4, 0.005: 5, 0.01: 10, 0.02: 4, 0.05: 5,
    0.1: 10, 0.2: 4, 0.5: 5, 1.0: 10, 2.0: 4, 5.0: 5, 10.0: 10, 15.0: 3, 30.0: 6, 60.0: 6,
    120.0: 4, 300.0: 5, 600.0: 10, 900.0: 3, 1800.0: 6, 3600.0: 6, 7200.0: 4, 18_000.0: 5,
}  # fmt: skip
"""Distance of labels, and into how many parts minor ticks divide it."""


@dataclass(frozen=True, slots=True)
class TimeTicks:
    """Labelled (major) and plain (minor) ticks of a stretch, in seconds."""

    major_s: tuple[float, ...]
    minor_s: tuple[float, ...]
    decimals: int

    def label(self, time_s: float) -> str:
        return format_time(time_s, decimals=self.decimals)


def time_ticks(start_s: float, end_s: float, width_px: float, spacing_px: float = 90) -> TimeTicks:
    """Return ticks for `start_s` to `end_s` with labels at least `spacing_px` apart."""
    if end_s <= start_s or width_px <= 0:
        return TimeTicks((), (), 0)
    wanted_s = (end_s - start_s) * spacing_px / width_px
    step_s = next((step for step in _PARTS_OF_STEP_S if step >= wanted_s), 36_000.0)
    parts = _PARTS_OF_STEP_S.get(step_s, 10)
    return TimeTicks(
        _multiples(start_s, end_s, step_s),
        _multiples(start_s, end_s, step_s / parts),
        decimals=max(0, math.ceil(-math.log10(step_s) - 1e-9)),
    )


def _multiples(start_s: float, end_s: float, step_s: float) -> tuple[float, ...]:
    first, last = math.ceil(start_s / step_s - 1e-9), math.floor(end_s / step_s + 1e-9)
    return tuple(count * step_s for count in range(first, last + 1))
