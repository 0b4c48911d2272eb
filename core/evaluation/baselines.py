"""What an engine is held against: nothing done, spans alone, blind clustering, the ideal mask.

All take a `Mixture` and return the estimated target, float32 (N,).

Letters in shapes: N samples, F frequency bins, T frames, P parts, M mel bands.
"""

import numpy as np
import numpy.typing as npt
import torch
from scipy.cluster.vq import kmeans2
from scipy.fft import dct
from torch import Tensor

from core.evaluation.metrics import si_sdr_db
from core.evaluation.mixtures import Mixture
from core.evaluation.sounds import Mono
from core.separation.nmf import Nmf
from core.separation.stft import Stft
from core.units import hz_to_mel, mel_to_hz

WINDOW_S = 0.064
N_PARTS = 20
N_MEL = 40
N_MFCC = 13
TINY = 1e-10
CPU = torch.device("cpu")


def untouched(mixture: Mixture) -> Mono:
    """Return the mix itself: zero improvement by definition."""
    return mixture.mix


def gated(mixture: Mixture) -> Mono:
    """Return the mix inside the true spans and silence outside: what the marks alone are worth."""
    kept = np.zeros_like(mixture.mix)
    for span in mixture.spans:
        place = span.to_samples(mixture.sample_rate_hz)
        kept[place] = mixture.mix[place]
    return kept


def ideal_ratio_mask(mixture: Mixture) -> Mono:
    """Return the mix under the ratio of true powers: the ceiling of any soft mask."""
    stft = Stft.lasting(WINDOW_S, mixture.sample_rate_hz)
    target = _power(stft, mixture.target)
    background = _power(stft, mixture.background)
    return _masked(stft, mixture.mix, target / (target + background + TINY))


def nmf_mfcc(mixture: Mixture, seed: int = 0) -> Mono:
    """Return the better of two blind clusters of NMF parts, by their MFCC.

    After M. Spiertz, V. Gnann: "Source-filter based clustering for monaural blind source
    separation", DAFx 2009, as used for comparison by papers on sound and pictures. The prompts
    are not used; in return the cluster is chosen by the truth.
    """
    stft = Stft.lasting(WINDOW_S, mixture.sample_rate_hz)
    levels = _power(stft, mixture.mix).sqrt()
    nmf = Nmf("kl", n_passes=100)
    dice = torch.Generator().manual_seed(seed)
    shapes = nmf.learn(levels / levels.mean().clamp_min(TINY), N_PARTS, dice)
    activity = nmf.explain(levels, shapes)  # (P, T)
    groups = _two_groups(_mfcc(shapes, mixture.sample_rate_hz), seed)
    whole = shapes @ activity + TINY
    estimates = []
    for group in (0, 1):
        chosen = torch.as_tensor(groups == group)
        mask = (shapes[:, chosen] @ activity[chosen]) / whole
        estimates.append(_masked(stft, mixture.mix, mask))
    return max(estimates, key=lambda estimate: si_sdr_db(estimate, mixture.target))


def _power(stft: Stft, samples: Mono) -> Tensor:
    return stft.forward(samples[None], CPU)[0].abs().square()


def _masked(stft: Stft, samples: Mono, mask: Tensor) -> Mono:
    spectrum = stft.forward(samples[None], CPU) * mask
    return np.asarray(stft.inverse(spectrum, len(samples))[0].numpy(), np.float32)


def _mfcc(shapes: Tensor, sample_rate_hz: int) -> npt.NDArray[np.float64]:
    """Return (P, N_MFCC - 1) cepstra of the shapes (F, P), without the one for loudness."""
    bands = _mel_bands(shapes.shape[0], sample_rate_hz)  # (M, F)
    mel = bands @ shapes.double().numpy()  # (M, P)
    cepstra = dct(np.log(mel + 1e-6), axis=0, norm="ortho")[1:N_MFCC]
    return np.asarray(cepstra.T, np.float64)


def _mel_bands(n_bins: int, sample_rate_hz: int) -> npt.NDArray[np.float64]:
    """Return triangles (M, F), evenly spaced in mel."""
    top_hz = 0.5 * sample_rate_hz
    edges = np.array([mel_to_hz(m) for m in np.linspace(0, hz_to_mel(top_hz), N_MEL + 2)])
    hz = np.linspace(0, top_hz, n_bins)
    rise = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None), np.float64)


def _two_groups(features: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.int32]:
    """Return 0 or 1 for each row; rows all alike fall into one group."""
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    _, groups = kmeans2(scaled, 2, seed=seed, minit="++", missing="warn")
    return np.asarray(groups, np.int32)
