"""Scores, what they come to over many mixtures, and the tables they are read from."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.bss import BssRatios


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did on one mixture, in decibels; `cost` is seconds spent per second of sound.

    Improvements are over the untouched mix.
    """

    improvement_db: float
    """Of SI-SDR."""
    si_sdr_db: float
    sdr_improvement_db: float
    ratios: BssRatios
    cost: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A method that would not answer, and why."""

    reason: str


QUANTITIES: Mapping[str, Callable[[Score], float]] = {
    "SI-SDRi": lambda score: score.improvement_db,
    "SDRi": lambda score: score.sdr_improvement_db,
    "SDR": lambda score: score.ratios.sdr_db,
    "SIR": lambda score: score.ratios.sir_db,
    "SAR": lambda score: score.ratios.sar_db,
}
"""What a table shows, by the names that papers use."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method over all mixtures."""

    name: str
    scores: tuple[Score, ...]
    refusals: tuple[Refusal, ...] = ()

    @classmethod
    def of(cls, name: str, answers: Sequence[Score | Refusal]) -> "Row":
        scores = tuple(one for one in answers if isinstance(one, Score))
        return cls(name, scores, tuple(one for one in answers if isinstance(one, Refusal)))

    def median(self, quantity: str = "SI-SDRi") -> float:
        """Return the median of one of `QUANTITIES`; NaN where all was refused."""
        return median([QUANTITIES[quantity](score) for score in self.scores])

    def mean(self, quantity: str = "SI-SDRi") -> float:
        values = [QUANTITIES[quantity](score) for score in self.scores]
        return float(np.mean(values)) if values else math.nan

    @property
    def cost(self) -> float:
        return median([score.cost for score in self.scores])

    @property
    def commonest_reason(self) -> str:
        """Why most of what was refused was; empty where nothing was."""
        counted = Counter(refusal.reason for refusal in self.refusals).most_common(1)
        return counted[0][0] if counted else ""


def median(values: Sequence[float]) -> float:
    """Return the median; NaN of nothing."""
    return float(np.median(values)) if values else math.nan


def table(rows: Sequence[Row]) -> str:
    """Return `rows` as plain text: median/mean of each quantity, median cost, and the counts.

    Below stands why methods refused, where one did.
    """
    width = max([len(row.name) for row in rows], default=0) + 1
    head = "".join(f"{name:>14}" for name in QUANTITIES)
    lines = [f"{'':<{width}}{head}{'cost':>8}{'n':>6}{'refused':>9}"]
    lines += [_line(row, width) for row in rows]
    lines += [
        f"{row.name} refused {len(row.refusals)}: {row.commonest_reason}"
        for row in rows
        if row.refusals
    ]
    return "\n".join(lines)


def grid(head: Sequence[str], rows: Sequence[tuple[str, Sequence[float | int | str]]]) -> str:
    """Return named rows under a head: whole numbers, decibels, and what is written already."""
    width = max([len(name) for name, _ in rows], default=0) + 1
    columns = [max(9, len(one) + 2) for one in head]
    lines = [" " * width + "".join(f"{one:>{n}}" for one, n in zip(head, columns, strict=True))]
    for name, values in rows:
        cells = (f"{_number(one):>{n}}" for one, n in zip(values, columns, strict=True))
        lines.append(f"{name:<{width}}{''.join(cells)}")
    return "\n".join(lines)


def cost_text(cost: float) -> str:
    """Return seconds per second as a table shows them."""
    return "-" if math.isnan(cost) else f"{cost:.3f}"


def _line(row: Row, width: int) -> str:
    pairs = (f"{_number(row.median(name))}/{_number(row.mean(name))}" for name in QUANTITIES)
    cells = "".join(f"{pair:>14}" for pair in pairs)
    cost = cost_text(row.cost)
    return f"{row.name:<{width}}{cells}{cost:>8}{len(row.scores):>6}{len(row.refusals):>9}"


def _number(value: float | int | str) -> str:
    if isinstance(value, int | str):
        return str(value)
    # What was refused everywhere has no median.
    return "-" if math.isnan(value) else f"{value:.2f}"
