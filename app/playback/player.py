"""What the window knows of playback: play, seek, loop, shuttle, scrub, and what to listen to.

The sound runs on two threads of its own (`feeder`, `writer`); the position told here is that of
the sample heard at this moment, so whoever shows the frame of that position is in sync.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.playback.clock import MediaClock
from app.playback.feeder import Feeder
from app.playback.listening_desk import ListeningDesk, MixerStem
from app.playback.mixing import Desk, MatchedGains, Voice
from app.playback.ring import Ring
from app.playback.sounddevice_output import open_output
from app.playback.stretches import Cursor
from app.playback.writer import NO_SOUND_RATE_HZ, OpenOutput, Writer
from core.domain.audio import AudioSource
from core.domain.listening import Listen
from core.units import seconds_to_samples

__all__ = ["MixerStem", "Player"]

SPEEDS = (-4, -2, -1, 1, 2, 4)
"""What J and L step through."""

SCRUB_S = 0.08
_TICK_MS = 16
_LOOP_MIN_S = 0.02


class Player(QObject):
    """Plays the clip on the desk. Lives on the window's thread.

    Signals:
        position_changed: media time in seconds of what is heard, about 60 times a second.
        playing_changed: True while media time goes on.
        speed_changed: the shuttle speed, negative backward; 1 is normal.
        listen_changed: the `Listen` that is heard.
        notice_raised: a sentence for the person, such as a missing sound device.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    listen_changed = Signal(object)
    notice_raised = Signal(str)
    _matched = Signal(object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        open_output: OpenOutput = open_output,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._ring, self._clock = Ring(), MediaClock()
        self._matched.connect(self._on_matched, Qt.ConnectionType.QueuedConnection)
        self._feeder = Feeder(self._ring, self._matched.emit, self.notice_raised.emit)
        self._writer = Writer(self._ring, self._clock, open_output, self.notice_raised.emit, now)
        self._listened = Listen.MIX
        self._desk = ListeningDesk(self._on_desk)
        self._rate_hz = NO_SOUND_RATE_HZ
        self._duration_s = 0.0
        self._position_s = 0.0
        self._speed = 1.0
        self._is_playing = False
        self._loop_s: tuple[float, float] | None = None
        self._is_scrub_heard = True
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticker.timeout.connect(self._on_tick)

    # ------------------------------------------------------------------ what is on the desk

    def set_sound(self, mix: AudioSource | None, duration_s: float) -> None:
        """Play another sound (None: only time passes) of a clip that lasts `duration_s`.

        Stops, and forgets targets and stems; the position stays as far as the clip reaches.
        """
        self.pause()
        self._rate_hz = mix.sample_rate_hz if mix is not None else NO_SOUND_RATE_HZ
        self._duration_s = max(0.0, duration_s)
        self._ring.set_rate(self._rate_hz)
        self._desk.set_mix(mix)
        self.seek(self._position_s)

    def set_target(self, target: AudioSource | None) -> None:
        """Choose what TARGET and RESIDUAL play: a stem, or a preview that covers a part.

        Raises:
            ValueError: it has another rate or channel count than the mix.
        """
        self._desk.set_target(target)

    def set_stems(self, stems: tuple[MixerStem, ...]) -> None:
        """Choose what MIXER plays; changed gains are heard at once and without clicks.

        Raises:
            ValueError: one has another rate or channel count than the mix.
        """
        self._desk.set_stems(stems)

    def set_listen(self, listen: Listen) -> None:
        """Switch what is heard, with a crossfade; ignored where there is no such sound."""
        self._desk.set_listen(listen)

    def set_volume(self, gain_db: float) -> None:
        """Set the loudness of everything, without steps; −60 dB and below is silence."""
        self._desk.set_volume(gain_db)

    def set_level_matching(self, is_matching: bool) -> None:
        """Choose whether target and residual are heard as loud as the mix."""
        self._desk.set_level_matching(is_matching)

    @property
    def listen(self) -> Listen:
        return self._desk.desk.listen

    @property
    def available(self) -> frozenset[Listen]:
        """What can be listened to now."""
        return self._desk.desk.available

    @property
    def matched_gains(self) -> MatchedGains | None:
        """The gains of target and residual now; None while they are being measured."""
        return self._desk.desk.matched

    # ------------------------------------------------------------------ moving in time

    @property
    def is_playing(self) -> bool:
        return self._is_playing

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def duration_s(self) -> float:
        return self._duration_s

    @property
    def n_underflows(self) -> int:
        """How often the device ran dry, or the disk was too slow, since the program began."""
        return self._writer.n_underflows + self._ring.n_starved

    @property
    def position_s(self) -> float:
        """Media time of what is heard, or where playing would start."""
        if not self._is_playing:
            return self._position_s
        heard = self._clock.heard(self._now())
        # After a seek the device still plays what it had; the person already looks at the goal.
        if heard is None or heard.generation != self._ring.generation:
            return self._position_s
        return self._clamp(heard.position / self._rate_hz)

    def play(self) -> None:
        """Play at normal speed; from the start where the end has been reached."""
        self._play_at(1.0)

    def pause(self) -> None:
        """Stop at once, and rest where it was heard last."""
        if not self._is_playing:
            self._ring.stop()
            return
        self._rest_at(self.position_s)

    def toggle(self) -> None:
        if self._is_playing:
            self.pause()
        else:
            self.play()

    def seek(self, time_s: float) -> None:
        """Go to `time_s`, playing on if playing."""
        self._position_s = self._clamp(time_s)
        if self._is_playing:
            self._ring.play(self._cursor_at(self._position_s))
        self.position_changed.emit(self._position_s)

    def scrub(self, time_s: float) -> None:
        """Go to `time_s` while dragging: playback pauses, and a snippet is heard."""
        self.pause()
        self.seek(time_s)
        if self._is_scrub_heard and self._desk.desk.mix is not None:
            start = seconds_to_samples(self._position_s, self._rate_hz)
            n_samples = seconds_to_samples(SCRUB_S, self._rate_hz)
            self._open_threads()
            self._ring.play(Cursor(start, 1.0, start + n_samples), is_snippet=True)

    def set_scrub_sound(self, is_heard: bool) -> None:
        self._is_scrub_heard = is_heard

    def set_loop(self, start_s: float | None, end_s: float | None = None) -> None:
        """Play `start_s` to `end_s` again and again; None ends the loop."""
        loop = None
        if start_s is not None and end_s is not None:
            start_s, end_s = self._clamp(start_s), self._clamp(end_s)
            loop = (start_s, end_s) if end_s - start_s >= _LOOP_MIN_S else None
        if loop == self._loop_s:
            return
        self._loop_s = loop
        if self._is_playing:
            self._ring.steer(lambda cursor: replace(cursor, loop=self._loop()))

    def shuttle_forward(self) -> None:
        """The L key: play, then faster; slower first where it runs backward."""
        self._shuttle(+1)

    def shuttle_back(self) -> None:
        """The J key: play backward, then faster; slower first where it runs forward fast."""
        self._shuttle(-1)

    def shuttle_stop(self) -> None:
        """The K key."""
        self.pause()

    def shutdown(self) -> None:
        """Stop, and end the threads."""
        self.pause()
        self._ring.close()
        for thread in (self._feeder, self._writer):
            if thread.ident is not None:
                thread.join(timeout=2.0)

    # ------------------------------------------------------------------ inside

    def _play_at(self, speed: float) -> None:
        if self._is_playing:
            self._ring.steer(lambda cursor: replace(cursor, speed=speed))
        else:
            if not self._start_position(speed):
                return
            self._open_threads()
            self._is_playing = True
            self._ring.play(self._cursor_at(self._position_s, speed))
            self._ticker.start()
            self.playing_changed.emit(True)
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)

    def _start_position(self, speed: float) -> bool:
        """Move to where playing starts; False where there is nothing to play."""
        position_s, loop = self._position_s, self._loop_s
        if self._duration_s <= 0.0:
            return False
        half_sample_s = 0.5 / self._rate_hz
        if speed > 0:
            end_s = loop[1] if loop is not None else self._duration_s
            if position_s >= end_s - half_sample_s:
                position_s = loop[0] if loop is not None else 0.0
        else:
            start_s = loop[0] if loop is not None else 0.0
            if position_s <= start_s + half_sample_s:
                position_s = loop[1] if loop is not None else self._duration_s
        self._position_s = position_s
        return True

    def _shuttle(self, direction: int) -> None:
        if not self._is_playing:
            self._play_at(float(direction))
            return
        place = SPEEDS.index(int(self._speed)) + direction
        self._play_at(float(SPEEDS[min(max(0, place), len(SPEEDS) - 1)]))

    def _rest_at(self, position_s: float) -> None:
        self._position_s = position_s
        self._is_playing = False
        self._ring.stop()
        self._ticker.stop()
        self.position_changed.emit(position_s)
        self.playing_changed.emit(False)
        if self._speed != 1.0:
            self._speed = 1.0
            self.speed_changed.emit(1.0)

    def _cursor_at(self, position_s: float, speed: float | None = None) -> Cursor:
        return Cursor(
            position=seconds_to_samples(position_s, self._rate_hz),
            speed=self._speed if speed is None else speed,
            end=math.ceil(self._duration_s * self._rate_hz - 0.5),
            loop=self._loop(),
        )

    def _loop(self) -> tuple[int, int] | None:
        if self._loop_s is None:
            return None
        start_s, end_s = self._loop_s
        return (
            seconds_to_samples(start_s, self._rate_hz),
            seconds_to_samples(end_s, self._rate_hz),
        )

    def _clamp(self, time_s: float) -> float:
        return min(max(0.0, time_s), self._duration_s)

    def _on_desk(self, desk: Desk) -> None:
        self._ring.set_desk(desk)
        if desk.target is not None and desk.matched is None:
            self._open_threads()
        if desk.listen != self._listened:
            self._listened = desk.listen
            self.listen_changed.emit(desk.listen)

    def _open_threads(self) -> None:
        """Start the threads with the first thing they are needed for."""
        for thread in (self._feeder, self._writer):
            if thread.ident is None:
                thread.start()

    @Slot()
    def _on_tick(self) -> None:
        heard = self._clock.heard(self._now())
        is_current = heard is not None and heard.generation == self._ring.generation
        if heard is not None and is_current and heard.is_ended:
            self._rest_at(self._duration_s if self._speed > 0 else 0.0)
            return
        self.position_changed.emit(self.position_s)

    @Slot(object, object)
    def _on_matched(self, voice: Voice, gains: MatchedGains) -> None:
        self._desk.set_measured(voice, gains)
