"""Says that a cache entry is in use, across processes; a crash gives the lease back by itself."""

import os
import weakref
from pathlib import Path
from typing import BinaryIO

if os.name == "nt":

    def _share(file: BinaryIO) -> None:
        """Do nothing: Windows does not delete a file that somebody has open."""

    def _is_free(path: Path) -> bool:
        try:
            path.unlink()
        except OSError:
            return False
        return True

else:
    import fcntl

    def _share(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _is_free(path: Path) -> bool:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        return True


_NAME = "in_use"


class EntryLease:
    """Keeps the folder from being dropped until `release`, or until the object is gone."""

    def __init__(self, folder: Path) -> None:
        """Take the lease. Raises `OSError` where the folder has gone."""
        file = (folder / _NAME).open("ab")
        self._finalizer = weakref.finalize(self, file.close)
        _share(file)

    def release(self) -> None:
        self._finalizer()


def is_leased(folder: Path) -> bool:
    """Return whether somebody, in whatever process, uses the folder."""
    path = folder / _NAME
    return path.exists() and not _is_free(path)
