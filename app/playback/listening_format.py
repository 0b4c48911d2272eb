"""Fits sound to what the loudspeakers take. For listening only; nothing that is kept passes here.

Letters in shapes: C channels of the mix, D of the device, N samples.
"""

import numpy as np
import numpy.typing as npt
import soxr

from core.domain.audio import Samples

_SIDE = 0.7071
"""A channel between the loudspeakers or behind the listener goes to a side 3 dB down (ITU-R
BS.775)."""

_LEFT, _RIGHT, _CENTRE, _BOTH, _LOW = (1.0, 0.0), (0.0, 1.0), (_SIDE, _SIDE), (0.5, 0.5), (0.0, 0.0)
_LEFT_BACK, _RIGHT_BACK = (_SIDE, 0.0), (0.0, _SIDE)

_TO_STEREO: dict[int, tuple[tuple[float, float], ...]] = {
    2: (_LEFT, _RIGHT),
    3: (_LEFT, _RIGHT, _LOW),
    4: (_LEFT, _RIGHT, _CENTRE, _BOTH),
    5: (_LEFT, _RIGHT, _CENTRE, _LEFT_BACK, _RIGHT_BACK),
    6: (_LEFT, _RIGHT, _CENTRE, _LOW, _LEFT_BACK, _RIGHT_BACK),
    7: (_LEFT, _RIGHT, _CENTRE, _LOW, _BOTH, _LEFT_BACK, _RIGHT_BACK),
    8: (_LEFT, _RIGHT, _CENTRE, _LOW, _LEFT_BACK, _RIGHT_BACK, _LEFT_BACK, _RIGHT_BACK),
}
"""The usual layouts by count: 2.0, 2.1, 4.0, 5.0, 5.1, 6.1, 7.1. The low effects channel is left
out, as broadcasters do."""


def downmix_matrix(n_channels: int, n_device: int) -> npt.NDArray[np.float32]:
    """Return (D, C), each row's gains adding up to at most 1: what did not clip does not now.

    One channel goes to all loudspeakers as it is. Beyond 7.1 even channels go left, odd ones
    right.
    """
    if n_channels == n_device:
        return np.eye(n_device, dtype=np.float32)
    if n_channels == 1:
        return np.ones((n_device, 1), np.float32)
    sides = _TO_STEREO.get(n_channels, tuple((_LEFT, _RIGHT)[k % 2] for k in range(n_channels)))
    matrix = np.array(sides, np.float32).T
    if n_device == 1:
        matrix = matrix.sum(axis=0, keepdims=True)
    matrix = matrix / max(1.0, float(matrix.sum(axis=1).max()))
    if n_device > 2:
        rest = np.zeros((n_device - 2, n_channels), np.float32)
        matrix = np.concatenate([matrix, rest])
    return matrix.astype(np.float32)


def downmix_for_listening(samples: Samples, matrix: npt.NDArray[np.float32]) -> Samples:
    """Return float32 (D, N); the same array where nothing is to be done."""
    n_device, n_channels = matrix.shape
    if n_device == n_channels and np.array_equal(matrix, np.eye(n_device)):
        return samples
    return np.asarray(matrix @ samples, np.float32)


class PlaybackResampler:
    """Turns the mix's rate into the device's while playing, block after block."""

    def __init__(self, from_hz: int, to_hz: int, n_channels: int) -> None:
        self._is_needed = from_hz != to_hz
        self._stream = soxr.ResampleStream(from_hz, to_hz, n_channels, dtype="float32")

    def resample_for_playback(self, samples: Samples) -> Samples:
        """Return the next float32 (D, M); now and then nothing, as the filter looks ahead."""
        if not self._is_needed:
            return samples
        resampled = self._stream.resample_chunk(np.ascontiguousarray(samples.T))
        return np.ascontiguousarray(resampled.T)


class ClipGuard:
    """Turns down what would clip: falls within 1.5 ms, rises at 12 dB a second.

    What stays within full scale passes untouched, bit for bit.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._n_fall = max(1, round(0.0015 * sample_rate_hz))
        self._rise = float(10.0 ** (12.0 / 20.0 / sample_rate_hz))
        self._gain = 1.0

    def tame(self, samples: Samples) -> Samples:
        """Return `samples` (D, N) within full scale; the same array where nothing is to be done."""
        n_samples = samples.shape[1]
        if not n_samples:
            return samples
        peak = float(np.abs(samples).max())
        wanted = 1.0 / peak if peak > 1.0 else 1.0
        if wanted >= 1.0 and self._gain >= 1.0:
            return samples
        start = self._gain
        if wanted < start:
            gains = np.full(n_samples, wanted, np.float32)
            n_fall = min(self._n_fall, n_samples)
            gains[:n_fall] = np.linspace(start, wanted, n_fall, dtype=np.float32)
        else:
            risen = min(wanted, start * self._rise**n_samples)
            gains = np.linspace(start, risen, n_samples, dtype=np.float32)
        self._gain = float(gains[-1])
        return np.asarray(np.clip(samples * gains, -1.0, 1.0), np.float32)
