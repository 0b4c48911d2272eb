"""How loud a target is beside its mix, so that an A/B comparison compares sounds and not levels.

Loudness is the RMS of the frames in which something sounds: 0.4 s frames, gated twice in the
manner of ITU-R BS.1770 (first −70 dBFS, then 10 dB below what is left), without its frequency
weighting. Long sounds are measured on frames spread evenly, so that two hours cost no more than
two minutes.
"""

import math

import numpy as np

from app.playback.mixing import MatchedGains
from core.domain.audio import AudioSource, Samples, sample_at
from core.units import db_to_gain

FRAME_S = 0.4
N_FRAMES_MAX = 300
GATE_DB = -70.0
RELATIVE_GATE_DB = -10.0
LIMIT_DB = 12.0


class LoudnessMatch:
    """Measures a frame at a time, so that whoever reads the sound can do it between blocks."""

    def __init__(self, mix: AudioSource, target: AudioSource) -> None:
        self._mix, self._target = mix, target
        self._shift = sample_at(target, mix.start_s)
        self._n_frame = max(1, round(FRAME_S * mix.sample_rate_hz))
        # Only where there is a target: a preview is compared with the mix at the same place.
        first = max(0, -self._shift)
        stop = min(mix.n_samples, target.n_samples - self._shift)
        n_frames = max(1, math.ceil((stop - first) / self._n_frame)) if stop > first else 0
        chosen = np.linspace(0, n_frames - 1, min(n_frames, N_FRAMES_MAX)).round().astype(int)
        self._starts = [first + int(frame) * self._n_frame for frame in chosen]
        self._powers: list[tuple[float, float, float]] = []
        self._peaks = [0.0, 0.0]

    @property
    def is_done(self) -> bool:
        return not self._starts

    def step(self) -> None:
        """Measure one more frame; nothing where all is measured."""
        if not self._starts:
            return
        start = self._starts.pop()
        stop = min(start + self._n_frame, self._mix.n_samples)
        mix = self._mix.read(start, stop)
        target = self._target.read(start + self._shift, stop + self._shift)
        residual = mix - target
        self._powers.append((_power(mix), _power(target), _power(residual)))
        self._peaks[0] = max(self._peaks[0], _peak(target))
        self._peaks[1] = max(self._peaks[1], _peak(residual))

    def gains(self) -> MatchedGains:
        """Return what has been found so far: within ±12 dB, and below clipping."""
        mix, target, residual = ([row[k] for row in self._powers] for k in range(3))
        level = active_rms(mix)
        return MatchedGains(
            target=_gain(level, active_rms(target), self._peaks[0]),
            residual=_gain(level, active_rms(residual), self._peaks[1]),
        )


def matched_gains(mix: AudioSource, target: AudioSource) -> MatchedGains:
    """Return the gains that make `target` and its residual as loud as `mix`, measured at once."""
    match = LoudnessMatch(mix, target)
    while not match.is_done:
        match.step()
    return match.gains()


def active_rms(powers: list[float]) -> float:
    """Return the RMS over the frames (given by their mean power) in which something sounds."""
    gate = db_to_gain(GATE_DB) ** 2
    heard = [power for power in powers if power > gate]
    if not heard:
        return 0.0
    gate = sum(heard) / len(heard) * db_to_gain(RELATIVE_GATE_DB) ** 2
    heard = [power for power in heard if power >= gate]
    return math.sqrt(sum(heard) / len(heard))


def _gain(level: float, own_level: float, own_peak: float) -> float:
    """Return the gain from `own_level` to `level`; 1 where one of them is silence."""
    if level <= 0.0 or own_level <= 0.0:
        return 1.0
    gain = min(db_to_gain(LIMIT_DB), max(db_to_gain(-LIMIT_DB), level / own_level))
    # Raised at most to full scale; a sound that is beyond it already is not turned down for that.
    return max(min(gain, 1.0), min(gain, 1.0 / own_peak)) if own_peak > 0.0 else gain


def _power(samples: Samples) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0


def _peak(samples: Samples) -> float:
    return float(np.abs(samples).max()) if samples.size else 0.0
