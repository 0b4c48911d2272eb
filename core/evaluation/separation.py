"""The benchmark on mixtures of two recordings: an engine beside baselines, over all and by class.

Asked by text, picture and spans, by a wrong word and by nothing, it shows what each is worth.
"""

from collections.abc import Callable
from dataclasses import replace

from core.evaluation.asking import Way
from core.evaluation.baselines import gated, ideal_ratio_mask, nmf_mfcc, untouched
from core.evaluation.interview import Interviewer
from core.evaluation.material import Material
from core.evaluation.mixtures import Mixture, make_mixtures
from core.evaluation.separation_report import Outcome, SeparationPlan, SeparationReport, row_name
from core.evaluation.sounds import Mono
from core.evaluation.tables import Score
from core.evaluation.trial import Bench, Judge, Write
from core.progress import Progress, Report, ignore


def run(
    material: Material,
    plan: SeparationPlan | None = None,
    bench: Bench | None = None,
    *,
    report: Report = ignore,
    write: Write | None = None,
) -> SeparationReport:
    """Separate seeded mixtures of recordings and return the scores.

    Args:
        material: recordings, and pictures to show.
        plan: how many mixtures of what kind, and how they are asked for.
        bench: engine, seed of mixtures and engine, device, settings and cancel token.
        report: told of each mixture.
        write: told a line for every mixture, and the tables at last.

    Raises:
        MediaError: too few recordings, or a file that cannot be read.
        ModelError: no such engine.
        Cancelled: the bench's token was raised.
    """
    plan, bench = plan or SeparationPlan(), bench or Bench()
    say = write or (lambda _line: None)
    methods = _Methods(bench, material, plan)
    outcomes = []
    mixtures = make_mixtures(material.sounds, plan.n_mixtures, bench.seed, plan.overlap)
    for done, mixture in enumerate(mixtures):
        bench.cancel.raise_if_cancelled()
        report(Progress("Separating mixtures", done, plan.n_mixtures))
        outcomes.append(methods.outcome(mixture))
        say(_line(outcomes[-1]))
    found = SeparationReport(material, bench, plan, tuple(outcomes))
    say(found.text)
    return found


class _Methods:
    """The engine in all its ways, and what it is held against."""

    def __init__(self, bench: Bench, material: Material, plan: SeparationPlan) -> None:
        self._bench = bench
        self._engine = Interviewer(bench, material, plan.ways)
        self._spectral: Interviewer | None = None
        self._baselines: dict[str, Callable[[Mixture], Mono]] = {}
        if plan.has_baselines:
            self._add_baselines(bench, material)

    def _add_baselines(self, bench: Bench, material: Material) -> None:
        if bench.engine != "spectral":
            plain = replace(bench, engine="spectral", settings={})
            self._spectral = Interviewer(plain, material, (Way.SPAN,))
        self._baselines = {
            "nmf-mfcc": lambda mixture: nmf_mfcc(mixture, bench.seed),
            "spans only": gated,
            "mix": untouched,
            "ideal mask": ideal_ratio_mask,
        }

    def outcome(self, mixture: Mixture) -> Outcome:
        judge = Judge(mixture.target, mixture.mix)
        asked = self._engine.answers(mixture, judge).items()
        answers = {row_name(self._bench.engine, way): answer for way, answer in asked}
        if self._spectral is not None:
            asked = self._spectral.answers(mixture, judge).items()
            answers |= {row_name("spectral", way): answer for way, answer in asked}
        for name, method in self._baselines.items():
            self._bench.cancel.raise_if_cancelled()
            answers[name] = judge.hear(lambda: method(mixture), mixture.sample_rate_hz)  # noqa: B023
        return Outcome(
            mixture.name,
            mixture.target_class,
            mixture.background_class,
            mixture.level_db,
            mixture.length_s,
            answers,
        )


def _line(outcome: Outcome) -> str:
    gains = "  ".join(
        f"{name} {answer.improvement_db:+.1f}"
        for name, answer in outcome.answers.items()
        if isinstance(answer, Score)
    )
    return f"{outcome.name} ({outcome.level_db:+.1f} dB): {gains}"
