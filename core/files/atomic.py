"""Files that appear whole or not at all: written beside their place, renamed at the end.

A `Delivery` carries one file or many. Until `commit` nothing in the folder has changed; where it
fails or is cancelled, what was there before is there still.
"""

import contextlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import ExportError
from core.files.write_errors import file_in_the_way, write_error

# Room that a file system needs for its own books when a file is written to the last byte.
_SPARE_BYTES = 1 << 20


@dataclass(slots=True)
class _Parcel:
    """One file on its way: written at `beside`, meant for `path`, the old one kept at `old`."""

    path: Path
    beside: Path
    old: Path
    n_bytes: int = 0
    is_placed: bool = False
    is_replacing: bool = False


class Delivery:
    """Writes files beside their places and puts them all in place at once. A context manager.

    Leaving the block without `commit`, by an error or a cancel, removes all that was written.
    """

    def __init__(self, *, may_overwrite: bool = False) -> None:
        """Replace existing files only if `may_overwrite`; the person was asked about that."""
        self._may_overwrite = may_overwrite
        self._parcels: list[_Parcel] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._discard()
        if isinstance(error, OSError) and self._parcels:
            raise write_error(error, self._parcels[-1].path) from error

    def beside(self, path: Path, *, n_bytes: int = 0) -> Path:
        """Return where to write what shall become `path`: a fresh name in the same folder.

        `n_bytes` is how much will be written, as far as known.

        Raises:
            ExportError: the folder cannot be written to, a file is in the way, or the disk has
                less room than `n_bytes`.
        """
        if any(parcel.path == path for parcel in self._parcels):
            raise ValueError(f"{path} is written twice in one delivery")
        self._refuse_in_the_way(path)
        token = uuid.uuid4().hex[:8]
        beside = path.with_name(f".{path.stem[:40]}.{token}.part{path.suffix}")
        parcel = _Parcel(path, beside, beside.with_suffix(".old"), n_bytes)
        try:
            # Made at once, so that a folder that cannot be written to is known before the work.
            os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except OSError as error:
            raise write_error(error, path) from error
        self._parcels.append(parcel)
        if n_bytes:
            self._refuse_full_disk(path)
        return beside

    def commit(self) -> None:
        """Put every file in place: all of them, or none where one fails.

        Raises:
            ExportError: a file appeared in the way meanwhile, or the system refused.
        """
        parcel = None
        try:
            for parcel in self._parcels:
                _flush(parcel.beside)
            for parcel in self._parcels:
                self._refuse_in_the_way(parcel.path)
                _put_in_place(parcel, self._may_overwrite)
        except OSError as error:
            self._take_back()
            raise write_error(error, parcel.path if parcel else Path()) from error
        except BaseException:
            self._take_back()
            raise
        for parcel in self._parcels:
            parcel.old.unlink(missing_ok=True)
        _flush_folders({parcel.path.parent for parcel in self._parcels})
        self._parcels.clear()

    def _refuse_in_the_way(self, path: Path) -> None:
        if path.is_dir() or (path.exists() and not self._may_overwrite):
            raise file_in_the_way(path)

    def _refuse_full_disk(self, path: Path) -> None:
        """Count what all files of this delivery still need, not only the newest."""
        to_come = (max(0, one.n_bytes - one.beside.stat().st_size) for one in self._parcels)
        needed_bytes = sum(to_come)
        free_bytes = max(0, shutil.disk_usage(path.parent).free - _SPARE_BYTES)
        if needed_bytes > free_bytes:
            raise ExportError(
                f"{path.parent} needs room for {needed_bytes} bytes and has {free_bytes}",
                advice=f"There is no room for “{path.name}”: {needed_bytes / 1e6:.1f} MB are "
                f"needed and {free_bytes / 1e6:.1f} MB can be used. Make room, or choose a folder "
                "on another disk.",
            )

    def _take_back(self) -> None:
        for parcel in self._parcels:
            with contextlib.suppress(OSError):
                if parcel.old.exists():
                    parcel.old.replace(parcel.path)
                elif parcel.is_placed and not parcel.is_replacing:
                    parcel.path.unlink()

    def _discard(self) -> None:
        for parcel in self._parcels:
            # Best effort: the error that led here matters more than a leftover.
            with contextlib.suppress(OSError):
                parcel.beside.unlink(missing_ok=True)


def write_text(path: Path, text: str, *, may_overwrite: bool = False) -> None:
    """Write `text` as UTF-8 with plain line feeds, whole or not at all.

    Raises:
        ExportError: see `Delivery`.
    """
    with Delivery(may_overwrite=may_overwrite) as delivery:
        content = text.encode()
        delivery.beside(path, n_bytes=len(content)).write_bytes(content)
        delivery.commit()


def _put_in_place(parcel: _Parcel, may_overwrite: bool) -> None:
    if may_overwrite and parcel.path.exists():
        parcel.is_replacing = True
        # At no moment is there no file of that name: a crash leaves the old one or the new one.
        # Where there are no links (exFAT) the old one cannot be kept for `_take_back`.
        with contextlib.suppress(OSError):
            os.link(parcel.path, parcel.old)
        parcel.beside.replace(parcel.path)
    else:
        _put_where_nothing_is(parcel)
    parcel.is_placed = True


def _put_where_nothing_is(parcel: _Parcel) -> None:
    try:
        # Unlike a rename, a link never replaces a file that appeared a moment ago.
        os.link(parcel.beside, parcel.path)
    except FileExistsError:
        raise
    except OSError:
        parcel.beside.rename(parcel.path)
    else:
        parcel.beside.unlink()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folders(folders: set[Path]) -> None:
    """Make the new names last; where folders cannot be opened (Windows) they need no flush."""
    for folder in folders:
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
