"""Mix and separate: endless mixtures of recordings, with their parts as the truth.

papers/000 section 3.4, with two to four sources, random gains, offsets and silences. Each mixture
is used twice, with its first and its second source as the target, so that nothing but the prompt
tells the two apart. What a batch holds depends on the seed and its number alone, so that training
can go on exactly where it was.

Letters in shapes: B clips, N samples, T frames, K words, S sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.training.activity import Activity, Spans, drawn_spans, true_activity
from core.training.sound_bank import Mono, SoundBank
from core.training.variation import VariationConfig, varied

Words = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MixingConfig:
    """How mixtures are made."""

    n_samples: int = 127 * 256
    hop_samples: int = 256
    source_shares: tuple[float, ...] = (0.75, 0.2, 0.05)
    """How often a mixture has two, three, four sources."""
    level_db: tuple[float, float] = (-8.0, 8.0)
    """Of the first source against all the rest together."""
    peak: tuple[float, float] = (0.1, 0.9)
    """Of the whole mixture."""
    silence_share: float = 0.45
    """How often a source is silent for a part of the time."""
    absent_share: float = 0.08
    """How often what the prompt names isn't there at all."""
    alone_share: float = 0.0
    """How often there is one source alone, which is the whole target of the one clip and nothing
    of the other's: long mixtures are full of stretches in which only one of two sounds."""
    prompt_share: float = 0.85
    """How often the prompt is given."""
    unsure_share: float = 0.15
    """How often the prompt is as vague as what was made out in a picture."""
    span_share: float = 0.4
    """How often spans are given; always, where the prompt isn't."""
    more_source_shares: tuple[float, ...] = (0.3, 0.45, 0.2, 0.05)
    """How often a mixture for naming alone has one, two, three, four sources."""
    enough_s: float = 100.0
    """Of sound in a class: with less, it is drawn less often, as the root of what there is."""
    variation: VariationConfig = field(default_factory=VariationConfig)

    @property
    def n_frames(self) -> int:
        return 1 + self.n_samples // self.hop_samples


