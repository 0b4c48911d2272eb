"""What is possible and what is going on: the title, the enabled actions, the tracks, the jobs."""

from PySide6.QtCore import QObject, Slot

from app.controllers.media import Clip, MediaController
from app.document import Document
from app.job_runner import JobRunner
from app.main_window import MainWindow
from core.domain.listening import Listen
from core.domain.media import AudioStreamInfo
from core.domain.project import Project


class StatusPresenter(QObject):
    """Follows the document, the clip and the jobs; changes nothing of them."""

    def __init__(
        self,
        window: MainWindow,
        document: Document,
        runner: JobRunner,
        media: MediaController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._document = window, document
        self._runner, self._media = runner, media
        document.project_changed.connect(self._on_project_changed)
        document.clean_changed.connect(self._on_project_changed)
        document.path_changed.connect(self._on_project_changed)
        runner.jobs_changed.connect(self._on_jobs_changed)
        media.clip_opened.connect(self._on_clip_changed)
        media.clip_closed.connect(self._on_project_changed)
        media.sound_whole.connect(self._on_clip_changed)
        self._on_project_changed()
        self._on_jobs_changed()
        self.set_ways_to_listen(frozenset({Listen.MIX}))

    @Slot(object)
    def set_ways_to_listen(self, ways: frozenset[Listen]) -> None:
        """Enable listening to what there is; going round needs two of them."""
        actions = self._window.actions_by_name
        for listen in (Listen.TARGET, Listen.RESIDUAL, Listen.MIXER):
            actions[f"listen_{listen.value}"].setEnabled(listen in ways)
        actions["listen_next"].setEnabled(Listen.TARGET in ways)

    @Slot()
    def _on_jobs_changed(self) -> None:
        # What is done shows itself elsewhere: in the picture, the stems, a notice.
        rows = tuple(row for row in self._runner.rows() if row.state != "done")
        self._window.jobs.set_jobs(rows)

    @Slot(object)
    def _on_clip_changed(self, clip: Clip) -> None:
        streams = clip.info.audio
        chosen = clip.info.audio_stream(self._document.project.audio_stream)
        self._window.set_audio_tracks(
            tuple(
                (stream.index, audio_track_words(number, stream))
                for number, stream in enumerate(streams, 1)
            ),
            chosen.index if chosen is not None else None,
        )
        self._on_project_changed()

    @Slot()
    def _on_project_changed(self, _what: object = None) -> None:
        project = self._document.project
        self._show_title(project)
        self._enable_actions(project)

    def _show_title(self, project: Project) -> None:
        path = self._document.path or project.media_path
        self._window.setWindowTitle(f"{path.name}[*] — Soloist" if path else "Soloist")
        self._window.setWindowModified(not self._document.is_clean)

    def _enable_actions(self, project: Project) -> None:
        """Enable exactly what can be done now."""
        stem, clip = project.selected_stem, self._media.clip
        has_clip = clip is not None
        asked = stem.prompts if stem is not None else None
        can_be_seen_to_sound = bool(clip and clip.info.video and clip.info.audio)
        is_possible = {
            "save": has_clip,
            "save_as": has_clip,
            "close_clip": has_clip,
            "new_stem": has_clip,
            "type_words": has_clip,
            "point": clip is not None and clip.info.video is not None,
            "see_sounding": can_be_seen_to_sound,
            "export_sounding": can_be_seen_to_sound,
            "export": any(each.result for each in project.stems),
            "rename_stem": stem is not None,
            "remove_stem": stem is not None,
            "separate": stem is not None and not stem.prompts.is_empty,
            "next_stem": len(project.stems) > 1,
            "previous_stem": len(project.stems) > 1,
            "clear_region": bool(asked and asked.regions),
            "clear_painted": bool(asked and asked.spectral),
            "track_again": bool(asked and asked.regions),
            "clear_in_out": project.loop_start_s is not None,
        }
        for name, is_enabled in is_possible.items():
            self._window.actions_by_name[name].setEnabled(is_enabled)


def audio_track_words(number: int, stream: AudioStreamInfo) -> str:
    """Return a line for the list of sound tracks: number, title, language, rate and layout."""
    names = " ".join(word for word in (stream.title, stream.language) if word)
    kind = f"{stream.sample_rate_hz / 1000:g} kHz {stream.layout}"
    return f"Track {number}: {names + ', ' if names else ''}{kind}"
