"""Runs one engine on one mix in memory and scores what comes out.

Letters in shapes: N samples.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.domain.audio import Samples
from core.domain.engines import SettingValue
from core.errors import EngineError, PromptError
from core.evaluation.bss import BssEval
from core.evaluation.metrics import si_sdr_db
from core.evaluation.sounds import Mono
from core.evaluation.tables import Refusal, Score
from core.progress import CancelToken, ignore
from core.separation import registry
from core.separation.protocol import SeparationRequest, Separator

Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Which engine is tried, and how.

    Attributes:
        engine: its name in the registry.
        seed: of the engine and of the mixtures.
        device: "auto", "cpu", "cuda" or "mps".
        settings: knobs that differ from their defaults.
        cancel: looked at by the engine and between mixtures.
    """

    engine: str = "spectral"
    seed: int = 0
    device: str = "auto"
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    cancel: CancelToken = field(default_factory=CancelToken)

    def build(self) -> Separator:
        return registry.build(self.engine, self.device)


class Judge:
    """Knows the truth about one mix, and scores estimates of its target."""

    def __init__(self, truth: Mono, mix: Mono) -> None:
        """Prepare for a true target within a mix, both (N,).

        Raises:
            ValueError: the target is silent, or is all there is.
        """
        self._truth, self._mix = truth, mix
        self._bss = BssEval(truth, mix - truth)
        self._before = self._bss.ratios(mix)
        self._before_si_sdr_db = si_sdr_db(mix, truth)

    def score(self, found: Mono, cost: float) -> Score:
        """Return the scores of the estimate `found` (N,) that took `cost` s per s of sound."""
        reached_db, ratios = si_sdr_db(found, self._truth), self._bss.ratios(found)
        return Score(
            improvement_db=reached_db - self._before_si_sdr_db,
            si_sdr_db=reached_db,
            sdr_improvement_db=ratios.sdr_db - self._before.sdr_db,
            ratios=ratios,
            cost=cost,
        )

    def hear(self, work: Callable[[], Mono], sample_rate_hz: int) -> Score | Refusal:
        """Do `work` and score what it returns; what it refuses to do is written down."""
        begun_s = time.perf_counter()
        try:
            found = work()
        except (PromptError, EngineError) as error:
            return Refusal(str(error))
        spent_s = time.perf_counter() - begun_s
        return self.score(found, spent_s * sample_rate_hz / len(self._truth))


class _Memory:
    def __init__(self) -> None:
        self.pieces: list[Samples] = []

    def write(self, target: Samples) -> None:
        self.pieces.append(target.copy())


def estimate(separator: Separator, request: SeparationRequest, cancel: CancelToken) -> Mono:
    """Return the target that `separator` finds, the mean of its channels, (N,)."""
    memory = _Memory()
    separator.separate(request, memory, report=ignore, cancel=cancel)
    return np.asarray(np.concatenate(memory.pieces, axis=1).mean(axis=0), np.float32)
