"""Hands block after block to the device: the thread whose pace is the clock."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from app.playback.clock import MediaClock
from app.playback.mixdown import Mixdown
from app.playback.mixing import Desk
from app.playback.output import AudioOutput, OutputLost, SilentOutput
from app.playback.ring import Block, Rest, Ring
from app.playback.sounddevice_output import DEVICE_LOST
from app.playback.stretches import Stretch
from core.domain.audio import Samples

_log = logging.getLogger(__name__)

OpenOutput = Callable[[int], tuple[AudioOutput, str]]
"""Opens the loudspeakers at about this rate; also gives a notice, empty where all is well."""

NO_SOUND_RATE_HZ = 48_000
"""At which a clip without sound is played, so that its picture moves."""

_REST_S = 0.01
_SNIPPET_REST_S = 0.5


class Writer(threading.Thread):
    """Plays what the ring holds until the ring is closed."""

    def __init__(
        self,
        ring: Ring,
        clock: MediaClock,
        open_output: OpenOutput,
        on_notice: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`open_output` and `on_notice` are called on this thread."""
        super().__init__(name="playback writer", daemon=True)
        self._ring, self._clock, self._now = ring, clock, now
        self._open_output, self._on_notice = open_output, on_notice
        self._told = ""
        self._output: AudioOutput | None = None
        self._opened_for_hz: int | None = None
        self._mixdown: Mixdown | None = None  # None while stopped
        self._rate_hz, self._n_channels = NO_SOUND_RATE_HZ, 1
        self._position, self._generation = 0.0, -1
        self._n_rested = 0
        self._n_writes = 0
        self.n_underflows = 0

    def run(self) -> None:
        is_open = True
        while is_open:
            order, desk = self._ring.next_block(is_started=self._mixdown is not None)
            if isinstance(order, Block):
                self._play(order, desk)
            elif order in (Rest.STOP, Rest.CLOSE):
                self._stop()
                is_open = order is not Rest.CLOSE
            else:
                self._rest(is_ended=order is Rest.ENDED)
        self._set_output(None)

    def _play(self, block: Block, desk: Desk) -> None:
        mixdown = self._mixdown or self._begin_run(desk)
        does_continue = block.generation == self._generation and not self._n_rested
        self._generation, self._n_rested = block.generation, 0
        samples = mixdown.mix(block, desk.gains(), does_continue=does_continue)
        stretch = replace(block.stretch, n_samples=mixdown.n_played(block))
        self._position = stretch.position_after(stretch.n_samples)
        self._write(samples, stretch)

    def _rest(self, *, is_ended: bool) -> None:
        """Play a moment of silence during which media time stands still."""
        if self._mixdown is None:
            return
        n_samples = max(1, round(_REST_S * self._rate_hz))
        self._n_rested += n_samples
        stretch = Stretch(self._position, 0.0, n_samples)
        self._write(self._mixdown.silence(n_samples), stretch, is_ended=is_ended)
        if is_ended and self._n_rested > _SNIPPET_REST_S * self._rate_hz:
            self._ring.stop_snippet(self._generation)

    def _begin_run(self, desk: Desk) -> Mixdown:
        source = desk.mix.source if desk.mix is not None else None
        self._rate_hz = source.sample_rate_hz if source is not None else NO_SOUND_RATE_HZ
        self._n_channels = source.n_channels if source is not None else 1
        output = self._ready_output(is_heard=source is not None)
        self._n_rested = 0
        try:
            output.start()
        except OutputLost as error:
            return self._fall_back(error)
        return self._attach(output)

    def _ready_output(self, *, is_heard: bool) -> AudioOutput:
        """Return the output for the coming run, keeping the one there is where it fits."""
        if is_heard and self._output is not None and self._opened_for_hz == self._rate_hz:
            return self._output
        # The old one is closed first: while it is open PortAudio cannot look for new devices.
        self._set_output(None)
        if not is_heard:
            return self._set_silent()
        output, notice = self._open_output(self._rate_hz)
        self._tell(notice)
        self._set_output(output)
        # What stands in for the device is not kept: the next run looks for the device again.
        self._opened_for_hz = None if notice else self._rate_hz
        return output

    def _attach(self, output: AudioOutput) -> Mixdown:
        """Fit the sound to `output`, which has just been started, and start the clock."""
        self._mixdown = Mixdown(self._rate_hz, self._n_channels, output)
        self._clock.begin_run(self._rate_hz, output.sample_rate_hz, output.latency_s)
        self._n_writes = 0
        return self._mixdown

    def _write(self, samples: Samples, stretch: Stretch, *, is_ended: bool = False) -> None:
        self._clock.fed(stretch, self._generation, is_ended=is_ended)
        if self._output is None or not samples.shape[1]:
            return
        try:
            has_underflowed = self._output.write(samples)
        except OutputLost as error:
            # The block that was lost is not played again: its moment has passed.
            self._fall_back(error)
            return
        # The first write of a run finds the device empty, which is not a gap.
        self.n_underflows += int(has_underflowed and self._n_writes > 0)
        self._n_writes += 1
        self._clock.taken(samples.shape[1], self._now())

    def _fall_back(self, error: OutputLost) -> Mixdown:
        """Go on in silence; the next run looks for a device again."""
        _log.warning("the sound device was lost: %s", error)
        silent = self._set_silent()
        self._tell(DEVICE_LOST)
        silent.start()
        return self._attach(silent)

    def _set_silent(self) -> SilentOutput:
        silent = SilentOutput(self._rate_hz, now=self._now)
        self._set_output(silent)
        return silent

    def _set_output(self, output: AudioOutput | None) -> None:
        if self._output is not None:
            self._output.close()
        self._output, self._opened_for_hz = output, None

    def _tell(self, notice: str) -> None:
        """Raise a notice once, not at every start, until all was well again."""
        if notice and notice != self._told:
            self._on_notice(notice)
        self._told = notice

    def _stop(self) -> None:
        if self._mixdown is not None and self._output is not None:
            self._output.stop_at_once()
        self._mixdown = None
