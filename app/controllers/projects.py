"""Project files: open, save, close, find moved media again, and recover after a crash.

Nothing is ever lost without asking: closing with unsaved changes offers Save, Discard and Cancel.
"""

from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEventLoop, QObject, Signal, Slot

from app.controllers.media import Desk, MediaController
from app.controllers.places import folder_beside
from app.document import Document
from app.job_runner import Job, JobRunner, Lane
from app.track_store import TrackStore
from core.domain import edits
from core.domain.project import Project
from core.files.project_file import SUFFIX, LoadedProject, regions_of
from core.jobs.saving import LoadJob, SavedProject, SaveJob


class Answer(Enum):
    """What a person may say to unsaved changes."""

    SAVE = auto()
    DISCARD = auto()
    CANCEL = auto()


class Asker(Protocol):
    """Questions that only a person can answer; dialogs in the window, an object in tests."""

    def unsaved(self, name: str) -> Answer: ...

    def where_to_save(self, suggestion: Path) -> Path | None: ...

    def find_media(self, missing: Path) -> Path | None: ...


class ProjectController(QObject):
    """Opens whatever a person hands over, and keeps the document and its file together.

    Signals:
        saved: the `Path` written.
        opened: the `Path` of the clip or project that is being opened.
        notice_raised: a sentence, for things that went differently than expected.
        failed: a `CoreError`.
    """

    saved = Signal(object)
    opened = Signal(object)
    notice_raised = Signal(str)
    failed = Signal(object)

    def __init__(  # noqa: PLR0913 - what it introduces to each other
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        media: MediaController,
        asker: Asker,
        program_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        """Suggest no place inside `program_folder` to save in."""
        super().__init__(parent)
        self._runner, self._document, self._tracks = runner, document, tracks
        self._media, self._asker, self._program_folder = media, asker, program_folder
        self._saving: Job | None = None
        self._loading_path = Path()
        self._opened: LoadedProject | None = None
        media.clip_opened.connect(self._on_clip_opened)

    def open(self, path: Path) -> None:
        """Open a clip or a project, after asking what to do with unsaved changes."""
        if not self.may_leave():
            return
        self.opened.emit(path)
        if path.suffix.lower() == SUFFIX:
            self._open_project(path)
        else:
            self._opened = None
            self._media.open(path)

    def restore(self, loaded: LoadedProject, path: Path | None) -> bool:
        """Put a recovered project on the desk; it counts as unsaved, and belongs to `path`.

        False where its clip is missing and the person gave up looking for it.
        """
        return self._put_on_desk(path, loaded, is_saved=False)

    def save(self) -> bool:
        """Save where the project lives, asking for a place the first time; False if given up."""
        return self._write(self._document.path) if self._document.path else self.save_as()

    def save_as(self) -> bool:
        """Ask where to, then save; False if given up. Whether it worked is told by a signal."""
        media_path = self._document.project.media_path
        if media_path is None:
            return False
        folder = folder_beside(media_path, self._program_folder)
        path = self._asker.where_to_save((folder / media_path.name).with_suffix(SUFFIX))
        if path is None:
            return False
        return self._write(path if path.suffix.lower() == SUFFIX else path.with_suffix(SUFFIX))

    def close_clip(self) -> None:
        """Take the clip off the desk, after asking about unsaved changes."""
        if self.may_leave():
            self._media.close()

    def may_leave(self) -> bool:
        """Ask about unsaved changes; True where the document may be given up."""
        if self._document.is_clean:
            return True
        path = self._document.path or self._document.project.media_path
        answer = self._asker.unsaved(path.name if path else "this clip")
        if answer is Answer.SAVE:
            return self.save() and self._wait_for_save()
        return answer is Answer.DISCARD

    def _write(self, path: Path) -> bool:
        project = self._document.project
        job = SaveJob(project, self._tracks.snapshot(regions_of(project)), path)
        self._saving = self._runner.prepare(job, Lane.IO, replaces="save")
        self._saving.succeeded.connect(self._on_saved)
        self._saving.failed.connect(self.failed)
        self._runner.start(self._saving)
        return True

    def _wait_for_save(self) -> bool:
        """Keep the window alive until the save has ended; tell whether nothing is unsaved now."""
        if self._saving is not None:
            loop = QEventLoop()
            self._saving.finished.connect(loop.quit)
            loop.exec()
        return self._document.is_clean

    @Slot(object)
    def _on_saved(self, saved: SavedProject) -> None:
        self._saving = None
        # What was edited while the stems were being copied stays, and stays unsaved.
        if self._document.project == saved.before:
            self._document.amend(saved.after)
            self._document.mark_saved(saved.path)
        self.saved.emit(saved.path)

    def _open_project(self, path: Path) -> None:
        self._loading_path = path
        job = self._runner.prepare(LoadJob(path), Lane.IO, replaces="open")
        job.succeeded.connect(self._on_loaded)
        job.failed.connect(self.failed)
        self._runner.start(job)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedProject) -> None:
        self._put_on_desk(self._loading_path, loaded)

    def _put_on_desk(
        self, path: Path | None, loaded: LoadedProject, *, is_saved: bool = True
    ) -> bool:
        project = self._with_media(loaded)
        if project is None or project.media_path is None:
            return False
        for notice in loaded.notices:
            self.notice_raised.emit(notice)
        self._opened = loaded
        is_saved = is_saved and project == loaded.project
        self._media.open(project.media_path, Desk(project, path, is_saved=is_saved))
        return True

    def _with_media(self, loaded: LoadedProject) -> Project | None:
        """Return the project with its clip found again, or None if the person gave up."""
        media_path = loaded.project.media_path
        if not loaded.media_is_missing or media_path is None:
            return loaded.project
        found = self._asker.find_media(media_path)
        return edits.relink_media(loaded.project, found) if found is not None else None

    @Slot(object)
    def _on_clip_opened(self, _clip: object) -> None:
        opened, self._opened = self._opened, None
        for region, track in (opened.tracks if opened is not None else {}).items():
            self._tracks.put(region, track)
