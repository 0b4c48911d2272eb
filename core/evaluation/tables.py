"""Scores and the table they are read from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.metrics import BssRatios


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did on one mixture, in decibels; `cost` is seconds spent per second of sound.

    `improvement_db` is the SI-SDR of the estimate less that of the untouched mix.
    """

    improvement_db: float
    si_sdr_db: float
    ratios: BssRatios
    cost: float


@dataclass(frozen=True, slots=True)
class Row:
    """One method over all mixtures."""

    name: str
    scores: tuple[Score, ...]
    n_refused: int = 0

    @property
    def median_improvement_db(self) -> float:
        return _median([score.improvement_db for score in self.scores])

    @property
    def mean_improvement_db(self) -> float:
        return float(np.mean([s.improvement_db for s in self.scores])) if self.scores else np.nan


def table(rows: Sequence[Row]) -> str:
    """Return `rows` as plain text.

    SI-SDR improvement (SI-SDRi) by median and mean, the rest by median; the cost is seconds of
    work per second of sound.
    """
    width = max([len(row.name) for row in rows], default=0) + 2
    head = ("SI-SDRi", "mean", "SI-SDR", "SDR", "SIR", "SAR", "cost", "n", "refused")
    lines = [" " * width + "".join(f"{title:>9}" for title in head)]
    return "\n".join(lines + [_line(row, width) for row in rows])


def _line(row: Row, width: int) -> str:
    scores = row.scores
    values = (
        row.median_improvement_db,
        row.mean_improvement_db,
        _median([score.si_sdr_db for score in scores]),
        _median([score.ratios.sdr_db for score in scores]),
        _median([score.ratios.sir_db for score in scores]),
        _median([score.ratios.sar_db for score in scores]),
    )
    # A row that was refused everywhere has no median.
    numbers = "".join(f"{'-' if math.isnan(value) else f'{value:.2f}':>9}" for value in values)
    cost = f"{_median([score.cost for score in scores]):.3f}" if scores else "-"
    return f"{row.name:<{width}}{numbers}{cost:>9}{len(scores):>9}{row.n_refused:>9}"


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else float("nan")
