"""What a benchmark on mixtures found: every answer, and the tables over all and by class."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.evaluation.asking import EVERY_WAY, Way
from core.evaluation.material import Material
from core.evaluation.mixtures import Overlap
from core.evaluation.tables import Refusal, Row, Score, grid, table
from core.evaluation.trial import Bench

_BY_CLASS = (Way.TEXT, Way.PICTURE, Way.ALL)


@dataclass(frozen=True, slots=True)
class SeparationPlan:
    """Which mixtures, and how their targets are asked for."""

    n_mixtures: int = 200
    overlap: Overlap = Overlap.PARTLY
    ways: tuple[Way, ...] = EVERY_WAY
    has_baselines: bool = True
    """Blind clustering costs more time than all the rest."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mixture, and what each method made of it, by the name of its row."""

    name: str
    target_class: str
    background_class: str
    level_db: float
    length_s: float
    answers: Mapping[str, Score | Refusal]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """How targets of one class were separated: median SI-SDR improvements, NaN where none is."""

    name: str
    n_mixtures: int
    median_db: Mapping[Way, float]


@dataclass(frozen=True)
class SeparationReport:
    """What came out, the engine's rows first."""

    material: Material
    bench: Bench
    plan: SeparationPlan
    outcomes: tuple[Outcome, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """A row for each method, those of the engine first."""
        names = dict.fromkeys(name for one in self.outcomes for name in one.answers)
        order = [*(row_name(self.bench.engine, way) for way in self.plan.ways), *names]
        return tuple(_row(name, self.outcomes) for name in dict.fromkeys(order) if name in names)

    @cached_property
    def classes(self) -> tuple[ClassRow, ...]:
        """A row for each class that was a target, from a to z."""
        names = sorted({one.target_class for one in self.outcomes})
        return tuple(self._class_row(name) for name in names)

    @property
    def text(self) -> str:
        """The tables, with all that is needed to make them again."""
        parts = [self._title(), table(self.rows)]
        if not all(math.isnan(db) for row in self.classes for db in row.median_db.values()):
            parts += [self._class_table()]
        return "\n".join(parts)

    def _class_row(self, name: str) -> ClassRow:
        targets = [one for one in self.outcomes if one.target_class == name]
        rows = {way: _row(row_name(self.bench.engine, way), targets) for way in _BY_CLASS}
        return ClassRow(name, len(targets), {way: row.median() for way, row in rows.items()})

    def _class_table(self) -> str:
        head = ("n", *(f"by {way}" for way in _BY_CLASS))
        rows = [(r.name, (r.n_mixtures, *r.median_db.values())) for r in self.classes]
        missed = sorted(set(self.material.sounds) - {row.name for row in self.classes})
        lines = ["", "Median SI-SDR improvement by class of the target:", grid(head, rows)]
        if missed:
            lines.append(f"Never the target: {_listed(missed)}.")
        return "\n".join(lines)

    def _title(self) -> str:
        material, seed = self.material, self.bench.seed
        overlap = {
            Overlap.PARTLY: "the target is silent for a third of the time or more",
            Overlap.FULL: "both sound throughout as far as they are long enough",
        }[self.plan.overlap]
        lines = [
            f"{len(self.outcomes)} mixtures of two of {len(material.sounds)} classes from "
            f"{material.folder} ({material.part} files), seed {seed}; {overlap}.",
            "Median/mean in dB, improvements (i) over the mix; cost is s per s of sound.",
        ]
        if material.left_out:
            left_out = ", ".join(material.left_out)
            lines.insert(1, f"Left out, for want of a recording in this part: {left_out}.")
        return "\n".join(lines)


def row_name(engine: str, way: Way) -> str:
    """Return what the row of an engine asked one way is called."""
    return f"{engine} by {way}"


def _row(name: str, outcomes: Sequence[Outcome]) -> Row:
    return Row.of(name, [one.answers[name] for one in outcomes if name in one.answers])


def _listed(names: Sequence[str], n_most: int = 20) -> str:
    """Return all names, or how many they are where they would fill the screen."""
    return ", ".join(names) if len(names) <= n_most else f"{len(names)} classes"
