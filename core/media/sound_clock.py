"""Keeps the sample index of a decoded track linear in time: silence for gaps, overlaps dropped."""

from fractions import Fraction

_TOLERANCE_S = 0.015
"""Rounding of pts (milliseconds in WebM) is no gap; one lost packet is."""
_BACK_S, _PAST_THE_END_S = 1.0, 10.0
"""Stamps that go back further, or past the end by more, are a clock set anew and no gap."""


class SoundClock:
    """Says of each piece of sound how much silence goes before it, or how much of it to drop."""

    def __init__(
        self, first_pts: int, time_base: Fraction, sample_rate_hz: int, n_expected: int
    ) -> None:
        """Start at `first_pts`, which is sample 0; about `n_expected` samples will come."""
        per_tick = time_base * sample_rate_hz
        self._numerator, self._denominator = per_tick.numerator, per_tick.denominator
        self._first_pts = first_pts
        self._tolerance = round(_TOLERANCE_S * sample_rate_hz)
        self._back = round(_BACK_S * sample_rate_hz)
        self._past_the_end = round(_PAST_THE_END_S * sample_rate_hz)
        self._n_expected = n_expected
        self._offset = 0
        self.n_placed = 0
        """Samples so far: pieces and silence."""
        self.n_gaps = 0
        self.n_jumps = 0

    def place(self, pts: int | None, n_samples: int) -> tuple[int, int]:
        """Return samples of silence before the piece, and samples to drop from its front."""
        n_silence, n_dropped = 0, 0
        if pts is not None:
            ahead = self._index(pts) - self.n_placed
            if ahead < -self._back or self._is_past_the_end(ahead):
                self._offset -= ahead
                self.n_jumps += 1
            elif ahead > self._tolerance:
                n_silence = ahead
                self.n_gaps += 1
            elif ahead < -self._tolerance:
                n_dropped = min(n_samples, -ahead)
        self.n_placed += n_silence + n_samples - n_dropped
        return n_silence, n_dropped

    def _index(self, pts: int) -> int:
        ticks = pts - self._first_pts
        return (ticks * self._numerator + self._denominator // 2) // self._denominator + (
            self._offset
        )

    def _is_past_the_end(self, ahead: int) -> bool:
        limit = self._n_expected + self._past_the_end
        return ahead > self._past_the_end and self.n_placed + ahead > limit
