"""Keeps a copy of unsaved work, so that a crash costs seconds; offers it at the next start.

Every running Soloist has a copy of its own, guarded by a lock that dies with the process: another
one never touches it, and a copy whose lock is free was left behind by a crash.
"""

import json
import logging
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from app.document import Document
from app.job_runner import JobRunner, Lane
from app.track_store import TrackStore
from core.domain.masks import MaskTrack
from core.domain.project import Project
from core.domain.prompts import RegionPrompt
from core.errors import ProjectError
from core.files.atomic import write_text
from core.files.project_data import data_folder
from core.files.project_file import SUFFIX, LoadedProject, load_project, regions_of, save_project
from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report

_log = logging.getLogger(__name__)

DELAY_MS = 1_000
"""From a change to its copy; a person who goes on editing is not saved more often than that."""


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryCopyJob:
    """Write the copy. Stems on the same disk are linked, so this costs no room and little time."""

    project: Project
    tracks: Mapping[RegionPrompt, MaskTrack]
    path: Path
    document_path: Path | None
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Keep a recovery copy"

    def __call__(self, report: Report, cancel: CancelToken) -> Path:
        """Return where the copy is.

        Raises:
            ExportError: it could not be written; an earlier copy is whole.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        save_project(self.project, self.tracks, self.path, report=report, cancel=cancel)
        about = {
            "document_path": str(self.document_path) if self.document_path else None,
            "saved_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_text(_about_file(self.path), json.dumps(about), may_overwrite=True)
        return self.path


class Autosave(QObject):
    """Follows the document, and keeps the copy of this process as long as there is unsaved work.

    Signals:
        failed: the error of a copy that could not be written; once, until one could again.
    """

    failed = Signal(object)

    def __init__(
        self,
        document: Document,
        tracks: TrackStore,
        runner: JobRunner,
        folder: Path,
        parent: QObject | None = None,
        *,
        delay_ms: int = DELAY_MS,
    ) -> None:
        """Keep the copy in `folder`, which other processes use too."""
        super().__init__(parent)
        self._document, self._tracks, self._runner = document, tracks, runner
        self._path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock: QLockFile | None = None
        self._outdated: list[tuple[Path, QLockFile]] = []
        self._copied: Project | None = None
        self._has_failed = False
        self._delay = QTimer(self, singleShot=True, interval=delay_ms)
        self._delay.timeout.connect(self._on_delay_over)
        document.project_changed.connect(self._on_changed)
        document.clean_changed.connect(self._on_changed)

    @property
    def path(self) -> Path:
        """Where the copy is, while there is one."""
        return self._path

    def close(self) -> None:
        """End in order: nothing needs to be recovered any more.

        Call it once the runner has been shut down, so that no copy is written afterwards.
        """
        self._delay.stop()
        held = [*self._outdated, *([(self._path, self._lock)] if self._lock is not None else [])]
        for path, lock in held:
            _remove(path)
            lock.unlock()
        self._outdated, self._lock = [], None

    def adopt(self, recovery: "Recovery") -> None:
        """Go on with what a crash left behind, in its own place.

        Call it when `recovery.loaded` is put on the desk: its stems are played from there, so they
        must stay until the end.
        """
        if self._lock is not None:
            self._path.unlink(missing_ok=True)
            self._outdated.append((self._path, self._lock))
        self._path, self._lock = recovery.path, recovery.lock
        self._copied = None

    @Slot()
    def _on_changed(self, _what: object = None) -> None:
        # Not restarted by every change: someone who never stops editing is saved too.
        if not self._delay.isActive():
            self._delay.start()

    @Slot()
    def _on_delay_over(self) -> None:
        project = self._document.project
        if self._document.is_clean:
            # The stems beside it stay until the end: an undo may still want them.
            self._path.unlink(missing_ok=True)
            self._copied = None
        elif project != self._copied and self._has_lock():
            self._copied = project
            tracks = self._tracks.snapshot(regions_of(project))
            request = RecoveryCopyJob(project, tracks, self._path, self._document.path)
            # Urgent, so that it does not wait for an export of minutes.
            job = self._runner.prepare(request, Lane.IO, replaces="recovery copy", is_urgent=True)
            job.succeeded.connect(self._on_copied)
            job.failed.connect(self._on_failed)
            self._runner.start(job)

    def _has_lock(self) -> bool:
        """Take the lock with the first copy; most sessions that only look never need one."""
        if self._lock is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = _lock_of(self._path)
            self._lock = lock if lock.tryLock(0) else None
        return self._lock is not None

    @Slot(object)
    def _on_copied(self, path: Path) -> None:
        self._has_failed = False
        # Saved while the copy was being written.
        if self._document.is_clean:
            path.unlink(missing_ok=True)
            self._copied = None

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._copied = None
        if not self._has_failed:
            self._has_failed = True
            self.failed.emit(error)


class Recovery:
    """Work that a crash left behind, held by this process: adopt it, discard it or let it go."""

    def __init__(self, path: Path, lock: QLockFile, loaded: LoadedProject) -> None:
        self.path, self.lock = path, lock
        self.loaded = loaded
        about = _read_about(path)
        known = about.get("document_path")
        self.document_path = Path(known) if known else None
        """The project file it belongs to; None where it was never saved."""
        self.saved_at = about.get("saved_at", "")
        """ISO 8601, UTC."""

    @property
    def name(self) -> str:
        """What a person knows it by: the project's file, or else the clip."""
        known = self.document_path or self.loaded.project.media_path
        return known.name if known is not None else "an unnamed clip"

    def discard(self) -> None:
        """Delete it, stems included; for when the person does not want it."""
        _remove(self.path)
        self.lock.unlock()

    def let_go(self) -> None:
        """Leave it for the next start."""
        self.lock.unlock()


def find_recoveries(folder: Path) -> tuple[Recovery, ...]:
    """Return what crashes left in `folder`, the newest first, and leave running processes alone.

    What cannot be read is left where it is, and logged.
    """
    if not folder.is_dir():
        return ()
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        lock = _lock_of(path)
        if not lock.tryLock(0):
            continue  # its process is alive
        try:
            found.append(Recovery(path, lock, load_project(path)))
        except ProjectError as error:
            _log.warning("a recovery copy cannot be read: %s", error)
            lock.unlock()
    return tuple(sorted(found, key=lambda recovery: recovery.saved_at, reverse=True))


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(".lock")))
    # Never stale by age, only by the death of its process: an editor stays open for days.
    lock.setStaleLockTime(0)
    return lock


def _about_file(path: Path) -> Path:
    return path.with_suffix(".about.json")


def _read_about(path: Path) -> dict[str, str]:
    """Return what is known beside the project; nothing where that is missing or damaged."""
    try:
        about = json.loads(_about_file(path).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(about, dict):
        return {}
    return {name: value for name, value in about.items() if isinstance(value, str)}


def _remove(path: Path) -> None:
    for file in (path, _about_file(path)):
        file.unlink(missing_ok=True)
    # What cannot be removed does no harm: without the project file it offers nothing.
    shutil.rmtree(data_folder(path), ignore_errors=True)
