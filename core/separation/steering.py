"""Which parts of a sound follow the motion of a region: correlation of activity with motion.

A correlation found in a few seconds may be chance. Every decision here is therefore as soft as the
evidence is short: with little evidence each part is shared half and half, which does no harm.

Letters in shapes: P parts, T frames.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation

Values = npt.NDArray[np.float64]

LEAST_CONTRAST_PX = 0.1
"""Between still and moving, a picture; less is the noise of the flow itself."""
STILL, MOVING = 0.2, 0.35
INDEPENDENT_HZ = 2.0
"""How many independent observations a second of motion holds, roughly."""
SURE = 3.0
"""Standard deviations from which a correlation is taken for more than chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion at every frame, from 0 (as still as ever) to 1; NaN where nothing was seen.

    Attributes:
        level: (T,).
    """

    level: Values

    def is_still(self, n_guard: int) -> npt.NDArray[np.bool_]:
        """Return (T,) True where it has been still for `n_guard` frames and will be as long.

        Sound begins a little before and rings on a little after what is seen of it.
        """
        stirs = np.where(np.isfinite(self.level), self.level >= STILL, True)
        return ~np.asarray(binary_dilation(stirs, iterations=n_guard), np.bool_)

    @property
    def is_moving(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.level >= MOVING)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How each part follows the motion.

    Attributes:
        correlation: (P,), -1 to 1.
        chance: the standard deviation that unrelated parts would show.
    """

    correlation: Values
    chance: float

    @property
    def is_sure(self) -> bool:
        """True where the best part follows the motion more than chance allows."""
        return bool(self.correlation.max(initial=0.0) > max(0.5, SURE * self.chance))

    def shares_alone(self) -> Values:
        """Return (P,) the target's share of each part where nothing else is known of them."""
        half_way = 0.5 * max(0.0, float(self.correlation.max(initial=0.0)))
        return _soft((self.correlation - half_way) / max(self.chance, 0.08))

    def shares_beside_spans(self) -> Values:
        """Return (P,) the target's share of parts that were learned where it sounds.

        They are the target's unless they clearly go against the motion.
        """
        return _soft(2.0 * (self.correlation / max(self.chance, 0.08) + SURE))

    def shares_beside_stillness(self) -> Values:
        """Return (P,) the target's share of parts that were learned while nothing moved.

        They are the background's unless they clearly follow the motion.
        """
        return _soft(2.0 * (self.correlation / max(self.chance, 0.08) - SURE))


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


def likeness(activity: Values, motion: Motion, frame_s: float, smooth_s: float) -> Likeness:
    """Return how the parts' `activity` (P, T), not negative, follows the motion of its frames.

    Args:
        activity: (P, T).
        motion: of the same frames.
        frame_s: from one frame to the next.
        smooth_s: over which activity is averaged; motion is known no finer.
    """
    seen = np.isfinite(motion.level)
    width = max(1, round(smooth_s / frame_s))
    kernel = np.ones(width) / width
    smooth = np.stack([np.convolve(row, kernel, mode="same") for row in np.sqrt(activity)])
    found = np.array([_correlation(row[seen], motion.level[seen]) for row in smooth])
    n_independent = max(1.0, INDEPENDENT_HZ * frame_s * float(seen.sum()))
    return Likeness(found, 1.0 / np.sqrt(n_independent))


def _soft(evidence: Values) -> Values:
    return np.asarray(1.0 / (1.0 + np.exp(-evidence)))


def _correlation(one: Values, other: Values) -> float:
    """Return Pearson's correlation, 0 where one of the two does not vary."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else 0.0
