"""Mix and separate: endless mixtures of recordings, with their parts as the truth.

papers/000 section 3.4, with two to four sources, random gains, offsets and silences. What a batch
holds depends on the seed and its number alone, so that training can go on exactly where it was.
Letters in shapes: B clips, N samples, T frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.training.activity import Activity, Spans, drawn_spans, true_activity
from core.training.sound_bank import Mono, SoundBank


@dataclass(frozen=True, slots=True)
class MixingConfig:
    """How mixtures are made."""

    n_samples: int = 127 * 256
    hop_samples: int = 256
    source_shares: tuple[float, ...] = (0.7, 0.2, 0.1)
    """How often a mixture has two, three, four sources."""
    level_db: tuple[float, float] = (-8.0, 8.0)
    """Of the target against all the rest together."""
    peak: tuple[float, float] = (0.1, 0.9)
    """Of the whole mixture."""
    silence_share: float = 0.3
    """How often a source is silent for a part of the time."""
    absent_share: float = 0.05
    """How often what the prompt names isn't there at all."""
    prompt_share: float = 0.8
    """How often the prompt is given."""
    span_share: float = 0.5
    """How often spans are given; always, where the prompt isn't."""

    @property
    def n_frames(self) -> int:
        return 1 + self.n_samples // self.hop_samples


class Clip(NamedTuple):
    """One mixture with the truth: `target + residual` is the mixture."""

    target: Mono  # (N,)
    residual: Mono  # (N,)
    label: int
    """Number of the class that the prompt names."""
    has_prompt: bool
    spans: Spans  # (T,)
    active: Activity  # (T,), whether the target sounds
    others: npt.NDArray[np.bool_]  # (classes,), what sounds beside it


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Several clips side by side."""

    target: npt.NDArray[np.float32]  # (B, N)
    residual: npt.NDArray[np.float32]  # (B, N)
    labels: npt.NDArray[np.int64]  # (B,)
    has_prompt: npt.NDArray[np.bool_]  # (B,)
    spans: npt.NDArray[np.float32]  # (B, T) of +1, -1, 0
    active: npt.NDArray[np.bool_]  # (B, T)
    others: npt.NDArray[np.bool_]  # (B, classes)


@dataclass(frozen=True, slots=True)
class Mixer:
    """Draws batches from a bank. Classes are drawn evenly, then recordings within them."""

    bank: SoundBank
    classes: tuple[str, ...]
    """All classes the model knows, in the order of its vocabulary."""
    config: MixingConfig = field(default_factory=MixingConfig)
    seed: int = 0

    def batch(self, number: int, n_clips: int) -> Batch:
        """Return batch `number`: the same for the same seed, whatever was drawn before."""
        numbers = self.bank.by_class()
        seeds = ((self.seed, number, place) for place in range(n_clips))
        clips = [self._clip(numbers, np.random.default_rng(seed)) for seed in seeds]
        target, residual, labels, has_prompt, spans, active, others = zip(*clips, strict=True)
        return Batch(
            np.stack(target),
            np.stack(residual),
            np.array(labels, np.int64),
            np.array(has_prompt, np.bool_),
            np.stack(spans),
            np.stack(active),
            np.stack(others),
        )

    def _clip(self, numbers: Mapping[str, tuple[int, ...]], random: np.random.Generator) -> Clip:
        config = self.config
        n_sources = 2 + int(random.choice(len(config.source_shares), p=config.source_shares))
        labels = random.choice(sorted(numbers), min(n_sources, len(numbers)), replace=False)
        target, *rest = (self._source(numbers[label], random) for label in labels)
        if random.random() < config.absent_share:
            target = np.zeros_like(target)
        target, residual = self._levelled(target, np.stack(rest).sum(0), random)
        active = true_activity(target, config.hop_samples, config.n_frames)
        has_prompt = random.random() < config.prompt_share
        has_spans = not has_prompt or random.random() < config.span_share
        spans = drawn_spans(active, random) if has_spans else np.zeros(len(active), np.float32)
        places = [self.classes.index(label) for label in labels]
        others = np.zeros(len(self.classes), np.bool_)
        others[places[1:]] = True
        return Clip(target, residual, places[0], has_prompt, spans, active, others)

    def _source(self, numbers: tuple[int, ...], random: np.random.Generator) -> Mono:
        """Return (N,) of one of these recordings from somewhere, with its loudest sample at 1."""
        number, n = int(random.choice(numbers)), self.config.n_samples
        spare = self.bank.length(number) - n
        # A short recording may lie anywhere in the window, a long one is cut anywhere.
        first = int(random.integers(min(0, spare), max(0, spare) + 1))
        sound = self.bank.read(number, first, n)
        if random.random() < self.config.silence_share:
            start, stop = np.sort(random.integers(0, n + 1, 2))
            sound[start:stop] = 0
        return sound / max(float(np.abs(sound).max()), 1e-3)

    def _levelled(
        self, target: Mono, residual: Mono, random: np.random.Generator
    ) -> tuple[Mono, Mono]:
        """Set the level of the target against the rest, and the peak of both together."""
        loudness, rest = (float(np.linalg.norm(sound)) for sound in (target, residual))
        if loudness and rest:
            wanted = 10 ** (random.uniform(*self.config.level_db) / 20)
            target = target * np.float32(wanted * rest / loudness)
        peak = max(float(np.abs(target + residual).max()), 1e-6)
        gain = np.float32(random.uniform(*self.config.peak) / peak)
        return target * gain, residual * gain
