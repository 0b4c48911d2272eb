"""Saving a project and opening one, off the window's thread: stems may be gigabytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.masks import MaskTrack
from core.domain.project import Project
from core.domain.prompts import RegionPrompt
from core.files.project_file import LoadedProject, load_project, save_project
from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True, eq=False)
class SavedProject:
    """What was on the desk when saving began, and the same with its stems at their saved place."""

    before: Project
    after: Project
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class SaveJob:
    """Write `project` to `path`, whole or not at all."""

    project: Project
    tracks: Mapping[RegionPrompt, MaskTrack]
    path: Path
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Save {self.path.name}"

    def __call__(self, report: Report, cancel: CancelToken) -> SavedProject:
        """Return the project as it was saved.

        Raises:
            ExportError: the folder cannot be written to; the old file is whole.
        """
        saved = save_project(self.project, self.tracks, self.path, report=report, cancel=cancel)
        return SavedProject(self.project, saved, self.path)


@dataclass(frozen=True, slots=True)
class LoadJob:
    """Read the project at `path`."""

    path: Path
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Open {self.path.name}"

    def __call__(self, report: Report, cancel: CancelToken) -> LoadedProject:
        """Return the project.

        Raises:
            ProjectError: it is damaged, or comes from a newer Soloist.
        """
        del report
        cancel.raise_if_cancelled()
        return load_project(self.path)
