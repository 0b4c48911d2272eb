"""How well an estimate matches the truth: SI-SDR of our own, SDR, SIR and SAR by mir_eval.

Letters in shapes: N samples, S sources.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.floating]
"""Real samples of one channel, (N,)."""

LIMIT_DB = 100.0
"""Ratios are cut at plus and minus this, so that a perfect or empty answer stays a number."""


@dataclass(frozen=True, slots=True)
class BssRatios:
    """The three ratios of BSS Eval, in decibels."""

    sdr_db: float
    sir_db: float
    sar_db: float


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


def bss_ratios(
    estimate: Signal, other_estimate: Signal, truth: Signal, other_truth: Signal
) -> BssRatios:
    """Return SDR, SIR and SAR of `estimate` against `truth`, with 512-tap distortion filters.

    E. Vincent, R. Gribonval, C. Fevotte: "Performance measurement in blind audio source
    separation", IEEE TASLP 14(4), 2006, as computed by `mir_eval.separation.bss_eval_sources`
    without permutation. A silent estimate has no ratios there and counts as -`LIMIT_DB`.

    Args:
        estimate: (N,) the target as separated.
        other_estimate: (N,) the residual.
        truth: (N,) the true target.
        other_truth: (N,) everything else, true.
    """
    # Imported here: mir_eval loads scipy's signal toolbox, which nobody else of us needs.
    from mir_eval.separation import bss_eval_sources

    truths = np.stack([truth, other_truth]).astype(np.float64)  # (S, N)
    estimates = np.stack([estimate, other_estimate]).astype(np.float64)  # (S, N)
    if not truths.any(axis=1).all():
        raise ValueError("SDR of a silent truth is not defined")
    if not estimates[0].any():
        return BssRatios(-LIMIT_DB, -LIMIT_DB, -LIMIT_DB)
    if not estimates[1].any():
        # mir_eval refuses an all-zero source; noise far below hearing changes no ratio of ours.
        estimates[1] = 1e-9 * truths[1]
    with warnings.catch_warnings():
        # WORKAROUND(mir_eval 0.8): it announces that BSS Eval leaves with 0.9.
        warnings.simplefilter("ignore", FutureWarning)
        sdr, sir, sar, _ = bss_eval_sources(truths, estimates, compute_permutation=False)
    return BssRatios(*(float(np.clip(row[0], -LIMIT_DB, LIMIT_DB)) for row in (sdr, sir, sar)))
