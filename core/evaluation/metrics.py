"""How well an estimate matches the truth, whatever its loudness: SI-SDR.

Letters in shapes: N samples.
"""

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.floating]
"""Real samples of one channel, (N,)."""

LIMIT_DB = 100.0
"""Ratios are cut at plus and minus this, so that a perfect or empty answer stays a number."""


def si_sdr_db(estimate: Signal, truth: Signal) -> float:
    """Return the scale-invariant signal to distortion ratio in dB, within +-`LIMIT_DB`.

    After J. Le Roux, S. Wisdom, H. Erdogan, J. R. Hershey: "SDR - half-baked or well done?",
    ICASSP 2019, equation 3: the truth is scaled to its projection on the estimate's side, and what
    is left over is distortion. Means are not removed, as in the paper.

    Args:
        estimate: (N,) samples.
        truth: (N,) samples, not all zero.

    Raises:
        ValueError: the lengths differ, or the truth is silent.
    """
    if estimate.shape != truth.shape or truth.ndim != 1:
        raise ValueError(f"estimate {estimate.shape} and truth {truth.shape} must both be (N,)")
    wanted = truth.astype(np.float64)
    given = estimate.astype(np.float64)
    energy = float(wanted @ wanted)
    if energy == 0.0:
        raise ValueError("SI-SDR of a silent truth is not defined")
    explained = (float(given @ wanted) / energy) * wanted
    return ratio_db(float(explained @ explained), float(np.sum((given - explained) ** 2)))


def ratio_db(signal_energy: float, noise_energy: float) -> float:
    """Return 10 log10 of the ratio of two energies, within +-`LIMIT_DB`."""
    if signal_energy <= 0.0:
        return -LIMIT_DB
    if noise_energy <= 0.0:
        return LIMIT_DB
    return float(np.clip(10.0 * np.log10(signal_energy / noise_energy), -LIMIT_DB, LIMIT_DB))
