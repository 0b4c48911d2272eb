"""The editor: builds controllers and presenters, and introduces them to the window.

Everything is handed to constructors here; there is no other place that knows all parts. What the
menu actions do stands in `app.commands`.
"""

import uuid
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from app.actions import make_actions
from app.autosave import Autosave, find_recoveries
from app.controllers.devices import Computing, DeviceController
from app.controllers.export import ExportController
from app.controllers.finding import FindingController
from app.controllers.masking import MaskingController
from app.controllers.media import Clip, MediaController
from app.controllers.models import ModelsController
from app.controllers.projects import ProjectController
from app.controllers.recovery import RecoveryController
from app.controllers.separation import SeparationController
from app.controllers.sounding import SoundingController
from app.controllers.sounding_export import SoundingExportController
from app.controllers.tidying import TidyingController
from app.dialogs import Dialogs
from app.document import Document
from app.engine_book import EngineBook
from app.frame_feeder import FrameFeeder
from app.job_runner import JobRunner
from app.main_window import MainWindow
from app.notices import Notices
from app.paths import Home
from app.playback.player import Player
from app.playback.sounddevice_output import open_output
from app.playback.writer import OpenOutput
from app.presenters.engines import EnginesPresenter
from app.presenters.finding import FindingPresenter
from app.presenters.model_store import ModelStorePresenter
from app.presenters.picture import PicturePresenter
from app.presenters.playing import PlayingPresenter
from app.presenters.preferences import PreferencesPresenter
from app.presenters.remembering import RememberingPresenter
from app.presenters.segmenters import SegmentersPresenter
from app.presenters.sounding import SoundingPresenter
from app.presenters.status import StatusPresenter
from app.presenters.stem_pictures import StemPicturesPresenter
from app.presenters.stems import StemsPresenter
from app.presenters.suggesting import SuggestingPresenter
from app.settings import SettingsStore
from app.track_store import TrackStore
from app.understanding import Understanding
from app.working_folder import WorkingFolder
from core.domain import edits
from core.domain.engines import EngineInfo
from core.domain.listening import Listen
from core.domain.vocabulary import Vocabulary
from core.errors import ExportError, MediaError, ProjectError, PromptError
from core.jobs.export import ExportAnswer
from core.jobs.separation import PreviewAnswer, SeparationAnswer
from core.jobs.sounding_export import SoundingExportAnswer
from core.media.cache import MediaCache