class Clip(NamedTuple):
    """One mixture with the truth: `target + residual` is the mixture."""

    target: Mono  # (N,)
    residual: Mono  # (N,)
    words: Words  # (K,), what the prompt names
    has_prompt: bool
    spans: Spans  # (T,)
    sounding: npt.NDArray[np.bool_]  # (K, T), which classes sound when


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Several clips side by side."""

    target: npt.NDArray[np.float32]  # (B, N)
    residual: npt.NDArray[np.float32]  # (B, N)
    words: npt.NDArray[np.float32]  # (B, K), shares that add up to 1
    has_prompt: npt.NDArray[np.bool_]  # (B,)
    spans: npt.NDArray[np.float32]  # (B, T) of +1, -1, 0
    sounding: npt.NDArray[np.bool_]  # (B, K, T)


@dataclass(frozen=True, slots=True, eq=False)
class NamedMixtures:
    """Mixtures of which only is known which classes sound when."""

    mixture: npt.NDArray[np.float32]  # (B, N)
    sounding: npt.NDArray[np.bool_]  # (B, K, T)


@dataclass(frozen=True, slots=True)
class Mixer:
    """Draws batches from a bank: a class first, then one of its recordings."""

    bank: SoundBank
    classes: tuple[str, ...]
    """All classes the model knows, in the order of its vocabulary."""
    config: MixingConfig = field(default_factory=MixingConfig)
    seed: int = 0

    def batch(self, number: int, n_clips: int) -> Batch:
        """Return batch `number`: the same for the same seed, whatever was drawn before."""
        numbers = self.bank.by_class()
        shares = self._class_shares(numbers)
        clips: list[Clip] = []
        for place in range(-(-n_clips // 2)):
            clips += self._pair(numbers, shares, np.random.default_rng((self.seed, number, place)))
        target, residual, words, has_prompt, spans, sounding = zip(*clips[:n_clips], strict=True)
        return Batch(
            np.stack(target),
            np.stack(residual),
            np.stack(words),
            np.array(has_prompt, np.bool_),
            np.stack(spans),
            np.stack(sounding),
        )

    def named(self, number: int, n_mixtures: int) -> NamedMixtures:
        """Return the mixtures `number` from which names are learnt, none of them in a batch."""
        numbers = self.bank.by_class()
        shares = self._class_shares(numbers)
        mixtures, sounding = [], []
        for place in range(n_mixtures):
            random = np.random.default_rng((self.seed, number, place, 1))
            n_sources = 1 + int(
                random.choice(len(self.config.more_source_shares), p=self.config.more_source_shares)
            )
            sources, when, _ = self._sources(numbers, shares, n_sources, random)
            mixtures.append(sources.sum(0))
            sounding.append(self._sounding(when))
        return NamedMixtures(np.stack(mixtures), np.stack(sounding))

    def _class_shares(self, numbers: Mapping[str, tuple[int, ...]]) -> npt.NDArray[np.float64]:
        """Return how often each class is drawn, in the order of `numbers`; adds up to 1."""
        enough = self.config.enough_s * self.bank.sample_rate_hz
        lengths = [sum(map(self.bank.length, found)) for found in numbers.values()]
        shares = np.sqrt(np.minimum(np.array(lengths, np.float64) / enough, 1.0))
        return np.asarray(shares / shares.sum(), np.float64)

    def _pair(
        self,
        numbers: Mapping[str, tuple[int, ...]],
        shares: npt.NDArray[np.float64],
        random: np.random.Generator,
    ) -> list[Clip]:
        """Return one mixture twice: its first source is the target, then its second."""
        config = self.config
        n_sources = 2 + int(random.choice(len(config.source_shares), p=config.source_shares))
        if config.alone_share and random.random() < config.alone_share:
            n_sources = 1
        sources, when, places = self._sources(numbers, shares, n_sources, random)
        if n_sources == 1:  # beside it nothing, which the second clip asks for
            sources = np.concatenate((sources, np.zeros_like(sources)))
            when.append((when[0][0], np.zeros_like(when[0][1])))
        active = [activity for _, activity in when]
        sounding = self._sounding(when)
        return [
            self._clip(sources, which, places, active[which], sounding, random) for which in (0, 1)
        ]

    def _sources(
        self,
        numbers: Mapping[str, tuple[int, ...]],
        shares: npt.NDArray[np.float64],
        n_sources: int,
        random: np.random.Generator,
    ) -> tuple[npt.NDArray[np.float32], list[tuple[int, Activity]], list[int]]:
        """Return levelled sources (S, N), each one's class and activity (T,), and the classes."""
        config = self.config
        labels = random.choice(list(numbers), min(n_sources, len(numbers)), False, shares)
        sources = np.stack([self._source(numbers[label], random) for label in labels])
        sources = self._levelled(sources, random)
        places = [self.classes.index(label) for label in labels]
        active = [true_activity(one, config.hop_samples, config.n_frames) for one in sources]
        return sources, list(zip(places, active, strict=True)), places

    def _sounding(self, when: list[tuple[int, Activity]]) -> npt.NDArray[np.bool_]:
        """Return (K, T) from classes and their activities (T,)."""
        sounding = np.zeros((len(self.classes), self.config.n_frames), np.bool_)
        for place, active in when:
            sounding[place] |= active
        return sounding

    def _clip(
        self,
        sources: npt.NDArray[np.float32],
        which: int,
        places: list[int],
        active: Activity,
        sounding: npt.NDArray[np.bool_],
        random: np.random.Generator,
    ) -> Clip:
        config = self.config
        others = [other for other in range(len(self.classes)) if other not in places]
        is_beside_nothing = which >= len(places)
        place, target = places[0 if is_beside_nothing else which], sources[which]
        if others and (random.random() < config.absent_share or is_beside_nothing):
            place, target, active = int(random.choice(others)), target * 0, active & False
        has_prompt = random.random() < config.prompt_share
        has_spans = not has_prompt or random.random() < config.span_share
        spans = drawn_spans(active, random) if has_spans else np.zeros(len(active), np.float32)
        words = self._words(place, random)
        return Clip(target, sources.sum(0) - target, words, has_prompt, spans, sounding)

    def _words(self, place: int, random: np.random.Generator) -> Words:
        words = np.zeros(len(self.classes), np.float32)
        words[place] = 1
        if random.random() < self.config.unsure_share:
            guesses = random.dirichlet(np.full(len(words), 1.5 / len(words)))
            words += np.float32(random.uniform(0, 0.6)) * (guesses - words).astype(np.float32)
        return words

    def _source(self, numbers: tuple[int, ...], random: np.random.Generator) -> Mono:
        """Return (N,) of one of these recordings from somewhere, with its loudest sample at 1."""
        number, n = int(random.choice(numbers)), self.config.n_samples
        speed = self.config.variation.drawn_speed(random)
        n_read = int(np.ceil(n * speed)) + 1
        spare = self.bank.length(number) - n_read
        # A short recording may lie anywhere in the window, a long one is cut anywhere.
        first = int(random.integers(min(0, spare), max(0, spare) + 1))
        sound = self.bank.read(number, first, n_read)
        sound = varied(sound, n, speed, self.config.variation, random)
        if random.random() < self.config.silence_share:
            start, stop = np.sort(random.integers(0, n + 1, 2))
            if random.random() < 0.5:
                sound[start:stop] = 0
            else:
                sound[:start] = 0
                sound[stop:] = 0
        return sound / max(float(np.abs(sound).max()), 1e-3)

    def _levelled(
        self, sources: npt.NDArray[np.float32], random: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """Set the level of the first source against the rest, and the peak of all together."""
        rest = float(np.linalg.norm(sources[1:].sum(0)))
        loudness = float(np.linalg.norm(sources[0]))
        if loudness and rest:
            sources[0] *= 10 ** (random.uniform(*self.config.level_db) / 20) * rest / loudness
        peak = max(float(np.abs(sources.sum(0)).max()), 1e-6)
        return sources * np.float32(random.uniform(*self.config.peak) / peak)
