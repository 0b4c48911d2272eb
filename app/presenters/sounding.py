"""What sounds, over the picture, frame by frame; what is picked of it becomes a prompt."""

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.controllers.masking import MaskingController
from app.controllers.sounding import SoundingController
from app.document import Document
from app.frame_feeder import FrameFeeder
from app.main_window import MainWindow
from app.playback.player import Player
from app.settings import SOUNDING_RATES_HZ, SettingsStore
from core.domain.pictures import Frame
from core.domain.prompts import Box
from core.domain.sounding_marks import Place, region_of
from core.domain.sounding_said import Said, said_at
from core.domain.sounding_stretches import stretches_of
from core.domain.soundings import SeenSource, SoundingFrame, SoundingTrack
from core.domain.vocabulary import spoken
from widgets.sounding_lane import LaneRow
from widgets.sounding_words import HEARD_OFF_SCREEN, NO_SOUND, rate_words

LOOKING = "Looking for what sounds…"

_SAYINGS = {Said.OFF_SCREEN: HEARD_OFF_SCREEN, Said.SILENT: NO_SOUND}


class SoundingPresenter(QObject):
    """Introduces what looks for sounding things to the picture and the menus.

    Signals:
        failed: a `CoreError`.
    """

    failed = Signal(object)
    _lane_wanted = Signal()

    def __init__(  # noqa: PLR0913 - it stands between all these
        self,
        window: MainWindow,
        sources: SoundingController,
        masking: MaskingController,
        document: Document,
        player: Player,
        feeder: FrameFeeder,
        settings: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._view, self._sources = window, window.video, sources
        self._masking, self._document, self._player = masking, document, player
        self._settings = settings
        self._frame: Frame | None = None
        self._moment: SoundingFrame | None = None
        self._picked: dict[Box, SeenSource] = {}
        self._seen_label = ""
        self._n_in_lane = self._lane_due = 0
        self._lane_wanted.connect(self._show_lane, Qt.ConnectionType.QueuedConnection)
        feeder.frame_ready.connect(self._on_frame)
        sources.track_changed.connect(self._on_track_changed)
        sources.looking_changed.connect(self._on_looking)
        sources.failed.connect(self.failed)
        window.video.source_chosen.connect(self._on_chosen)
        window.sounding_rate_chosen.connect(self._on_rate)
        document.project_changed.connect(self._on_project_changed)
        self._use_rate()
        self.set_shown(settings.value.is_sounding_shown)

    @Slot()
    def see(self) -> None:
        """Look for what sounds, from the playhead on, and show it."""
        self.set_shown(True)
        self._view.take_keys()
        self._sources.look(self._player.position_s)

    def set_shown(self, is_shown: bool) -> None:
        """Show over the picture what is known, or leave the picture alone."""
        self._settings.change(is_sounding_shown=is_shown)
        self._window.actions_by_name["show_sounding"].setChecked(is_shown)
        self._find_moment()
        self._show_lane()

    def clear(self) -> None:
        """Forget the frame on screen: there is none any more."""
        self._frame = None
        self._find_moment()

    @Slot(object)
    def _on_frame(self, frame: Frame) -> None:
        self._frame = frame
        self._find_moment()

    @Slot()
    def _on_track_changed(self) -> None:
        track = self._sources.track
        if track is None or not len(track):
            self._picked.clear()  # sources are numbered anew
        self._find_moment()
        n_known = 0 if track is None else len(track)
        # Of an hour the lane takes milliseconds, so it follows in steps, and in a turn of its own.
        if not self._sources.is_looking or not self._n_in_lane <= n_known < self._lane_due:
            self._n_in_lane, self._lane_due = n_known, n_known + n_known // 50 + 1
            self._lane_wanted.emit()

    @Slot(bool)
    def _on_looking(self, _is_looking: bool) -> None:
        self._find_moment()
        self._lane_wanted.emit()

    def _find_moment(self) -> None:
        frame, track = self._frame, self._sources.track
        is_shown = self._settings.value.is_sounding_shown
        self._moment, words = None, ""
        if is_shown and frame is not None:
            self._moment = None if track is None else track.at(frame.time_s)
            said = None if track is None else said_at(track, frame.time_s)
            words = "" if said is None else _SAYINGS.get(said, "")
            if self._moment is None and self._sources.is_looking:
                words = LOOKING
        self._view.set_sounding_said(words)
        self._show()

    def _show(self) -> None:
        region = self._masking.region
        boxes = () if region is None else region.boxes
        picked = [self._picked[box] for box in boxes if box in self._picked]
        self._view.set_sounding(self._moment, {source.number for source in picked})
        label = picked[0].label if picked else ""
        if label != self._seen_label:
            self._seen_label = label
            self._window.prompts.set_seen(label)

    @Slot()
    def _show_lane(self) -> None:
        track = self._sources.track
        is_shown = self._settings.value.is_sounding_shown
        self._window.timeline.set_sounding(lane_rows(track) if track and is_shown else ())

    @Slot(object)
    def _on_project_changed(self, _project: object) -> None:
        self._show()

    @Slot(object, object)
    def _on_chosen(self, source: SeenSource, place_px: Place | None) -> None:
        frame, moment = self._frame, self._moment
        if frame is None or moment is None or source not in moment.sources:
            return
        high, wide = frame.pixels.shape[:2]
        region = region_of(moment, source, frame.pts, (wide, high), place_px)
        if region is not None:
            self._picked[region.boxes[0]] = source
            self._masking.ask_for(region, source.number)

    @Slot(float)
    def _on_rate(self, rate_hz: float) -> None:
        self._settings.change(sounding_rate_hz=rate_hz)
        self._use_rate()
        if self._sources.track is not None or self._sources.is_looking:
            self._sources.look(self._player.position_s)

    def _use_rate(self) -> None:
        chosen_hz = self._settings.value.sounding_rate_hz
        self._sources.rate_hz = chosen_hz
        rows = tuple((rate_hz, rate_words(rate_hz)) for rate_hz in SOUNDING_RATES_HZ)
        self._window.set_sounding_rates(rows, chosen_hz)


def lane_rows(track: SoundingTrack) -> tuple[LaneRow, ...]:
    """Return when each source sounds, in the colours of the picture, and what is off screen."""
    known, names = stretches_of(track), track.labels
    rows = [
        LaneRow(spoken(names.get(number, "")) or "Sounds", number, stretches)
        for number, stretches in known.by_source.items()
    ]
    if known.off_screen:
        rows.append(LaneRow(HEARD_OFF_SCREEN, None, known.off_screen))
    return tuple(rows)