class Editor(QObject):
    """The window and everything behind it. `start` and `shutdown` are all that a caller needs."""

    def __init__(  # noqa: PLR0913 - the edges of the program
        self,
        app: QApplication,
        home: Home,
        settings: SettingsStore,
        engines: tuple[EngineInfo, ...],
        demo: Path,
        open_output: OpenOutput = open_output,
        vocabularies: Mapping[str, Vocabulary] | None = None,
    ) -> None:
        """Build everything; the vocabularies of engines are those that ship, where not given."""
        super().__init__()
        self._demo, self._home = demo, home
        self._working = WorkingFolder(home.data / "stems")
        self.document, self.tracks = Document(), TrackStore()
        self.runner, self.feeder = JobRunner(self), FrameFeeder(self)
        self.player = Player(self, open_output=open_output)
        self.actions = make_actions(self, settings.value.shortcuts)
        self.window = MainWindow(self.actions, self.document.undo_stack, self._may_close)
        self.dialogs = Dialogs(self.window)
        self.notices = Notices(self.window.notices, self)
        self.book = EngineBook(engines, vocabularies)
        self._control(settings)
        self._present(app, settings)
        self._connect_controllers()
        self._connect_window()
        self.remembering.restore()

    def start(self, path: Path | None) -> None:
        """Offer what a crash left behind, else open a clip or project; None is the demo clip."""
        self.feeder.start()
        self.devices.check()
        if path is None and self.recovery.offer(find_recoveries(self._recovery_folder)):
            return
        self.projects.open(path or self._demo)

    def shutdown(self, patience_ms: int = 30_000) -> bool:
        """Stop all threads; after this the editor is of no use.

        Args:
            patience_ms: how long jobs are waited for, and as long again libraries that load.

        Returns:
            False where work did not stop in time: nothing stops the loading of a library.
        """
        self.remembering.keep_layout()
        self.window.notices.clear()
        self.player.shutdown()
        has_stopped = self.runner.shutdown(patience_ms)
        self.feeder.shutdown()
        has_stopped &= self.understanding.shutdown(patience_ms)
        self.pictures.close()
        self._autosave.close()
        self.tidying.tidy_now()
        self.media.release()
        self._working.remove()
        return has_stopped

    @property
    def _recovery_folder(self) -> Path:
        return self._home.data / "recovery"

    def _control(self, settings: SettingsStore) -> None:
        runner, document, tracks, book = self.runner, self.document, self.tracks, self.book
        cache = MediaCache(self._home.cache / "media", settings.value.cache_limit_mb * 2**20)
        self.media = MediaController(runner, document, self.feeder, cache, self)
        self.projects = ProjectController(
            runner, document, tracks, self.media, self.dialogs, self._demo.parent, self
        )
        self.tidying = TidyingController(runner, document, self)
        self.masking = MaskingController(runner, document, tracks, book, self)
        self.searching = FindingController(runner, self)
        self.sources = SoundingController(runner, self)
        self.understanding = Understanding(runner, document, tracks, self.masking, book, self)
        self.separation = SeparationController(
            runner, document, tracks, self.masking, self._working.path, book,
            self.understanding.recognition.belief_about, self,
        )  # fmt: skip
        self.export = ExportController(
            runner, document, tracks, self.dialogs.export, self._demo.parent, self
        )
        self.sounding_export = SoundingExportController(
            runner, document, self.sources, self.dialogs.export_sounding, self._demo.parent, self
        )
        self.models = ModelsController(runner, self.dialogs, self)
        computing: tuple[Computing, ...] = (
            self.masking, self.searching, self.sources, self.separation,
            *self.understanding.computing,
        )  # fmt: skip
        self.devices = DeviceController(runner, settings, computing, self)
        self._autosave = Autosave(document, tracks, runner, self._recovery_folder, self)
        self.recovery = RecoveryController(
            self._autosave, self.projects, self.media, self.dialogs.recover, self
        )

    def _present(self, app: QApplication, settings: SettingsStore) -> None:
        window, document, book = self.window, self.document, self.book
        self.picture = PicturePresenter(window.video, self.feeder, self.masking, document, self)
        self.finding = FindingPresenter(
            window.prompts, window.video, self.picture, self.searching, self.masking, document,
            self.player, self,
        )  # fmt: skip
        self.sounding = SoundingPresenter(
            window, self.sources, self.masking, document, self.player, self.feeder, settings, self
        )
        self.segmenters = SegmentersPresenter(window, settings, self.masking, self)
        self.preferences = PreferencesPresenter(
            settings, self.devices, self.searching, self.dialogs.preferences, self
        )
        self.playing = PlayingPresenter(
            self.player, window.transport, window.timeline, self.feeder, document, self
        )
        self.engines = EnginesPresenter(window.prompts, document, book, self)
        self.model_store = ModelStorePresenter(
            self.models, self.notices, self.dialogs.model_store, self
        )
        self.stems = StemsPresenter(
            window.stems, window.prompts, window.timeline, document, self.separation, book, self
        )
        recognition, tagging = self.understanding.recognition, self.understanding.tagging
        self.suggesting = SuggestingPresenter(
            window.prompts, recognition, tagging, document, book, self
        )
        self.pictures = StemPicturesPresenter(
            self.runner, document, self.player, window.timeline,
            self._home.cache / "stems" / uuid.uuid4().hex, self,
        )  # fmt: skip
        self.status = StatusPresenter(window, document, self.runner, self.media, self)
        self.remembering = RememberingPresenter(app, settings, window, self.player, self)

    def _connect_controllers(self) -> None:
        self.media.clip_opened.connect(self._on_clip_opened)
        self.media.clip_closed.connect(self._on_clip_closed)
        self.media.sound_opened.connect(self._on_sound)
        self.media.sound_whole.connect(self._on_sound)
        self.media.sound_closed.connect(self._on_sound_closed)
        self.media.failed.connect(self._on_failed)
        self.media.failed.connect(self.sources.give_up)
        for controller in (
            self.projects, self.masking, self.separation, self.export, self.sounding_export,
        ):  # fmt: skip
            controller.failed.connect(self._on_failed)
        for other in (
            self.picture, self.stems, self.pictures, self.feeder, self._autosave, self.finding,
            self.segmenters, self.sounding,
        ):  # fmt: skip
            other.failed.connect(self._on_failed)
        self.masking.notice_raised.connect(self.notices.warn)
        self.finding.notice_raised.connect(self.notices.tell)
        self.preferences.notice_raised.connect(self.notices.warn)
        self.playing.ways_changed.connect(self.status.set_ways_to_listen)
        self.notices.engine_chosen.connect(self.engines.choose)
        self.player.notice_raised.connect(self.notices.warn)
        self.projects.notice_raised.connect(self.notices.warn)
        self.projects.opened.connect(self._on_opening)
        self.projects.saved.connect(self._on_saved)
        self.document.project_changed.connect(lambda: self.notices.settle(PromptError))
        self.separation.preview_ready.connect(self._on_preview)
        self.separation.separated.connect(self._on_separated)
        for export in (self.export, self.sounding_export):
            export.exported.connect(self._on_exported)
        self.sounding_export.look_wanted.connect(self.notices.offer_look)
        self.notices.look_chosen.connect(self.sounding.see)
        self.sources.looking_changed.connect(lambda _on: self.notices.forget_look())

    def _connect_window(self) -> None:
        window = self.window
        self.stems.separate_requested.connect(self.separate)
        self.stems.cancel_requested.connect(self.cancel)
        window.prompts.models_requested.connect(self.model_store.open)
        window.jobs.cancel_requested.connect(self.runner.cancel)
        window.stems.gain_previewed.connect(self.playing.preview_gain)
        window.path_dropped.connect(self.projects.open)
        window.recent_chosen.connect(self.projects.open)
        window.audio_track_chosen.connect(self._on_audio_track)
        window.welcome.open_requested.connect(self.ask_and_open)
        window.welcome.demo_requested.connect(self.open_demo)
        window.welcome.path_requested.connect(self.projects.open)
        window.video.play_requested.connect(self.player.toggle)

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """Offer these from now on: the same ones, of which others are installed."""
        self.book.set_engines(engines)
        self.engines.refresh()

    # the clip

    @Slot()
    def ask_and_open(self) -> None:
        path = self.dialogs.open_file(self.remembering.last_folder)
        if path is not None:
            self.projects.open(path)

    @Slot()
    def open_demo(self) -> None:
        self.projects.open(self._demo)

    @Slot(object)
    def _on_clip_opened(self, clip: Clip) -> None:
        self.window.show_editor()
        self.picture.clear("" if clip.info.video else "This file has no picture, only sound")
        self.playing.set_clip(clip)
        self._set_clip(clip)
        for warning in clip.info.warnings:
            self.notices.tell_of_clip(warning)
        if not clip.info.audio:
            self.notices.warn_of_clip(
                "This clip has no sound: you can look at it and mark objects."
            )
        if clip.info.path != self._demo:
            self.remembering.add_recent(self.document.path or clip.info.path)

    @Slot()
    def _on_clip_closed(self) -> None:
        self.notices.forget_clip()
        self.tidying.tidy()
        self.tracks.clear()
        self._set_clip(None)
        self.playing.set_clip(None)
        self.pictures.set_clip(None)
        self.picture.clear()
        self.window.show_welcome()

    def _set_clip(self, clip: Clip | None) -> None:
        self._set_exported(clip)
        self.stems.set_clip_open(clip is not None)
        self.separation.set_clip(clip)
        self.masking.set_clip(clip)
        self.searching.set_clip(clip)
        self.sounding.clear()
        self.sources.set_clip(clip)
        self.understanding.set_clip(clip)

    @Slot(object)
    def _on_sound(self, clip: Clip) -> None:
        self.playing.set_sound(clip)
        self.pictures.set_clip(clip)
        self.separation.update_clip(clip)
        self.sources.update_clip(clip)
        self.understanding.tagging.set_clip(clip)
        self._set_exported(clip)
        for warning in clip.sound.warnings if clip.sound and clip.is_sound_whole else ():
            self.notices.tell_of_clip(warning)

    @Slot(object)
    def _on_sound_closed(self, clip: Clip) -> None:
        # What was separated, drawn or measured of the other track does not fit the coming one.
        self.separation.set_clip(clip)
        self.sources.set_clip(clip)
        self.understanding.tagging.set_clip(clip)
        self.pictures.set_clip(clip)
        self.playing.close_sound(clip)
        self._set_exported(clip)

    def _set_exported(self, clip: Clip | None) -> None:
        self.export.clip = self.sounding_export.clip = clip

    @Slot(int)
    def _on_audio_track(self, index: int) -> None:
        self.document.apply("Choose sound track", edits.choose_audio(self.document.project, index))

    @Slot(object)
    def _on_opening(self, _path: Path) -> None:
        self.notices.settle(MediaError, ProjectError)
        self.runner.forget_ended()

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.notices.settle(ExportError)
        self.runner.forget_ended()
        self.remembering.add_recent(path)

    # separation and export

    @Slot()
    def separate(self) -> None:
        """Separate the selected stem, preview first."""
        stem = self.document.project.selected_stem
        if stem is not None:
            self.separation.separate(stem, self.player.position_s)
            return
        self._on_failed(
            PromptError(
                "nothing is asked for yet",
                advice="Click the thing that sounds, or drag over the moments it sounds.",
            )
        )

    @Slot()
    def cancel(self) -> None:
        """Abandon a drag, else stop the separation, else everything that runs."""
        if self.window.timeline.abandon():
            return
        if self.separation.running_stem_id is not None:
            self.separation.cancel()
        else:
            self.sources.cancel()
            self.runner.cancel_all()

    @Slot(object)
    def _on_preview(self, answer: PreviewAnswer) -> None:
        self.playing.set_preview(answer.stem_id, answer.target)

    @Slot(object)
    def _on_separated(self, answer: SeparationAnswer) -> None:
        self.playing.set_preview(answer.stem_id, None)
        advice = answer.result.report.get("advice")
        if advice:
            self.notices.tell(str(advice))
        if self.player.listen is Listen.MIX:
            self.player.set_listen(Listen.TARGET)

    @Slot(object)
    def _on_exported(self, answer: ExportAnswer | SoundingExportAnswer) -> None:
        self.notices.settle(ExportError)
        self.runner.forget_ended()
        for notice in answer.notices:
            self.notices.warn(notice)
        self.notices.exported(answer)

    @Slot(object)
    def _on_failed(self, error: Exception, _about: object = None) -> None:
        self.notices.fail(error)

    # the end, and the end before

    def _may_close(self) -> bool:
        return self.projects.may_leave()
