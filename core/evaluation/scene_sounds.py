"""Excerpts of the recordings of a benchmark, for scenes that are made of them.

Letters in shapes: N samples of an excerpt.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from core.evaluation.material import Files
from core.evaluation.sounds import Mono, read_mono, resample
from core.scenes.sounds import loud_excerpt

_N_KEPT = 256
"""Recordings that are kept decoded."""


class FileSounds:
    """Reads recordings when they are wanted. `SceneSounds`."""

    def __init__(self, sounds: Files, sample_rate_hz: int) -> None:
        self._sounds, self._rate_hz = sounds, sample_rate_hz
        self._read = lru_cache(_N_KEPT)(self._decoded)

    @property
    def sample_rate_hz(self) -> int:
        return self._rate_hz

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted(self._sounds))

    def excerpt(self, label: str, n_samples: int, random: np.random.Generator) -> Mono:
        """Return (N,) of a recording of a class, with its loudest sample at 1.

        Raises:
            MediaError: the recording can't be read.
        """
        paths = self._sounds[label]
        sound = self._read(paths[int(random.integers(len(paths)))])

        def read(first: int, n: int) -> Mono:
            piece = np.zeros(n, np.float32)
            low, high = max(0, first), min(len(sound), first + n)
            if low < high:
                piece[low - first : high - first] = sound[low:high]
            return piece

        return loud_excerpt(len(sound), n_samples, read, random)

    def _decoded(self, path: Path) -> Mono:
        return resample(*read_mono(path), self._rate_hz)
