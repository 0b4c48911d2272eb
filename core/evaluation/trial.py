"""Runs one engine on one mix in memory and scores what comes out.

Letters in shapes: C channels, N samples.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.domain.audio import Samples
from core.domain.engines import SettingValue
from core.evaluation.metrics import bss_ratios, si_sdr_db
from core.evaluation.mixtures import Mono
from core.evaluation.tables import Score
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


def timed(work: Callable[[], Mono]) -> tuple[Mono, float]:
    """Return what `work` returns and the seconds it took."""
    begun_s = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun_s


def score(found: Mono, truth: Mono, mix: Mono, cost: float) -> Score:
    """Return the scores of the estimate `found` of `truth` in `mix`, all (N,)."""
    reached_db = si_sdr_db(found, truth)
    return Score(
        improvement_db=reached_db - si_sdr_db(mix, truth),
        si_sdr_db=reached_db,
        ratios=bss_ratios(found, mix - found, truth, mix - truth),
        cost=cost,
    )
