"""Where an import takes files from: a folder, a zip archive or a single file, all seen alike.

An archive is never unpacked as it says: only wanted files are read, to places of our own. Names
that lead out of it are refused all the same, since nobody makes such an archive in good faith.
"""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from core.domain.models import ModelFile
from core.errors import StoreError

_MOST_FILES = 20_000
"""More than any model has; a wrong folder, such as a whole disk, is not searched to its end."""

_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError)
"""All that an archive may raise whose content is not what it was."""


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
            try:
                with (self.path / name).open("rb") as file:
                    yield file
            except OSError as error:
                raise _unreadable(self.path / name, error) from error
            return
        try:
            with self.archive.open(name) as member:
                yield member
        except _DAMAGES as error:
            raise damaged(self.path, error) from error
        except RuntimeError as error:
            raise _locked(self.path, error) from error

    def roots(self, files: Sequence[ModelFile]) -> list[str]:
        """Return where a model of these files might lie, the shallowest place first.

        Each is empty or the path of a folder with a slash behind it: a model may lie deeper, as in
        an archive with a folder around everything.
        """
        found = {
            name.removesuffix(path)
            for file in files
            for path in _exact(file)
            for name in self.sizes
            if name == path or name.endswith(f"/{path}")
        }
        found |= {
            name.removesuffix(PurePosixPath(name).name)
            for file in files
            for pattern in _patterns(file)
            for name in self.sizes
            if fnmatchcase(PurePosixPath(name).name, pattern)
        }
        return sorted(found, key=lambda root: (root.count("/"), root))

    def matches(self, file: ModelFile, root: str) -> dict[str, str]:
        """Return which files below `root` are `file`, by their paths in the model.

        Of patterns all that fit are taken: checkpoints come in pairs with the same ending.
        """
        there = (path for path in _exact(file) if f"{root}{path}" in self.sizes)
        found = {path: f"{root}{path}" for path in [*there][:1]}
        for pattern in _patterns(file):
            for name in self.sizes:
                path = name.removeprefix(root)
                is_beside = name.startswith(root) and "/" not in path
                if is_beside and fnmatchcase(path, pattern):
                    found.setdefault(path, name)
        return found


def _exact(file: ModelFile) -> tuple[str, ...]:
    return (file.path, *(path for path in file.also if "*" not in path))


def _patterns(file: ModelFile) -> tuple[str, ...]:
    return tuple(path for path in file.also if "*" in path)


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
        except (*_DAMAGES, NotImplementedError) as error:
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


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot read {path}: {error}",
        advice=f"{path.name} cannot be read ({error.strerror or error}). Check the permissions of "
        f"{path.parent}, and the disk.",
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
