"""Which parts of a sound follow the motion of a region: correlation of activity with motion.

Letters in shapes: P parts, T frames.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

LEAST_CONTRAST_PX = 0.08
"""Between still and moving, a picture; less is the noise of the flow itself."""
STILL, MOVING = 0.2, 0.35
MIDDLE, WIDTH = 0.1, 0.06
"""Correlation at which a part counts half, and how soft the decision is."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion at every frame, from 0 (as still as ever) to 1; NaN where nothing was seen.

    Attributes:
        level: (T,).
    """

    level: Values

    @property
    def is_still(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.level < STILL)

    @property
    def is_moving(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.level >= MOVING)


def read_motion(energy: Values) -> Motion | None:
    """Return motion from `energy` (T,) with NaN for unseen frames; None where nothing changes."""
    seen = energy[np.isfinite(energy)]
    if len(seen) < 8:
        return None
    low, high = np.quantile(seen, [0.1, 0.9])
    if high - low < LEAST_CONTRAST_PX:
        # A single short move is above the ninetieth percentile of a long stillness.
        low, high = np.quantile(seen, [0.1, 0.99])
    if high - low < LEAST_CONTRAST_PX:
        return None
    return Motion(np.clip((energy - low) / (high - low), 0.0, 1.0))


def shares(activity: Values, motion: Motion, n_smooth: int) -> Values:
    """Return (P,) how much of each part belongs to what moves, 0 to 1.

    Args:
        activity: (P, T), not negative.
        motion: (T,) of the same frames.
        n_smooth: frames over which activity is averaged; motion is known no finer.
    """
    seen = np.isfinite(motion.level)
    width = max(1, n_smooth)
    kernel = np.ones(width) / width
    smooth = np.stack([np.convolve(row, kernel, mode="same") for row in np.sqrt(activity)])
    found = np.array([_correlation(row[seen], motion.level[seen]) for row in smooth])
    return np.asarray(1.0 / (1.0 + np.exp(-(found - MIDDLE) / WIDTH)))


def _correlation(one: Values, other: Values) -> float:
    """Return Pearson's correlation, 0 where one of the two does not vary."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else 0.0
