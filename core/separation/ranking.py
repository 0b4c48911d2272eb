"""Which of several answers of a generative engine to keep.

Engines that begin with noise give another answer for each noise. A ranker says which is best: by
the words where CLAP is installed, or else by how well target and residual together give back the
mix, which needs no model. Letters in shapes: N samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.domain.audio import AudioClip, Samples
from core.progress import CancelToken
from core.separation.generated_level import smoothed_power
from core.separation.stft import Stft

TINY = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One answer: target and residual (1, N) each."""

    target: Samples
    residual: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What was asked: the mix (1, N) at a rate, and words if there were any."""

    mix: Samples
    sample_rate_hz: int
    words: str | None


class Ranker(Protocol):
    """Scores candidates; the highest score is the best."""

    @property
    def name(self) -> str: ...

    def scores(
        self, candidates: Sequence[Candidate], question: Question, cancel: CancelToken
    ) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class MixRanker:
    """Prefers what adds up to the mix: the mean difference of levels, in nepers, is smallest."""

    name: str = "mix"

    def scores(
        self,
        candidates: Sequence[Candidate],
        question: Question,
        cancel: CancelToken,
    ) -> list[float]:
        found = []
        for one in candidates:
            cancel.raise_if_cancelled()
            found.append(-_distance(one.target + one.residual, question.mix))
        return found


@dataclass(frozen=True, slots=True)
class ClapRanker:
    """Prefers the target that fits the words, as CLAP hears it."""

    device: str
    name: str = "clap"

    def scores(
        self, candidates: Sequence[Candidate], question: Question, cancel: CancelToken
    ) -> list[float]:
        from core.separation.clap_score import build  # loads transformers' CLAP

        rate_hz = question.sample_rate_hz
        sounds = [AudioClip(np.asarray(one.target, np.float32), rate_hz) for one in candidates]
        scorer = build(self.device)
        return [float(x) for x in scorer.scores([question.words or ""], sounds, cancel=cancel)[0]]


def best_ranker(words: str | None, device: str) -> Ranker:
    """Return the best ranker there is for a request with these words."""
    from core.separation.clap_score import CLAP
    from core.store import installed

    if words and installed(CLAP) is not None:
        return ClapRanker(device)
    return MixRanker()


def best_of(scores: Sequence[float]) -> int:
    """Return the place of the highest score; what is not a number comes last."""
    return int(np.nan_to_num(np.asarray(scores, np.float64), nan=-np.inf).argmax())


def _distance(sound: Samples, mix: Samples) -> float:
    stft = Stft(1024)
    ours, theirs = (smoothed_power(stft, one).add(TINY).log() for one in (sound, mix))
    return 0.5 * float((ours - theirs).abs().mean())
