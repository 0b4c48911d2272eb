"""A table of one engine under several settings: quality by each way of asking, and cost.

Every setting is tried on the same mixtures, one after the other, so that rows compare.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.engines import EngineInfo, SettingValue
from core.evaluation.asking import Way
from core.evaluation.interview import Answers, Interviewer
from core.evaluation.material import Material
from core.evaluation.mixtures import make_mixtures
from core.evaluation.separation_report import SeparationPlan, row_name
from core.evaluation.tables import Row, cost_text, grid, median
from core.evaluation.trial import Bench, Judge, Write
from core.progress import Progress, Report, ignore


@dataclass(frozen=True, slots=True)
class Variant:
    """The engine under some settings: what the row is called, and all that is set."""

    name: str
    settings: Mapping[str, SettingValue]


@dataclass(frozen=True, slots=True)
class VariantRow:
    """How a variant did, by way of asking; `cost` is the median over all of them."""

    variant: Variant
    rows: Mapping[Way, Row]
    cost: float


@dataclass(frozen=True, slots=True)
class SweepReport:
    """A row for each variant."""

    material: Material
    bench: Bench
    plan: SeparationPlan
    rows: tuple[VariantRow, ...]

    @property
    def text(self) -> str:
        """The table, with all that is needed to make it again."""
        ways = list(self.rows[0].rows) if self.rows else []
        head = (*(f"by {way}" for way in ways), "s per s")
        lines: list[tuple[str, tuple[float | str, ...]]] = [
            (one.variant.name, (*(row.median() for row in one.rows.values()), cost_text(one.cost)))
            for one in self.rows
        ]
        return (
            f"{self.bench.engine} on {self.plan.n_mixtures} mixtures from {self.material.folder} "
            f"({self.material.part} files), seed {self.bench.seed}, overlap {self.plan.overlap}. "
            "Median SI-SDR improvement in dB, and s per s of sound.\n"
            f"{grid(head, lines)}"
        )


def one_at_a_time(
    engine: EngineInfo,
    usual: Mapping[str, SettingValue],
    tried: Mapping[str, Sequence[SettingValue]],
) -> tuple[Variant, ...]:
    """Return a variant for each value of each setting in `tried`, the others being as usual.

    The first is the engine as usual. What has been said already isn't said again.

    Args:
        engine: whose defaults stand where nothing is said.
        usual: settings of every variant.
        tried: values by name of the setting.
    """
    base = {one.name: usual.get(one.name, one.default) for one in engine.settings}
    only = next(iter(tried)) if len(tried) == 1 else None
    variants = [Variant(f"{only}={_written(base[only])}" if only else "as usual", base)]
    for name, values in tried.items():
        for value in values:
            settings = {**base, name: value}
            if all(settings != one.settings for one in variants):
                variants.append(Variant(f"{name}={_written(value)}", settings))
    return tuple(variants)


def run(
    material: Material,
    variants: Sequence[Variant],
    plan: SeparationPlan,
    bench: Bench | None = None,
    *,
    report: Report = ignore,
    write: Write | None = None,
) -> SweepReport:
    """Separate seeded mixtures under every variant and return the scores.

    Args:
        material: recordings, and pictures to show.
        variants: settings to try; they replace those of the bench.
        plan: how many mixtures of what kind, and how they are asked for.
        bench: engine, seed of mixtures and engine, device and cancel token.
        report: told of each mixture.
        write: told the table at last.

    Raises:
        MediaError: too few recordings, or a file that cannot be read.
        ModelError: no such engine.
        Cancelled: the bench's token was raised.
    """
    bench = bench or Bench()
    interviewer = Interviewer(bench, material, plan.ways)
    found: list[list[Answers]] = [[] for _ in variants]
    for answers in _answers(interviewer, material, variants, plan, bench, report):
        for place, one in enumerate(answers):
            found[place].append(one)
    rows = (
        _row(variant, answers, bench, interviewer.ways)
        for variant, answers in zip(variants, found, strict=True)
    )
    result = SweepReport(material, bench, plan, tuple(rows))
    if write is not None:
        write(result.text)
    return result


def _answers(
    interviewer: Interviewer,
    material: Material,
    variants: Sequence[Variant],
    plan: SeparationPlan,
    bench: Bench,
    report: Report,
) -> Iterator[list[Answers]]:
    """Yield for each mixture the answers of all variants."""
    mixtures = make_mixtures(material.sounds, plan.n_mixtures, bench.seed, plan.overlap)
    for done, mixture in enumerate(mixtures):
        report(Progress("Separating mixtures", done, plan.n_mixtures))
        judge = Judge(mixture.target, mixture.mix)
        yield [interviewer.answers(mixture, judge, one.settings) for one in variants]


def _row(
    variant: Variant, answers: Sequence[Answers], bench: Bench, ways: Sequence[Way]
) -> VariantRow:
    rows = {
        way: Row.of(row_name(bench.engine, way), [one[way] for one in answers if way in one])
        for way in ways
    }
    costs = [score.cost for row in rows.values() for score in row.scores]
    return VariantRow(variant, rows, median(costs))


def _written(value: SettingValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
