"""Lays what the bundled network says on pieces of the mix itself.

Letters in shapes: C channels, N samples of the mix, N' at the network's rate.
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.domain.audio import Samples
from core.errors import EngineError
from core.nn.mini import SAMPLE_RATE_HZ
from core.separation.intervals import Intervals
from core.separation.mini_shares import ShareFinder
from core.separation.mini_spans import span_marks
from core.separation.projection import ModelAnswer, Projector, resampled_to_mono
from core.separation.protocol import SeparationRequest
from core.separation.spectral_marks import gate

TRUSTED_HZ = 7_500.0
"""Above this the filter that lowers the rate leaves too little to be heard."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutter:
    """Cuts the target out of pieces of the mix of one request.

    Attributes:
        request: whose mix and spans count.
        finder: says how much of each cell is the target's.
        audible: samples of the mix in which the target may be heard.
        device: where the cutting is done.
    """

    request: SeparationRequest
    finder: ShareFinder
    audible: Intervals
    device: torch.device

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`.

        Raises:
            EngineError: the network's answer is not finite.
        """
        mix = self.request.mix
        gains = gate(self.audible, start, start + samples.shape[1], mix.sample_rate_hz)
        if not gains.any():
            return np.zeros_like(samples)
        # Beyond the ends of the mix there is nothing to be heard, not even silence.
        first, last = max(0, -start), min(samples.shape[1], mix.n_samples - start)
        if first >= last:
            return np.zeros_like(samples)
        mono = resampled_to_mono(samples[:, first:last], mix.sample_rate_hz, SAMPLE_RATE_HZ)
        answer = self._answer(mono, start + first, first / mix.sample_rate_hz)
        target = Projector().project(samples, mix.sample_rate_hz, answer, self.device)
        return target * gains

    @property
    def _is_resampled(self) -> bool:
        return self.request.mix.sample_rate_hz > SAMPLE_RATE_HZ

    def _answer(self, mono: Samples, start: int, delay_s: float) -> ModelAnswer:
        """Return what the network hears.

        Args:
            mono: (1, N') at its rate, from sample `start` of the mix on.
            start: at the rate of the mix.
            delay_s: from the first sample of the piece that is to be cut to the first of `mono`.
        """
        finder, mix = self.finder, self.request.mix
        times_s = finder.times_s(mono.shape[1])
        media_s = times_s + mix.start_s + start / mix.sample_rate_hz
        spans = span_marks(self.request.prompts, media_s)
        # Each piece has a noise of its own, but the same one whenever it is asked for again.
        seed = (self.request.seed * 1_000_003 + start) % 2**63
        share = finder.find(mono, spans, seed)
        if not np.isfinite(share).all():
            raise EngineError(
                "the bundled network made values that are not finite",
                advice="Try again with one step, or on the CPU.",
            )
        # Shares by power are what the projector makes of magnitudes such as these. In between two
        # frames the louder one counts for more, so that a silence before an onset doesn't dull it.
        loudness = finder.loudness(mono)
        return ModelAnswer(
            target=loudness * np.sqrt(share),
            residual=loudness * np.sqrt(1.0 - share),
            bins_hz=finder.rows_hz,
            times_s=times_s + delay_s,
            band_hz=(0.0, TRUSTED_HZ if self._is_resampled else SAMPLE_RATE_HZ / 2),
        )
