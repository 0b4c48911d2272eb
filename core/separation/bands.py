"""Frequency bands as the ear cuts them: single bins below a corner, ever wider ones above.

High up, parts of a sound lie closer than its shape in time can be told apart, so learning there
bin by bin costs much and gains nothing.

Letters in shapes: F frequency bins, B bands, T frames.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

CORNER_HZ = 2000.0


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Neighbouring bins that are taken together.

    Attributes:
        of_bin: (F,) the band that each bin belongs to, rising from zero without gaps.
        centres_hz: (B,) middle of each band.
    """

    of_bin: npt.NDArray[np.int64]
    centres_hz: npt.NDArray[np.float64]

    @classmethod
    def of(cls, n_bins: int, sample_rate_hz: int) -> "Bands":
        """Return bands for `n_bins` even bins up to half the rate.

        Below the corner a bin is a band; above it a band is as wide, for its height, as the
        highest single bin.
        """
        bin_hz = 0.5 * sample_rate_hz / (n_bins - 1)
        n_single = max(1.0, CORNER_HZ / bin_hz)
        place = np.arange(n_bins, dtype=np.float64)
        above = n_single * (1.0 + np.log(np.maximum(place, n_single) / n_single))
        _, of_bin = np.unique(
            np.where(place < n_single, place, np.floor(above)), return_inverse=True
        )
        counts = np.bincount(of_bin)
        return cls(of_bin.astype(np.int64), np.bincount(of_bin, place * bin_hz) / counts)

    def __len__(self) -> int:
        return len(self.centres_hz)

    def pool(self, levels: Tensor) -> Tensor:
        """Return the sum of the levels (F, T) within each band, (B, T)."""
        place = torch.as_tensor(self.of_bin, device=levels.device)
        return levels.new_zeros(len(self), levels.shape[1]).index_add_(0, place, levels)

    def spread(self, mask: Tensor) -> Tensor:
        """Return a mask (B, T) with each band's value in all of its bins, (F, T)."""
        return mask[torch.as_tensor(self.of_bin, device=mask.device)]
