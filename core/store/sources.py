"""Where an import takes files from: a folder, a zip archive or a single file, all seen alike.

An archive is never unpacked as it says: only wanted files are read, to places of our own. Names
that lead out of it are refused all the same, since nobody makes such an archive in good faith.
"""

import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from core.domain.models import ModelFile
from core.errors import StoreError

_MOST_FILES = 20_000
"""More than any model has; a wrong folder, such as a whole disk, is not searched to its end."""


@dataclass(frozen=True, slots=True)
class Source:
    """Files by their paths within a folder or an archive, with their sizes in bytes."""

    path: Path
    sizes: Mapping[str, int]
    archive: zipfile.ZipFile | None = None

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file for reading.

        Raises:
            StoreError: the archive is damaged or locked.
        """
        if self.archive is None:
            with (self.path / name).open("rb") as file:
                yield file
            return
        try:
            with self.archive.open(name) as member:
                yield member
        except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
            raise damaged(self.path, error) from error
        except (RuntimeError, NotImplementedError) as error:
            raise _locked(self.path, error) from error

    def matches(self, file: ModelFile) -> dict[str, str]:
        """Return which files are `file`, by their paths in the model; empty where there is none.

        It may lie deeper, as in an archive with a folder around everything; the shortest path is
        taken. Of patterns all that fit are taken: checkpoints come in pairs with the same ending.
        """
        found = {}
        exact = (file.path, *(path for path in file.also if "*" not in path))
        for path in exact:
            name = self._shortest(path)
            if name is not None:
                found[path] = name
                break
        for pattern in (pattern for pattern in file.also if "*" in pattern):
            for name in self.sizes:
                if fnmatchcase(PurePosixPath(name).name, pattern):
                    found.setdefault(PurePosixPath(name).name, name)
        return found

    def _shortest(self, path: str) -> str | None:
        fitting = [name for name in self.sizes if name == path or name.endswith(f"/{path}")]
        return min(fitting, key=len, default=None)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Return the files of a folder, a `.zip` or a single file.

    Raises:
        StoreError: there is no such thing, or the archive is damaged or unsafe.
    """
    if path.is_dir():
        yield Source(path, _files_below(path))
    elif path.suffix.lower() == ".zip" and path.is_file():
        # Not by content: checkpoints are zip archives too.
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise damaged(path, error) from error
        with archive:
            yield Source(path, _members(path, archive), archive)
    elif path.is_file():
        yield Source(path.parent, {path.name: path.stat().st_size})
    else:
        raise StoreError(
            f"there is no {path}",
            advice=f"There is no folder and no file “{path}”. Check its name.",
        )


def damaged(path: Path, error: object) -> StoreError:
    return StoreError(
        f"{path} cannot be read as an archive: {error}",
        advice=f"{path.name} is damaged or only half there. Download it again, then import it.",
    )


def _locked(path: Path, error: object) -> StoreError:
    return StoreError(
        f"{path} cannot be unpacked: {error}",
        advice=f"{path.name} has a password or is packed in an unusual way. Unpack it yourself, "
        "then import the folder.",
    )


def _files_below(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.stat().st_size
        if len(found) > _MOST_FILES:
            raise StoreError(
                f"{folder} holds more than {_MOST_FILES} files",
                advice=f"“{folder}” holds too much to be one model. Choose the folder with its "
                "files alone.",
            )
    return found


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, int]:
    for member in archive.infolist():
        if _leads_out(member):
            raise StoreError(
                f"{path} holds {member.filename!r}, which leads out of the archive",
                advice=f"{path.name} tries to write outside its folder, so it was not opened. "
                "Get the model from its official page.",
            )
    return {one.filename: one.file_size for one in archive.infolist() if not one.is_dir()}


def _leads_out(member: zipfile.ZipInfo) -> bool:
    posix, windows = PurePosixPath(member.filename), PureWindowsPath(member.filename)
    is_absolute = posix.is_absolute() or bool(windows.drive or windows.root)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return is_absolute or ".." in windows.parts or is_link
