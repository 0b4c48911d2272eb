"""Says for each recording what it may be asked for by: frames of its film, or pictures and words.

Letters in shapes: K frames, D width of CLIP's space.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core.training.flow_features import Features

N_FRAMES = 11
"""Of a film beside one stretch of its sound, in both official recipes."""


class Conditions(Protocol):
    """What to look for, for recordings by their number in the bank."""

    def draw(self, number: int, centre_s: float, random: np.random.Generator) -> Features:
        """Return (K, D), K at least 1, for the sound around `centre_s` of the recording."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FilmConditions:
    """Frames of the film that the sound is from, around the middle of the sound."""

    features: tuple[Features, ...]
    """(frames of the film, D) for each recording."""
    lengths_s: tuple[float, ...]
    step_s: float
    """From one frame to the next: 0.25 s for MUSIC, 1 s for AVE."""

    def draw(self, number: int, centre_s: float, random: np.random.Generator) -> Features:  # noqa: ARG002 - a film leaves nothing to chance
        """Return (11, D); at the ends of the film its first or last frame stands in."""
        held = self.features[number]
        rate_hz = len(held) / max(self.lengths_s[number], 1e-3)
        times_s = centre_s + (np.arange(N_FRAMES) - N_FRAMES // 2) * self.step_s
        places = np.clip(np.round(times_s * rate_hz).astype(int), 0, len(held) - 1)
        return np.asarray(held[places], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ClassConditions:
    """One picture of the recording's class, or its name."""

    labels: tuple[str, ...]
    """Of each recording."""
    pictures: Mapping[str, Features]
    """(pictures, D) by class; a class may have none."""
    words: Mapping[str, Features] = field(default_factory=dict)
    """(D,) by class."""
    word_share: float = 0.5
    """How often the name is given where there are pictures too."""

    def __post_init__(self) -> None:
        lacking = {one for one in self.labels if one not in self.pictures and one not in self.words}
        if lacking:
            raise ValueError(f"nothing to ask for {', '.join(sorted(lacking))} by")

    def draw(self, number: int, centre_s: float, random: np.random.Generator) -> Features:  # noqa: ARG002 - a still shows the same all the time
        """Return (1, D)."""
        label = self.labels[number]
        seen, read = self.pictures.get(label), self.words.get(label)
        if seen is None or (read is not None and random.random() < self.word_share):
            return self.words[label][None]
        return np.asarray(seen[random.integers(len(seen))][None], np.float32)
