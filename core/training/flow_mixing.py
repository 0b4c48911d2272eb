"""Mix and separate as papers/000 does it: the mixture is the mean of whole sounds.

Sections 3.4 and 4.1 with the constants of the official code; more sources, offsets and silences if
wanted. What a batch holds depends on the seed and its number alone. Letters in shapes: B mixtures,
S sources, N samples, K frames, D width of a prompt.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.training.flow_conditions import Conditions
from core.training.flow_features import Features
from core.training.sound_bank import Mono, SoundBank


@dataclass(frozen=True, slots=True)
class FlowMixing:
    """How mixtures are made."""

    n_sources: int = 2
    gain: tuple[float, float] = (0.5, 1.5)
    """Of each source, on its own."""
    silence_share: float = 0.0
    """How often a source is silent for a part of the time."""
    is_by_class: bool = False
    """Whether classes are drawn evenly, rather than recordings."""

    def __post_init__(self) -> None:
        if not 2 <= self.n_sources <= 4:
            raise ValueError(f"{self.n_sources} sources are not between 2 and 4")


class FlowBatch(NamedTuple):
    """Mixtures with their parts, and what each part is asked for by."""

    mixture: npt.NDArray[np.float32]  # (B, N)
    sources: npt.NDArray[np.float32]  # (B, S, N); their mean is the mixture
    prompts: tuple[tuple[Features, ...], ...]  # B times S times (K, D)


@dataclass(frozen=True, slots=True)
class FlowMixer:
    """Draws batches of sounds of different classes."""

    bank: SoundBank
    conditions: Conditions
    n_samples: int
    """N, of the window the network hears."""
    config: FlowMixing = field(default_factory=FlowMixing)
    seed: int = 0

    def batch(self, number: int, n_mixtures: int) -> FlowBatch:
        """Return batch `number`: the same for the same seed, whatever was drawn before."""
        drawn = [
            self._mixture(np.random.default_rng((self.seed, number, place)))
            for place in range(n_mixtures)
        ]
        sources = np.stack([sounds for sounds, _ in drawn])
        return FlowBatch(sources.mean(1), sources, tuple(prompts for _, prompts in drawn))

    def _mixture(
        self, random: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], tuple[Features, ...]]:
        sounds, prompts = [], []
        for number in self._numbers(random):
            sound, centre_s = self._sound(number, random)
            sounds.append(sound)
            prompts.append(self.conditions.draw(number, centre_s, random))
        return np.stack(sounds), tuple(prompts)

    def _numbers(self, random: np.random.Generator) -> list[int]:
        """Return recordings of different classes."""
        numbers = self.bank.by_class()
        weights = np.array([1 if self.config.is_by_class else len(one) for one in numbers.values()])
        labels = random.choice(
            list(numbers), self.config.n_sources, replace=False, p=weights / weights.sum()
        )
        return [int(random.choice(numbers[label])) for label in labels]

    def _sound(self, number: int, random: np.random.Generator) -> tuple[Mono, float]:
        """Return a window (N,) of a recording, and where in it the middle of the window is."""
        n, length = self.n_samples, self.bank.length(number)
        first = int(random.integers(max(0, length - n) + 1))
        sound = self.bank.read(number, first, min(n, length))
        if len(sound) < n:  # the official loader repeats what is too short
            sound = np.resize(sound, n)
        sound = sound * np.float32(random.uniform(*self.config.gain))
        if random.random() < self.config.silence_share:
            start, stop = np.sort(random.integers(0, n + 1, 2))
            sound[start:stop] = 0
        middle = first + min(n, length) / 2
        return sound.clip(-1, 1), middle / self.bank.sample_rate_hz
