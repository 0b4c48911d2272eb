"""Draws what MMAudioSep learns from: a sound, the sound in a mixture, and the name of it.

papers/003 ("Method Summary"), sony/mmaudiosep. What a batch holds depends on the seed and its
number alone. Letters in shapes: B mixtures, N samples.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.domain.vocabulary import spoken
from core.training.recordings import Recording
from core.training.sep_mixing import drawn_snr_db, mixed
from core.training.sep_seen import Seeing, Seen
from core.training.sound_bank import Mono, SoundBank


class SepBatch(NamedTuple):
    """Sounds, each alone and in a mixture, and what they are asked for by."""

    target: Tensor  # (B, N)
    mixture: Tensor  # (B, N)
    words: tuple[str, ...]
    seen: tuple[Seen | None, ...] = ()
    """What the pictures of each sound show; none where it is empty."""


@dataclass(frozen=True, slots=True)
class SepMixer:
    """Mixes two sounds of different classes."""

    bank: SoundBank
    n_samples: int
    """N, of the window the network hears."""
    seed: int = 0
    seeing: Seeing = field(default_factory=dict)
    """Of recordings that have pictures; they are heard from their start, as they were seen."""

    def batch(self, number: int, n_mixtures: int) -> SepBatch:
        """Return batch `number`: the same for the same seed, whatever was drawn before."""
        drawn = [
            self._mixture(np.random.default_rng((self.seed, number, place)))
            for place in range(n_mixtures)
        ]
        targets, mixtures, words, seen = zip(*drawn, strict=True)
        return SepBatch(torch.stack(targets), torch.stack(mixtures), words, seen)

    def _mixture(self, random: np.random.Generator) -> tuple[Tensor, Tensor, str, Seen | None]:
        numbers = self.bank.by_class()
        labels = random.choice(list(numbers), 2, replace=False)
        target, seen = self._sound(int(random.choice(numbers[labels[0]])), random)
        other, _ = self._sound(int(random.choice(numbers[labels[1]])), random)
        snr_db = drawn_snr_db(float(random.random()))
        sounds = mixed(torch.from_numpy(target), torch.from_numpy(other), snr_db)
        return *sounds, spoken(str(labels[0])), seen

    def _sound(self, number: int, random: np.random.Generator) -> tuple[Mono, Seen | None]:
        """Return a window (N,) of a recording, and what is seen with it.

        What is too short is repeated.
        """
        seen = self.seeing.get(self.bank.recordings[number].path)
        n, length = self.n_samples, self.bank.length(number)
        first = int(random.integers(max(0, length - n) + 1)) if seen is None else 0
        return np.resize(self.bank.read(number, first, min(n, length)), n), seen


def of_classes(recordings: list[Recording], classes: Collection[str]) -> list[Recording]:
    """Return the recordings of some classes, all where none are named."""
    return [one for one in recordings if not classes or one.label in classes]
