"""Playing: the clock moves the playhead and the picture; what is heard follows the document."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.media import Clip
from app.document import Document
from app.frame_feeder import FrameFeeder
from app.playback.player import MixerStem, Player
from core.domain import edits
from core.domain.audio import AudioClip
from core.domain.listening import Listen
from core.domain.project import Project, Stem
from core.media.wav_source import WavSource
from widgets.timeline import Timeline
from widgets.transport import Transport

_REFRESH_MS = 120
_ORDER = (Listen.MIX, Listen.TARGET, Listen.RESIDUAL)


class PlayingPresenter(QObject):
    """Introduces the player to the transport, the timeline and the picture.

    Signals:
        looping_changed: whether it loops, whoever asked for it.
        ways_changed: a frozenset of `Listen`, the ways there is something to hear.
    """

    looping_changed = Signal(bool)
    ways_changed = Signal(object)

    def __init__(
        self,
        player: Player,
        transport: Transport,
        timeline: Timeline,
        feeder: FrameFeeder,
        document: Document,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._player, self._transport, self._timeline = player, transport, timeline
        self._feeder, self._document = feeder, document
        self._clip: Clip | None = None
        self._sources: dict[Path, WavSource] = {}
        self._preview: tuple[str, AudioClip] | None = None
        self._is_looping = False
        self._is_scrubbing = False
        self._was_playing = False
        self._refresher = QTimer(self, interval=_REFRESH_MS)
        self._refresher.timeout.connect(timeline.refresh_sound)
        self._connect()

    def _connect(self) -> None:
        player, transport, timeline = self._player, self._transport, self._timeline
        player.position_changed.connect(self._on_position)
        player.playing_changed.connect(transport.set_playing)
        player.listen_changed.connect(self._show_listen)
        player.speed_changed.connect(transport.set_shuttle)
        transport.play_requested.connect(player.toggle)
        transport.step_requested.connect(self.step_frames)
        transport.seek_requested.connect(player.seek)
        transport.listen_requested.connect(player.set_listen)
        transport.loop_requested.connect(self.set_looping)
        timeline.seek_requested.connect(self._on_seek)
        timeline.scrub_started.connect(self._on_scrub_started)
        timeline.scrub_ended.connect(self._on_scrub_ended)
        timeline.loop_changed.connect(self.set_in_out)
        self._document.project_changed.connect(self._on_project_changed)

    # the clip

    def set_clip(self, clip: Clip | None) -> None:
        """Show another clip's time; its sound comes with `set_sound`."""
        self.close_sound(clip)
        self._player.seek(0.0)
        self._timeline.set_duration(self._player.duration_s)

    def close_sound(self, clip: Clip | None) -> None:
        """Stop and forget the sound; another of the same clip may come, so the place stays."""
        self._clip = clip
        self._sources.clear()
        self._preview = None
        self._player.set_sound(None, clip.info.duration_s if clip is not None else 0.0)
        self._timeline.set_sound(None, None)
        self._timeline.set_reading(clip is not None and bool(clip.info.audio))
        self._show_listen()

    def set_sound(self, clip: Clip) -> None:
        """Draw and play the clip's sound, which may still grow."""
        is_same = self._clip is not None and self._clip.sound is clip.sound
        self._clip = clip
        if clip.sound is None:
            return
        if not is_same:
            self._player.set_sound(clip.sound.source, clip.info.duration_s)
            self._timeline.set_sound(clip.sound.peaks, clip.sound.spectrogram)
        self._timeline.set_reading(not clip.is_sound_whole)
        if clip.is_sound_whole:
            self._refresher.stop()
        else:
            self._refresher.start()
        self._timeline.refresh_sound()
        self._on_project_changed(self._document.project)

    def set_preview(self, stem_id: str, target: AudioClip | None) -> None:
        """Let the first seconds of a stem be heard before the whole is there."""
        self._preview = (stem_id, target) if target is not None else None
        self._on_project_changed(self._document.project)
        if target is not None and self._player.listen is Listen.MIX:
            self._player.set_listen(Listen.TARGET)

    # moving

    def step_frames(self, n_frames: int) -> None:
        """Rest on the frame `n_frames` away; without a picture a step is a 25th of a second."""
        self._player.pause()
        table = self._clip.table if self._clip is not None else None
        if table is None:
            self._player.seek(self._player.position_s + n_frames / 25.0)
        else:
            index = table.index_at(self._player.position_s) + n_frames
            index = min(max(0, index), len(table) - 1)
            self._player.seek(table.time_s(int(table.pts[index])))

    def jump(self, by_s: float) -> None:
        self._player.seek(self._player.position_s + by_s)

    def go_to(self, time_s: float) -> None:
        self._player.seek(time_s)

    def go_to_end(self) -> None:
        self._player.seek(self._player.duration_s)

    # in, out and loop

    @Slot(object, object)
    def set_in_out(self, start_s: float | None, end_s: float | None) -> None:
        edited = edits.set_loop(self._document.project, start_s, end_s)
        self._document.apply("Set In and Out", edited)

    def set_in(self) -> None:
        """Put In at the playhead; Out moves away where it would lie before it."""
        start_s, end_s = self._player.position_s, self._document.project.loop_end_s
        if end_s is None or end_s <= start_s:
            end_s = self._player.duration_s
        if end_s > start_s:
            self.set_in_out(start_s, end_s)

    def set_out(self) -> None:
        """Put Out at the playhead; In moves to the start where it would lie behind it."""
        end_s, start_s = self._player.position_s, self._document.project.loop_start_s
        if start_s is None or start_s >= end_s:
            start_s = 0.0
        if end_s > start_s:
            self.set_in_out(start_s, end_s)

    @Slot(bool)
    def set_looping(self, is_looping: bool) -> None:
        """Play from In to Out again and again; the whole clip where neither is set."""
        self._is_looping = is_looping
        self._transport.set_loop(is_looping)
        self._apply_loop(self._document.project)
        self.looping_changed.emit(is_looping)

    @property
    def is_looping(self) -> bool:
        return self._is_looping

    def _apply_loop(self, project: Project) -> None:
        if not self._is_looping:
            self._player.set_loop(None)
        elif project.loop_start_s is None or project.loop_end_s is None:
            self._player.set_loop(0.0, self._player.duration_s)
        else:
            self._player.set_loop(project.loop_start_s, project.loop_end_s)

    # listening

    def listen(self, listen: Listen) -> None:
        self._player.set_listen(listen)

    def listen_next(self) -> None:
        """Go round mix, target, residual, leaving out what is not there."""
        there = [listen for listen in _ORDER if listen in self._player.available]
        now = self._player.listen
        place = there.index(now) if now in there else -1
        self._player.set_listen(there[(place + 1) % len(there)])

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        if self._clip is None or self._clip.sound is None:
            return
        self._apply_loop(project)
        self._player.set_target(self._target_of(project.selected_stem))
        self._mix(project)
        self._show_listen()

    @Slot(str, float)
    def preview_gain(self, stem_id: str, gain_db: float) -> None:
        """Let a gain be heard while its handle is still held; nothing is kept."""
        self._mix(edits.set_mix(self._document.project, stem_id, gain_db=gain_db))

    def _mix(self, project: Project) -> None:
        self._player.set_stems(
            tuple(
                MixerStem(source, stem.gain_db, stem.is_muted, stem.is_soloed)
                for stem in project.stems
                if (source := self._source_of(stem)) is not None
            )
        )

    def _target_of(self, stem: Stem | None) -> WavSource | AudioClip | None:
        """Return the preview while it is newer than the result, else the result."""
        if stem is None:
            return None
        if self._preview is not None and self._preview[0] == stem.stem_id:
            return self._preview[1]
        return self._source_of(stem)

    def _source_of(self, stem: Stem) -> WavSource | None:
        clip = self._clip
        if stem.result is None or clip is None or clip.sound is None:
            return None
        path = stem.result.target_path
        if path not in self._sources:
            self._sources[path] = WavSource(path, clip.sound.source.start_s)
        return self._sources[path]

    # what is shown

    @Slot()
    def _show_listen(self, _listen: Listen | None = None) -> None:
        self._transport.set_listen(self._player.listen, self._player.available)
        self.ways_changed.emit(self._player.available)

    @Slot(float)
    def _on_position(self, time_s: float) -> None:
        self._timeline.set_playhead(time_s)
        self._transport.set_time(time_s, self._player.duration_s)
        self._feeder.request(time_s)

    @Slot(float)
    def _on_seek(self, time_s: float) -> None:
        if self._is_scrubbing:
            self._player.scrub(time_s)
        else:
            self._player.seek(time_s)

    @Slot()
    def _on_scrub_started(self) -> None:
        self._was_playing = self._player.is_playing
        self._is_scrubbing = True

    @Slot()
    def _on_scrub_ended(self) -> None:
        self._is_scrubbing = False
        if self._was_playing:
            self._player.play()
