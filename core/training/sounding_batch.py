"""What the sounding segmenter learns from: pictures, the sound around each, and what of it sounds.

Readers of published data sets and the maker of composites all give this, so that neither the
trainer nor the loss knows where a scene comes from.

Letters in shapes: B pictures, H W pixels, N samples, S sources at most in a batch.
"""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

SAMPLE_RATE_HZ = 16_000
CLIP_S = 1.0
"""Of sound around each picture."""

NO_LABEL = -1


class SoundingBatch(NamedTuple):
    """Pictures with their sounds and masks; a source is an object that is seen and heard."""

    frames: Tensor  # (B, 3, H, W) float32, RGB, 0 to 1
    waves: Tensor  # (B, N) float32 at SAMPLE_RATE_HZ, all that is heard, off-screen sounds too
    masks: Tensor  # (B, H, W) float32, 1 where something sounds; all 0 if nothing seen does
    sources: Tensor | None = None  # (B, S, H, W) float32, one mask a source; all 0 for none
    labels: Tensor | None = None  # (B, S) int64, the class of each source; NO_LABEL for none
    classes: Tensor | None = None  # (B, H, W) int64, class of each pixel, 0 for what is silent
    varied: Tensor | None = None  # (B, N) float32, `waves` after the augmentation of table 7

    def to(self, device: torch.device) -> "SoundingBatch":
        """Return the same on a device."""
        told = {name: one.to(device) for name, one in self._asdict().items() if one is not None}
        return self._replace(**told)


class SoundingScenes(Protocol):
    """Where batches come from."""

    @property
    def words(self) -> tuple[str, ...]:
        """What the numbers of `labels` mean."""
        ...

    def batch(self, number: int, n: int) -> SoundingBatch:
        """Return batch `number` of `n` pictures; the same number always gives the same batch."""
        ...


class SingleSounds(Protocol):
    """Sounds of one class alone, from which a bank of prototypes is built."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    def excerpt(
        self, label: str, n_samples: int, random: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """Return (N,) of a recording of a class, at SAMPLE_RATE_HZ."""
        ...
