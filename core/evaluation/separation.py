"""The benchmark on mixtures of two recordings: an engine beside baselines, as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.domain.audio import AudioClip
from core.domain.prompts import PromptKind, PromptSet, SpanPrompt, TextPrompt
from core.evaluation.baselines import gated, ideal_ratio_mask, nmf_mfcc, untouched
from core.evaluation.mixtures import Mixture, Mono, make_mixtures
from core.evaluation.tables import Row, Score, table
from core.evaluation.trial import Bench, Write, estimate, score, timed
from core.separation import registry
from core.separation.protocol import SeparationRequest

_GIVEN = frozenset({PromptKind.SPAN, PromptKind.TEXT})


@dataclass(frozen=True, slots=True)
class SeparationReport:
    """What came out, the engine's row first."""

    rows: tuple[Row, ...]
    n_mixtures: int
    seed: int
    text: str


def run(
    folder: Path,
    engine: str = "spectral",
    *,
    n_mixtures: int = 30,
    bench: Bench | None = None,
    seed: int = 0,
    write: Write | None = None,
) -> SeparationReport:
    """Separate seeded mixtures of the recordings in `folder` and return the scores.

    The prompts are what the engine understands of: the spans in which the target truly sounds
    (all of them positive), and the name of its class as words.

    Args:
        folder: holds `audio/<class>/<recording>`, or the class folders themselves.
        engine: name in the registry.
        n_mixtures: how many.
        bench: device, settings and cancel token; its engine and seed give way to the others.
        seed: of mixtures and engine.
        write: told a line for every mixture, and the table at last.

    Raises:
        MediaError: too few recordings.
        ModelError: no such engine.
        Cancelled: the bench's token was raised.
    """
    plan = bench or Bench()
    plan = Bench(engine, seed, plan.device, plan.settings, plan.cancel)
    say = write or _say_nothing
    methods = _methods(plan)
    scores: dict[str, list[Score]] = {name: [] for name in methods}
    for mixture in make_mixtures(folder, n_mixtures, seed):
        plan.cancel.raise_if_cancelled()
        for name, method in methods.items():
            scores[name].append(_score(mixture, method))
        say(_line(mixture, {name: found[-1] for name, found in scores.items()}))
    rows = tuple(Row(name, tuple(found)) for name, found in scores.items())
    text = f"{_title(folder, n_mixtures, seed)}\n{table(rows)}"
    say(text)
    return SeparationReport(rows, n_mixtures, seed, text)


def _methods(plan: Bench) -> dict[str, Callable[[Mixture], Mono]]:
    separator = plan.build()
    kinds = registry.info(plan.engine).understands & _GIVEN

    def by_engine(mixture: Mixture) -> Mono:
        request = SeparationRequest(
            AudioClip(mixture.mix[None], mixture.sample_rate_hz),
            _prompts(mixture, kinds),
            seed=plan.seed,
            settings=plan.settings,
            device=plan.device,
        )
        return estimate(separator, request, plan.cancel)

    return {
        plan.engine: by_engine,
        "nmf-mfcc": lambda mixture: nmf_mfcc(mixture, plan.seed),
        "spans only": gated,
        "mix": untouched,
        "irm": ideal_ratio_mask,
    }


def _prompts(mixture: Mixture, kinds: frozenset[PromptKind]) -> PromptSet:
    words = TextPrompt(mixture.target_class.replace("_", " "))
    return PromptSet(
        texts=(words,) if PromptKind.TEXT in kinds else (),
        spans=tuple(SpanPrompt(s) for s in mixture.spans) if PromptKind.SPAN in kinds else (),
    )


def _score(mixture: Mixture, method: Callable[[Mixture], Mono]) -> Score:
    found, spent_s = timed(lambda: method(mixture))
    return score(found, mixture.target, mixture.mix, spent_s / mixture.length_s)


def _line(mixture: Mixture, scores: dict[str, Score]) -> str:
    gains = "  ".join(f"{name} {found.improvement_db:+.1f}" for name, found in scores.items())
    return f"{mixture.name} ({mixture.level_db:+.1f} dB): {gains}"


def _title(folder: Path, n_mixtures: int, seed: int) -> str:
    return (
        f"{n_mixtures} mixtures of two recordings from {folder}, seed {seed}. "
        "Medians in dB (and the mean of the SI-SDR improvement); cost is s per s of sound."
    )


def _say_nothing(_line: str) -> None:
    pass
