"""The project file `.soloist`: saved whole or not at all, opened with care.

Beside `duo.soloist` lies the folder `duo.soloist-data` with the stems' sounds and the masks. A
file in it is never changed once it is there: a save adds new ones under new names, and only then
replaces the project file. A crash at any moment leaves the old project whole.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import soundfile

from core.domain.masks import MaskTrack
from core.domain.project import Project, Stem, StemResult
from core.domain.prompts import RegionPrompt
from core.errors import CoreError, ProjectError
from core.files.atomic import write_text
from core.files.mask_file import read_mask_file
from core.files.project_data import data_folder, remove_unused, store_stem, store_track
from core.files.project_json import (
    MediaPlace,
    StoredProject,
    project_from_json,
    project_to_json,
)
from core.files.project_versions import upgraded
from core.files.versions import soloist_version
from core.progress import CancelToken, Report, ignore

SUFFIX = ".soloist"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedProject:
    """A project as it was opened, and what could not be found any more."""

    project: Project
    tracks: Mapping[RegionPrompt, MaskTrack]
    media_is_missing: bool
    notices: tuple[str, ...] = ()
    """Sentences for the person: results and masks that were lost and must be made again."""


def save_project(
    project: Project,
    tracks: Mapping[RegionPrompt, MaskTrack],
    path: Path,
    *,
    report: Report = ignore,
    cancel: CancelToken | None = None,
) -> Project:
    """Save, and return the project with its results pointing at the saved stems.

    Replaces `path` if it exists: the person chose it. Tracks of regions that no stem uses are not
    kept. A result whose sound has vanished from the disk is dropped; its prompts stay.

    Raises:
        ExportError: the folder cannot be written to, or the disk is full; the old project is whole.
        Cancelled: likewise.
    """
    cancel = cancel or CancelToken()
    data = data_folder(path)
    try:
        stems = tuple(
            replace(stem, result=store_stem(stem, data, report=report, cancel=cancel))
            for stem in project.stems
        )
        saved = replace(project, stems=stems)
        kept = {region: tracks[region] for region in regions_of(saved) if region in tracks}
        files = {region: store_track(track, data) for region, track in kept.items()}
    except BaseException:
        # Nothing is left where nothing could be written; a folder with files in it stays.
        with contextlib.suppress(OSError):
            data.rmdir()
        raise
    stored = StoredProject(saved, _media_place(project.media_path, path), files)
    document = project_to_json(stored, soloist_version())
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(path, text, may_overwrite=True)
    return saved


def load_project(path: Path) -> LoadedProject:
    """Open `path`. A missing clip, result or mask is reported, not raised.

    Raises:
        ProjectError: no such file, not a project, damaged, or from a newer Soloist.
    """
    stored = _read(path)
    data = data_folder(path)
    notices: list[str] = []
    stems = tuple(_with_result(stem, data, notices) for stem in stored.project.stems)
    tracks = _read_tracks(stored.track_files, data, notices)
    media, is_missing = _find_media(stored.media, path)
    project = replace(stored.project, stems=stems, media_path=media)
    return LoadedProject(project, tracks, is_missing, tuple(notices))


def tidy_project(path: Path) -> tuple[Path, ...]:
    """Remove stems and masks that the saved project no longer uses, and return them.

    For the moment the project is closed: while it is open, undo may still ask for older results.

    Raises:
        ProjectError: see `load_project`.
    """
    stored = _read(path)
    results = (stem.result for stem in stored.project.stems)
    used = {result.target_path.name for result in results if result is not None}
    return remove_unused(path, frozenset(used | set(stored.track_files.values())))


def regions_of(project: Project) -> frozenset[RegionPrompt]:
    """Return the regions that the stems and their results speak of."""
    spoken = [stem.prompts for stem in project.stems]
    spoken += [stem.result.prompts for stem in project.stems if stem.result is not None]
    return frozenset(region for prompts in spoken for region in prompts.regions)


def _read(path: Path) -> StoredProject:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProjectError(
            f"cannot read {path}: {error}",
            advice=f"“{path.name}” cannot be opened. Check that it is still there, is a file, "
            "and that you may read it.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(document, dict):
        raise _damaged(path, TypeError("not an object"))
    document = upgraded(document)
    try:
        return project_from_json(document)
    except (KeyError, TypeError, ValueError, CoreError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ProjectError:
    return ProjectError(
        f"{path} is damaged: {error!r}",
        advice=f"“{path.name}” is damaged or not a Soloist project. "
        "Open an older copy of it, or begin again from the clip.",
    )


def _with_result(stem: Stem, data: Path, notices: list[str]) -> Stem:
    if stem.result is None:
        return stem
    result = replace(stem.result, target_path=data / stem.result.target_path.name)
    if _is_whole(result):
        return replace(stem, result=result)
    notices.append(
        f"The sound of “{stem.name}” is missing or damaged. Its prompts are all there: "
        "separate it again."
    )
    return replace(stem, result=None)


def _is_whole(result: StemResult) -> bool:
    try:
        found = soundfile.info(str(result.target_path))
    except (soundfile.SoundFileError, OSError):
        return False
    shape = found.frames, found.samplerate, found.channels
    return bool(shape == (result.n_samples, result.sample_rate_hz, result.n_channels))


def _read_tracks(
    files: Mapping[RegionPrompt, str], data: Path, notices: list[str]
) -> dict[RegionPrompt, MaskTrack]:
    tracks = {}
    for region, name in files.items():
        try:
            tracks[region] = read_mask_file(data / name)
        except (OSError, ValueError):
            notices.append("A mask is missing or damaged. It will be tracked again.")
    return tracks


def _media_place(media: Path | None, project_path: Path) -> MediaPlace | None:
    if media is None:
        return None
    size_bytes = media.stat().st_size if media.is_file() else None
    try:
        relative = os.path.relpath(media.resolve(), project_path.parent.resolve())
    except ValueError:  # another drive of Windows
        relative = str(media.resolve())
    return MediaPlace(Path(relative).as_posix(), size_bytes)


def _find_media(place: MediaPlace | None, project_path: Path) -> tuple[Path | None, bool]:
    """Return where the clip is, or where it should be, and whether it is missing."""
    if place is None:
        return None, False
    folder = project_path.resolve().parent
    expected = Path(os.path.normpath(folder / place.path))
    if expected.is_file():
        return expected, False
    # Clip and project were often moved together into one folder.
    beside = folder / expected.name
    if beside.is_file() and beside.stat().st_size == place.size_bytes:
        return beside, False
    return expected, True
