"""The door to segmenters that hear: frames and the sound around each give the pixels that sound.

Letters in shapes: K frames, H, W pixels, N samples around a frame, Q sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels
from core.progress import CancelToken

Heat = npt.NDArray[np.float32]
"""float32 (H, W), 0 to 1: how likely each pixel sounds."""


@dataclass(frozen=True, slots=True)
class SoundingInfo:
    """A sounding segmenter as a person chooses it, and what it wants to be given."""

    name: str
    title: str
    summary: str
    licence: str
    sample_rate_hz: int
    frame_samples: int
    """N: of sound around each frame, its middle at the frame's time."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundingSource:
    """One of the things that are heard, where it is seen."""

    heat: Heat
    label: str
    """The class it is taken for; empty where the segmenter has no names."""
    score: float
    """How sure it is that there is such a source, 0 to 1."""
    certainty: float = 1.0
    """How sure it is of the label, 0 to 1; 1 where the segmenter has no names."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundingMap:
    """What sounds in one frame."""

    heat: Heat
    sources: tuple[SoundingSource, ...]
    """The same, source by source, the surest first: each pixel's heat belongs to one at most."""


class SoundingSegmenter(Protocol):
    """Finds the pixels that sound. Called from one worker thread at a time; keeps no state."""

    @property
    def info(self) -> SoundingInfo: ...

    def sounding(
        self,
        frames: Sequence[Pixels],
        sounds: npt.NDArray[np.float32],
        *,
        cancel: CancelToken,
    ) -> list[SoundingMap]:
        """Return what sounds in each of K frames, in the frames' own pixels.

        Args:
            frames: K of them, (H, W, 3) RGB, of any size; left as they are.
            sounds: (K, N), one channel at the rate of `info`, full scale is 1.
            cancel: looked at between frames.

        Raises:
            ValueError: there are not as many sounds as frames, or they are not N samples long.
            Cancelled: asked to stop.
        """
        ...
