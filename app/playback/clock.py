"""Which moment of the clip is heard right now, worked out from what the device has taken.

    heard = samples the device has taken − its latency + the time since it took the last of them

Every stretch that was handed over is remembered until it has been heard, so loops, seeks, speed
and rests cost no accuracy. If the device drifts, the clock drifts with it, and so the picture.
"""

import threading
from collections import deque
from dataclasses import dataclass

from app.playback.stretches import Stretch

_SMOOTHING = 0.1
_JUMP_S = 0.05
_HANDFUL_S = 0.02


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard: the media position in samples, and of which generation of orders."""

    generation: int
    position: float
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    start: int
    stretch: Stretch
    generation: int
    is_ended: bool


class MediaClock:
    """Written by the writer thread, read by the window. Safe to share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ledger: deque[_Entry] = deque()
        self._rate_hz = 1.0
        self._device_hz = 1.0
        self._latency_s = 0.0
        self._n_fed = 0
        self._n_taken = 0
        self._has_begun = False
        self._offset_s = 0.0
        self._heard_s = 0.0

    def begin_run(self, rate_hz: int, device_hz: int, latency_s: float) -> None:
        """Start counting anew: the device has just been started and is empty."""
        with self._lock:
            self._ledger.clear()
            self._rate_hz, self._device_hz = float(rate_hz), float(device_hz)
            self._latency_s = latency_s
            self._n_fed = self._n_taken = 0
            self._has_begun = False
            self._heard_s = 0.0

    def fed(self, stretch: Stretch, generation: int, *, is_ended: bool = False) -> None:
        """Remember that `stretch` is what the next samples handed over are made of."""
        with self._lock:
            self._ledger.append(_Entry(self._n_fed, stretch, generation, is_ended))
            self._n_fed += stretch.n_samples

    def taken(self, n_device_samples: int, now_s: float) -> None:
        """Remember that the device has taken so many samples, and when."""
        with self._lock:
            was_filling = self._n_taken < self._latency_s * self._device_hz
            self._n_taken += n_device_samples
            # A full device that takes more must have played some of what it had.
            self._has_begun = self._has_begun or not was_filling
            offset_s = self._n_taken / self._device_hz - self._latency_s - now_s
            error_s = offset_s - self._offset_s
            # Devices take samples by the handful, so a single moment is off by milliseconds;
            # after a gap the old offset is worth nothing.
            is_jump = was_filling or abs(error_s) > _JUMP_S
            self._offset_s += error_s if is_jump else _SMOOTHING * error_s

    def heard(self, now_s: float) -> Heard | None:
        """Return what is heard at `now_s`; None before the first sample of the run."""
        with self._lock:
            heard_s = min(self._most_heard_s(), self._offset_s + now_s)
            self._heard_s = max(self._heard_s, heard_s)
            if not self._ledger or heard_s < 0:
                return None
            n_heard = self._heard_s * self._rate_hz
            while len(self._ledger) > 1 and self._ledger[1].start <= n_heard:
                self._ledger.popleft()
            entry = self._ledger[0]
            n_played = min(max(0.0, n_heard - entry.start), entry.stretch.n_samples)
            position = entry.stretch.position_after(n_played)
            return Heard(entry.generation, position, entry.is_ended)

    def _most_heard_s(self) -> float:
        """Return how much can have been heard at most, however much time has passed.

        Some devices, once full, take a third of a second to begin.
        """
        taken_s = self._n_taken / self._device_hz
        return taken_s if self._has_begun else min(taken_s, taken_s - self._latency_s + _HANDFUL_S)
