"""Opens clips: headers first, so that the picture is there at once, then the sound."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.frame_feeder import FrameFeeder
from app.job_runner import Job, JobRunner, Lane
from core.domain import edits
from core.domain.media import MediaInfo
from core.domain.pictures import PictureSource
from core.domain.project import Project
from core.errors import CoreError, MediaError
from core.jobs.opening import ImportSoundJob, OpenedMedia, OpenJob
from core.media.audio_import import ImportedAudio
from core.media.cache import MediaCache
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What is on the desk: the file, its frames' times, and its sound as far as it is read."""

    info: MediaInfo
    table: PtsTable | None
    sound: ImportedAudio | None = None
    is_sound_whole: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """A project to be put on the desk together with its clip."""

    project: Project
    path: Path | None = None
    """Its file; None where it has none yet."""
    is_saved: bool = True


class _Bridge(QObject):
    """Carries the growing sound from the worker to the window's thread."""

    opened = Signal(int, object)


@dataclass(frozen=True, slots=True, eq=False)
class _Announce:
    """Called on the worker: says which import it was, since an overtaken one may still speak."""

    number: int
    bridge: _Bridge

    def __call__(self, sound: ImportedAudio) -> None:
        self.bridge.opened.emit(self.number, sound)


class MediaController(QObject):
    """Keeps the open clip, and replaces it only when another one could really be opened.

    Signals:
        opening: the `Path` that is being looked at.
        clip_opened: the new `Clip`; its sound may still be missing.
        sound_opened: the `Clip`, now with a sound that may still grow.
        sound_whole: the `Clip` with all of its sound.
        sound_closed: the `Clip` without its sound, since another sound track is read now.
        clip_closed: the clip was taken off the desk, for good or for another one.
        failed: the error, and the path that it belongs to; the earlier clip is still open.
    """

    opening = Signal(object)
    clip_opened = Signal(object)
    sound_opened = Signal(object)
    sound_whole = Signal(object)
    sound_closed = Signal(object)
    clip_closed = Signal()
    failed = Signal(object, object)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        feeder: FrameFeeder,
        cache: MediaCache,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document = runner, document
        self._feeder, self._cache = feeder, cache
        self._bridge = _Bridge(self)
        self._bridge.opened.connect(self._on_sound_opened)
        self._desk: Desk | None = None
        self._path = Path()
        self._opening: Job | None = None
        self._importing: Job | None = None
        self._import_number = 0
        self._stream_index: int | None = None
        self.clip: Clip | None = None
        document.project_changed.connect(self._on_project_changed)

    def open(self, path: Path, desk: Desk | None = None) -> None:
        """Open `path`; with `desk` given its project becomes the document, else a fresh one."""
        if self._opening is not None:
            self._opening.cancel()
        self._path, self._desk = path, desk
        self.opening.emit(path)
        self._opening = self._runner.prepare(OpenJob(path), Lane.IO, replaces="open")
        self._opening.succeeded.connect(self._on_opened)
        self._opening.failed.connect(self._on_failed)
        self._runner.start(self._opening)

    def close(self) -> None:
        """Take the clip off the desk; the document becomes empty."""
        self._stop_import()
        self.clip = None
        self._feeder.show_clip(None)
        self._document.reset(Project())
        self.clip_closed.emit()

    def release(self) -> None:
        """Close the files of the open sound; for the end of the program."""
        if self.clip is not None and self.clip.sound is not None:
            self.clip.sound.close()

    @Slot(object)
    def _on_opened(self, opened: OpenedMedia) -> None:
        self._opening = None
        self._stop_import()
        if self.clip is not None:
            self.clip = None
            self.clip_closed.emit()
        info, table = opened.info, opened.table
        self.clip = Clip(info, table)
        desk = self._desk or Desk(edits.open_media(Project(), info.path))
        self._stream_index = desk.project.audio_stream
        self._document.reset(desk.project, desk.path, is_saved=desk.is_saved)
        self._feeder.show_clip(_Opener(info, table) if table is not None else None)
        self.clip_opened.emit(self.clip)
        self._feeder.request(0.0)
        self._import_sound()

    def _import_sound(self) -> None:
        clip = self.clip
        stream = clip.info.audio_stream(self._stream_index) if clip else None
        if clip is None or stream is None:
            return
        self._import_number += 1
        announce = _Announce(self._import_number, self._bridge)
        job = ImportSoundJob(clip.info, stream.index, self._cache, announce)
        self._importing = self._runner.prepare(job, Lane.IO, replaces="import")
        self._importing.succeeded.connect(self._on_sound_whole)
        self._importing.failed.connect(self._on_failed)
        self._runner.start(self._importing)

    def _stop_import(self) -> None:
        if self._importing is not None:
            self._importing.cancel()
            self._importing = None
        self._import_number += 1

    @Slot(int, object)
    def _on_sound_opened(self, number: int, sound: ImportedAudio) -> None:
        # A sound that was on its way while another one was asked for belongs to nobody.
        if self.clip is None or number != self._import_number:
            return
        self.clip = replace(self.clip, sound=sound)
        self.sound_opened.emit(self.clip)

    @Slot(object)
    def _on_sound_whole(self, sound: ImportedAudio) -> None:
        self._importing = None
        if self.clip is None:
            return
        self.clip = replace(self.clip, sound=sound, is_sound_whole=True)
        self.sound_whole.emit(self.clip)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, CoreError):
            error = MediaError(str(error), advice="Try another file, or convert it first.")
        self.failed.emit(error, self._path)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        """Read another sound track when the person chose one, or undid the choice."""
        if self.clip is None or project.audio_stream == self._stream_index:
            return
        self._stream_index = project.audio_stream
        self._stop_import()
        # At once: whoever looks at the project next must not join it with the sound it had.
        self.clip = replace(self.clip, sound=None, is_sound_whole=False)
        self.sound_closed.emit(self.clip)
        self._import_sound()


@dataclass(frozen=True, slots=True, eq=False)
class _Opener:
    """Opens a reader on whatever thread asks; that thread then owns it."""

    info: MediaInfo
    table: PtsTable

    def __call__(self) -> PictureSource:
        return FrameReader(self.info, self.table)
