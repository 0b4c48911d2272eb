"""From the voices of a block to what the device takes, without clicks.

Letters in shapes: C channels of the mix, D of the device, N samples.
"""

from collections.abc import Mapping

import numpy as np

from app.playback.blender import CROSSFADE_S, Blender
from app.playback.listening_format import (
    ClipGuard,
    PlaybackResampler,
    downmix_for_listening,
    downmix_matrix,
)
from app.playback.mixing import Voice
from app.playback.output import AudioOutput
from app.playback.ring import Block
from core.domain.audio import Samples


class Mixdown:
    """Gains, downmix, guard against clipping and rate, for one run of one output."""

    def __init__(self, sample_rate_hz: int, n_channels: int, output: AudioOutput) -> None:
        self._n_channels = n_channels
        self._blender = Blender(max(1, round(CROSSFADE_S * sample_rate_hz)))
        self._matrix = downmix_matrix(n_channels, output.n_channels)
        self._guard = ClipGuard(sample_rate_hz)
        self._resampler = PlaybackResampler(
            sample_rate_hz, output.sample_rate_hz, output.n_channels
        )

    def n_played(self, block: Block) -> int:
        """Return how many samples of `block` are played: of a tail only its fading beginning."""
        n_samples = block.stretch.n_samples
        return min(n_samples, self._blender.n_fade) if block.is_tail else n_samples

    def mix(self, block: Block, gains: Mapping[Voice, float], *, does_continue: bool) -> Samples:
        """Return float32 (D, M) to write; M may differ from `n_played` where rates differ."""
        if not does_continue:
            self._blender.start_from_silence()
        self._blender.aim({} if block.is_tail else gains)
        n_samples = self.n_played(block)
        samples = self._blender.blend(block.voices, n_samples, self._n_channels)
        if block.is_snippet:
            _fade_out(samples, self._blender.n_fade)
        return self._fitted(samples)

    def silence(self, n_samples: int) -> Samples:
        """Return silence in the format of the device."""
        return self._fitted(np.zeros((self._n_channels, n_samples), np.float32))

    def _fitted(self, samples: Samples) -> Samples:
        samples = self._guard.tame(downmix_for_listening(samples, self._matrix))
        return self._resampler.resample_for_playback(samples)


def _fade_out(samples: Samples, n_fade: int) -> None:
    """Fade the end of `samples`, which are ours, to silence."""
    n_fade = min(n_fade, samples.shape[1])
    samples[:, samples.shape[1] - n_fade :] *= np.linspace(1, 0, n_fade, dtype=np.float32)
