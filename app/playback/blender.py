"""Sums the voices of a block by their gains, and never jumps from one gain to another.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Mapping

import numpy as np

from app.playback.mixing import Voice
from core.domain.audio import Samples

CROSSFADE_S = 0.010


class Blender:
    """Ramps every gain linearly to its wish, all at once: an equal-gain crossfade."""

    def __init__(self, n_fade: int) -> None:
        """`n_fade` is the length of a crossfade in samples."""
        self._n_fade = n_fade
        self._from: dict[Voice, float] = {}
        self._to: dict[Voice, float] = {}
        self._n_done = n_fade

    @property
    def n_fade(self) -> int:
        return self._n_fade

    def aim(self, gains: Mapping[Voice, float]) -> None:
        """Go to `gains` from wherever the gains are now."""
        if dict(gains) != self._to:
            self._from, self._to, self._n_done = self._now(), dict(gains), 0

    def start_from_silence(self) -> None:
        """Fade in from now on: what comes next does not continue what was heard."""
        self._from, self._n_done = {}, 0

    def blend(self, voices: Mapping[Voice, Samples], n_samples: int, n_channels: int) -> Samples:
        """Return the sum of the first `n_samples` as float32 (C, n_samples).

        A voice that is not there is silent.
        """
        total = np.zeros((n_channels, n_samples), np.float32)
        ramp = self._ramp(n_samples)
        for voice in {**self._from, **self._to}:
            if voice not in voices:
                continue
            samples = voices[voice][:, :n_samples]
            before, after = self._from.get(voice, 0.0), self._to.get(voice, 0.0)
            if ramp is not None and before != after:
                total += samples * (np.float32(before) + ramp * np.float32(after - before))
            elif after == 1.0:
                total += samples
            elif after != 0.0:
                total += samples * np.float32(after)
        self._n_done = min(self._n_fade, self._n_done + n_samples)
        if self._n_done == self._n_fade:
            self._from = self._to
        return total

    def _ramp(self, n_samples: int) -> Samples | None:
        """Return how far the crossfade is at each sample, 0 to 1; None where it is over."""
        if self._n_done >= self._n_fade:
            return None
        steps = np.arange(self._n_done + 1, self._n_done + 1 + n_samples, dtype=np.float32)
        return np.asarray(np.minimum(steps / np.float32(self._n_fade), 1.0), np.float32)

    def _now(self) -> dict[Voice, float]:
        part = self._n_done / self._n_fade
        return {
            voice: self._from.get(voice, 0.0) * (1 - part) + self._to.get(voice, 0.0) * part
            for voice in {**self._from, **self._to}
        }
