"""From float sound to whole numbers and their limits: rounding, dither, and the common gain.

Rounding is done here and not in a library, so that exported target + residual gives the exported
mix back within one step (LSB) of 24 bit, and so that nothing ever wraps around.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.audio import AudioSource, Samples
from core.progress import CancelToken

Whole = npt.NDArray[np.int32]
"""int32 (N, C): whole steps of `n_bits`, interleaved as files want them."""

BLOCK_SAMPLES = 1 << 16


@dataclass(frozen=True, slots=True)
class Extent:
    """Lowest and highest sample of a sound; both zero for silence."""

    low: float = 0.0
    high: float = 0.0

    def join(self, other: "Extent") -> "Extent":
        return Extent(min(self.low, other.low), max(self.high, other.high))


def extent_of(source: AudioSource, *, cancel: CancelToken) -> Extent:
    """Read all of `source` in blocks and return how far it reaches."""
    extent = Extent()
    for start in range(0, source.n_samples, BLOCK_SAMPLES):
        cancel.raise_if_cancelled()
        block = source.read(start, min(start + BLOCK_SAMPLES, source.n_samples))
        extent = extent.join(Extent(float(block.min()), float(block.max())))
    return extent


def fits(extent: Extent, n_bits: int) -> bool:
    """Return whether every sample has a whole number of `n_bits`, without clipping."""
    full = 1 << (n_bits - 1)
    return round(extent.high * full) <= full - 1 and round(extent.low * full) >= -full


def common_gain(extents: Iterable[Extent], n_bits: int) -> float:
    """Return one gain (at most 1) that lets all `extents` fit into `n_bits`.

    One for all of them, never one each: otherwise target + residual is not the mix any more.
    """
    widest = Extent()
    for extent in extents:
        widest = widest.join(extent)
    if fits(widest, n_bits):
        return 1.0
    full = 1 << (n_bits - 1)
    limits = [1.0]
    if widest.high > 0:
        limits.append((full - 1) / full / widest.high)
    if widest.low < 0:
        limits.append(1.0 / -widest.low)
    return min(limits)


def to_whole(samples: Samples, n_bits: int, gain: float = 1.0) -> Whole:
    """Return `samples` (C, N) times `gain`, rounded to the nearest step, as int32 (N, C).

    The error is at most half a step. What lies beyond full scale is held there.
    """
    full = 1 << (n_bits - 1)
    steps = np.rint(samples.T.astype(np.float64) * (gain * full))
    return np.clip(steps, -full, full - 1).astype(np.int32)


def to_whole_dithered(
    samples: Samples, n_bits: int, gain: float, random: np.random.Generator
) -> Whole:
    """Return `samples` (C, N) times `gain` with triangular dither of one step, as int32 (N, C).

    Dither turns rounding, which follows the sound and is heard as grit, into a steady faint hiss.
    A block whose samples are whole steps already (digital silence, an untouched 16 bit recording)
    has nothing to hide and is kept to the bit. The result does not depend on the block size as
    long as a block is not such a one.
    """
    full = 1 << (n_bits - 1)
    steps = samples.T.astype(np.float64) * (gain * full)
    # Drawn in any case, so that an exact block does not shift the dither of those that follow.
    pair = random.random((*steps.shape, 2))
    if not np.array_equal(steps, np.rint(steps)):
        steps += pair[..., 0] - pair[..., 1]
    return np.clip(np.rint(steps), -full, full - 1).astype(np.int32)
