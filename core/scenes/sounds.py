"""The sound of a made scene: excerpts of recordings, levelled and mixed, and who is heard when.

Letters in shapes: N samples of an excerpt, Q sources, K frames.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Mono = npt.NDArray[np.float32]

_LEVELS_DB = (-6.0, 6.0)
_PEAKS = (0.1, 0.9)
_HEARD_FROM_DB = -30.0
"""Of the whole: a source that is quieter around a frame is not heard there."""
_N_LOOKS = 4


class SceneSounds(Protocol):
    """Where excerpts come from."""

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def classes(self) -> tuple[str, ...]:
        """All classes that have recordings, sorted."""
        ...

    def excerpt(self, label: str, n_samples: int, random: np.random.Generator) -> Mono:
        """Return (N,) of a recording of a class, with its loudest sample at 1."""
        ...


def loud_excerpt(
    length: int,
    n_samples: int,
    read: Callable[[int, int], Mono],
    random: np.random.Generator,
) -> Mono:
    """Return (N,) from the loudest of a few places of a recording, its loudest sample at 1.

    Args:
        length: samples of the recording; where it is shorter than N, it lies anywhere in it.
        n_samples: N.
        read: gives (n,) from a first sample on, silent outside of the recording.
        random: where chance comes from.
    """
    spare = length - n_samples
    places = random.integers(min(0, spare), max(0, spare) + 1, _N_LOOKS if spare > 0 else 1)
    found = [read(int(place), n_samples) for place in places]
    sound = max(found, key=lambda one: float(np.square(one).sum()))
    return sound / np.float32(max(float(np.abs(sound).max()), 1e-3))


def mixed(
    sources: Sequence[Mono], n_frames: int, random: np.random.Generator
) -> tuple[Mono, npt.NDArray[np.bool_]]:
    """Return the mixture (N,) of Q sources (N,), and (Q, K) who of them is heard when.

    Sources are brought to one loudness first, then to levels a few decibels apart.
    """
    levelled = [_levelled(source, random) for source in sources]
    mixture = np.asarray(np.sum(levelled, axis=0), np.float32)
    whole = _energies(mixture, n_frames).max() + 1e-12
    parts = np.stack([_energies(one, n_frames) for one in levelled])
    peak = np.float32(np.exp(random.uniform(*np.log(_PEAKS))) / max(np.abs(mixture).max(), 1e-6))
    return mixture * peak, parts >= whole * 10 ** (_HEARD_FROM_DB / 10)


def _levelled(source: Mono, random: np.random.Generator) -> Mono:
    # The loud parts count: a bark in a silent second is as loud as a hum that lasts.
    blocks = source[: len(source) // 400 * 400].reshape(-1, 400)
    loud = float(np.sqrt(np.percentile(np.square(blocks).mean(1), 90)))
    gain = 10 ** (random.uniform(*_LEVELS_DB) / 20)
    return source * np.float32(gain / max(loud, 0.02))


def _energies(sound: Mono, n_frames: int) -> npt.NDArray[np.float64]:
    """Return (K,) the energy around each frame."""
    squares = np.square(sound.astype(np.float64)).reshape(n_frames, -1)
    return np.asarray(squares.sum(1), np.float64)
