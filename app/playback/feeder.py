"""Reads sound ahead of what is heard, so that a slow disk makes no gap. The one reader of voices.

In its spare time it measures loudness, because nobody else may read the same sources.
"""

import logging
import threading
from collections.abc import Callable

import numpy as np

from app.playback.loudness import LoudnessMatch
from app.playback.mixing import Desk, MatchedGains, Voice
from app.playback.ring import Reading, Ring
from app.playback.stretches import render
from core.domain.audio import Samples
from core.errors import CoreError

_log = logging.getLogger(__name__)

_UNREADABLE = (
    "The sound could not be read and is silent there. Check that its disk is still connected."
)

# What a memory map, a file or a decoder raise when the disk goes away under them.
_READ_ERRORS = (CoreError, OSError, ValueError, RuntimeError)


class Feeder(threading.Thread):
    """Keeps the ring full until the ring is closed."""

    def __init__(
        self,
        ring: Ring,
        on_matched: Callable[[Voice, MatchedGains], None],
        on_notice: Callable[[str], None],
    ) -> None:
        """`on_matched` and `on_notice` are called on this thread."""
        super().__init__(name="playback feeder", daemon=True)
        self._ring = ring
        self._on_matched, self._on_notice = on_matched, on_notice
        self._match: LoudnessMatch | None = None
        self._matched_pair: tuple[Voice | None, Voice | None] = (None, None)
        self._has_complained = False

    def run(self) -> None:
        while not self._ring.is_closed:
            desk = self._ring.desk
            reading = self._ring.next_reading()
            if reading is not None:
                self._read(reading)
            elif not self._measure(desk):
                self._ring.wait_for_news(desk)

    def _read(self, reading: Reading) -> None:
        voices = {voice: self._rendered(voice, reading) for voice in reading.voices}
        self._ring.deliver(reading, voices)

    def _rendered(self, voice: Voice, reading: Reading) -> Samples:
        try:
            return render(voice.source, reading.stretch)
        except _READ_ERRORS as error:
            self._complain(error)
            shape = (voice.source.n_channels, reading.stretch.n_samples)
            return np.zeros(shape, np.float32)

    def _measure(self, desk: Desk) -> bool:
        """Measure a frame more of the target on the desk; False where nothing is to measure."""
        mix, target = desk.mix, desk.target
        if desk.matched is not None:
            self._matched_pair = (None, None)
            return False
        if (mix, target) != self._matched_pair:
            self._matched_pair = (mix, target)
            self._match = None
            if mix is not None and target is not None:
                self._match = LoudnessMatch(mix.source, target.source)
        if self._match is None or target is None:
            return False
        try:
            self._match.step()
        except _READ_ERRORS as error:
            self._complain(error)
            self._match = None
            return False
        if self._match.is_done:
            self._on_matched(target, self._match.gains())
            self._match = None
        return True

    def _complain(self, error: Exception) -> None:
        """Say it once: a disk that has gone away fails at every block."""
        _log.warning("reading sound: %s", error)
        if not self._has_complained:
            self._has_complained = True
            self._on_notice(_UNREADABLE)
