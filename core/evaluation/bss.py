"""SDR, SIR and SAR of BSS Eval, for many estimates of one source among the same two.

E. Vincent, R. Gribonval, C. Fevotte: "Performance measurement in blind audio source separation",
IEEE TASLP 14(4), 2006, with distortion filters of 512 taps, as `mir_eval.separation` computes it.
What depends on the true sources alone is worked out once, and energies are taken from correlations
instead of filtered sounds, which is some thirty times faster than asking mir_eval each time.

Letters in shapes: N samples, J taps.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.linalg import LinAlgError, cho_factor, cho_solve, pinvh, toeplitz

from core.evaluation.metrics import Signal, ratio_db

N_TAPS = 512

_Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BssRatios:
    """The three ratios of BSS Eval, in decibels."""

    sdr_db: float
    sir_db: float
    sar_db: float


class BssEval:
    """Holds a true target and all that was mixed with it, and judges estimates of the target."""

    def __init__(self, truth: Signal, other_truth: Signal, n_taps: int = N_TAPS) -> None:
        """Prepare for two true sources (N,).

        Raises:
            ValueError: one of them is silent, or their lengths differ.
        """
        if truth.ndim != 1 or truth.shape != other_truth.shape:
            raise ValueError(f"{truth.shape} and {other_truth.shape} must both be (N,)")
        if not (truth.any() and other_truth.any()):
            raise ValueError("SDR of a silent truth is not defined")
        self._n_taps, self._n_samples = n_taps, len(truth)
        self._n_fft = next_fast_len(len(truth) + n_taps - 1, real=True)
        self._spectra = [self._spectrum(truth), self._spectrum(other_truth)]
        self._gram = self._inner_products()  # (2 J, 2 J)
        self._explain_by_both = _solver(self._gram)
        self._explain_by_own = _solver(self._gram[:n_taps, :n_taps])

    def ratios(self, estimate: Signal) -> BssRatios:
        """Return the ratios of `estimate` (N,), all at the bottom if it is silent.

        The estimate is taken apart into what filtering the true target explains, what filtering
        the other source explains beyond that (interference), and the rest (artifacts).

        Raises:
            ValueError: another length than the truth's.
        """
        if estimate.shape != (self._n_samples,):
            raise ValueError(f"estimate {estimate.shape} is not ({self._n_samples},)")
        given = estimate.astype(np.float64)
        heard = self._correlations(given)  # (2 J,)
        by_both = self._explain_by_both(heard)
        by_own = np.zeros_like(by_both)
        by_own[: self._n_taps] = self._explain_by_own(heard[: self._n_taps])
        energy = float(given @ given)
        wanted = self._energy(by_own)
        return BssRatios(
            sdr_db=ratio_db(wanted, self._rest(energy, by_own, heard)),
            sir_db=ratio_db(wanted, self._energy(by_both - by_own)),
            sar_db=ratio_db(self._energy(by_both), self._rest(energy, by_both, heard)),
        )

    def _energy(self, taps: _Reals) -> float:
        """Return the energy of the true sources filtered by `taps` (2 J,)."""
        return float(taps @ self._gram @ taps)

    def _rest(self, energy: float, taps: _Reals, heard: _Reals) -> float:
        """Return the energy of an estimate less the true sources filtered by `taps`."""
        return energy - 2 * float(taps @ heard) + self._energy(taps)

    def _spectrum(self, sound: Signal) -> npt.NDArray[np.complex128]:
        return np.asarray(rfft(sound.astype(np.float64), self._n_fft))

    def _inner_products(self) -> _Reals:
        """Return the inner products of both sources, delayed by 0 to J - 1 samples."""
        n = self._n_taps
        gram = np.zeros((2 * n, 2 * n))
        for row, one in enumerate(self._spectra):
            for column, other in enumerate(self._spectra):
                lags = irfft(one * other.conj(), self._n_fft)
                falling = np.concatenate([lags[:1], lags[:-n:-1]])
                block = toeplitz(falling, lags[:n])
                gram[row * n : (row + 1) * n, column * n : (column + 1) * n] = block
        return gram

    def _correlations(self, given: _Reals) -> _Reals:
        """Return the inner products of `given` (N,) with the delayed sources, (2 J,)."""
        spectrum = self._spectrum(given)
        lags = [irfft(spectrum * one.conj(), self._n_fft) for one in self._spectra]
        return np.concatenate([one[: self._n_taps] for one in lags])


def _solver(gram: _Reals) -> Callable[[_Reals], _Reals]:
    """Return what solves `gram @ taps = heard` for `taps`, in the least squares sense."""
    try:
        factor = cho_factor(gram, lower=True)
    except LinAlgError:
        # A source without any high frequencies has delayed copies that depend on each other.
        inverse = pinvh(gram)
        return lambda heard: np.asarray(inverse @ heard)
    return lambda heard: np.asarray(cho_solve(factor, heard))
