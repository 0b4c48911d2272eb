"""The row that plays: play and steps, time, loop, what is listened to, and how loud."""

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from core.domain.listening import Listen
from core.units import format_time
from widgets.fonts import number_font
from widgets.segments import Segment, Segments
from widgets.timecode import TimecodeField
from widgets.volume import Volume
from widgets.wish_button import WishButton

_LISTEN = (
    Segment(Listen.MIX, "Mix", "M", "Hear the clip as it is"),
    Segment(Listen.TARGET, "Target", "T", "Hear only what was asked for"),
    Segment(Listen.RESIDUAL, "Residual", "R", "Hear everything else"),
    Segment(Listen.MIXER, "Mixer", "X", "Hear all stems by solo, mute and gain"),
)


class Transport(QFrame):
    """Buttons and numbers of playback. Keeps no time of its own.

    Signals:
        play_requested: play if paused, pause if playing.
        step_requested: frames to step, negative for back.
        seek_requested: media time in seconds, within the clip.
        listen_requested: a `Listen`.
        loop_requested: True to loop from In to Out.
        level_match_requested: True to compare at equal loudness.
        volume_requested: gain in dB.
        mute_requested: True to mute.
    """

    play_requested = Signal()
    step_requested = Signal(int)
    seek_requested = Signal(float)
    listen_requested = Signal(object)
    loop_requested = Signal(bool)
    level_match_requested = Signal(bool)
    volume_requested = Signal(float)
    mute_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._duration_s = 0.0
        self.play = WishButton("play", "Play", "Space")
        self.play.setProperty("kind", "play")
        self.go_start = WishButton("go_start", "Go to the start", "Home")
        self.step_back = WishButton("step_back", "One frame back", "Left")
        self.step_forward = WishButton("step_forward", "One frame forward", "Right")
        self.go_end = WishButton("go_end", "Go to the end", "End")
        self.loop = WishButton("loop", "Loop from In to Out", "\\")
        self.level_match = WishButton("level_match", "Match levels when comparing")
        for toggle in (self.loop, self.level_match):
            toggle.setCheckable(True)
        self.timecode = TimecodeField()
        self._duration, self._shuttle = QLabel(), QLabel()
        for label, rank in ((self._duration, "muted"), (self._shuttle, "speed")):
            label.setFont(number_font())
            label.setProperty("rank", rank)
        self._shuttle.setFixedSize(40, 22)
        self._shuttle.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.listen = Segments(_LISTEN)
        self.volume = Volume()
        self._lay_out()
        self._connect()
        self.set_time(0.0, 0.0)
        self.set_listen(Listen.MIX, (Listen.MIX,))
        self.set_shuttle(1.0)
        self.set_volume(0.0)

    def set_playing(self, is_playing: bool) -> None:
        self.play.show_as(
            "pause" if is_playing else "play", "Pause" if is_playing else "Play", "Space"
        )

    def set_time(self, time_s: float, duration_s: float) -> None:
        """Show where the playhead is; does not disturb a time being typed."""
        self.timecode.set_time(time_s, duration_s)
        if duration_s != self._duration_s or not self._duration.text():
            self._duration_s = duration_s
            self._duration.setText(f"/ {format_time(duration_s)}")

    def set_listen(self, listen: Listen, available: Collection[Listen]) -> None:
        """Show what is heard, and which of the others could be."""
        self.listen.set_current(listen, available)

    def set_loop(self, is_looping: bool) -> None:
        self.loop.setChecked(is_looping)

    def set_level_match(self, is_matched: bool) -> None:
        self.level_match.setChecked(is_matched)

    def set_volume(self, gain_db: float, is_muted: bool = False) -> None:
        self.volume.set_volume(gain_db, is_muted)

    def set_shuttle(self, rate: float) -> None:
        """Show the speed of a shuttle: 2.0 is twice as fast, negative backwards, 1.0 nothing."""
        is_shown = rate not in (0.0, 1.0)
        sign = "−" if rate < 0 else ""
        self._shuttle.setText(f"{sign}{abs(rate):g}×" if is_shown else "")
        self._shuttle.setProperty("on", is_shown)
        self._shuttle.setToolTip("Shuttle speed: J back, K stop, L forward" if is_shown else "")
        self._shuttle.style().unpolish(self._shuttle)
        self._shuttle.style().polish(self._shuttle)

    def sizeHint(self) -> QSize:
        return QSize(1100, 52)

    def _connect(self) -> None:
        self.play.clicked.connect(self.play_requested)
        self.go_start.clicked.connect(lambda: self.seek_requested.emit(0.0))
        self.go_end.clicked.connect(lambda: self.seek_requested.emit(self._duration_s))
        self.step_back.clicked.connect(lambda: self.step_requested.emit(-1))
        self.step_forward.clicked.connect(lambda: self.step_requested.emit(1))
        for button in (self.step_back, self.step_forward):
            button.setAutoRepeat(True)
        self.loop.clicked.connect(lambda: self.loop_requested.emit(not self.loop.isChecked()))
        self.level_match.clicked.connect(
            lambda: self.level_match_requested.emit(not self.level_match.isChecked())
        )
        self.timecode.time_entered.connect(self.seek_requested)
        self.listen.chosen.connect(self.listen_requested)
        self.volume.volume_requested.connect(self.volume_requested)
        self.volume.mute_requested.connect(self.mute_requested)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(4)
        for widget in (self.go_start, self.step_back, self.play, self.step_forward, self.go_end):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.timecode)
        row.addWidget(self._duration)
        row.addSpacing(8)
        row.addWidget(self.loop)
        row.addWidget(self._shuttle)
        row.addStretch(1)
        row.addWidget(self.listen)
        row.addWidget(self.level_match)
        row.addStretch(1)
        row.addWidget(self.volume)
