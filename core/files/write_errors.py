"""What the system says when a file cannot be written, told as a sentence with advice."""

import errno
from pathlib import Path

from core.errors import ExportError

_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def write_error(error: OSError, path: Path) -> ExportError:
    """Return the `ExportError` that says what kept `path` from being written."""
    if error.errno == errno.EEXIST:
        return file_in_the_way(path)
    return ExportError(f"cannot write {path}: {error}", advice=_advice(error.errno, path))


def file_in_the_way(path: Path) -> ExportError:
    """Return the error for a name that is taken, by a file or by a folder."""
    if path.is_dir():
        return ExportError(
            f"{path} is a folder",
            advice=f"A folder is called “{path.name}” already. Choose another name.",
        )
    return ExportError(
        f"{path} exists",
        advice=f"“{path.name}” exists already and was left alone. "
        "Choose another name or folder, or allow it to be replaced.",
    )


def _advice(code: int | None, path: Path) -> str:
    if code in _NO_RIGHT:
        return (
            f"The folder “{path.parent}” cannot be written to. Choose another folder, "
            "or ask for the right to write there."
        )
    if code in _NO_ROOM:
        return (
            f"The disk is full: “{path.name}” does not fit and was not kept. "
            "Make room, or choose a folder on another disk."
        )
    if code == errno.EFBIG:
        return (
            f"“{path.name}” is larger than this disk allows for one file. "
            "Choose a folder on another disk, or the smaller FLAC format."
        )
    if code in (errno.ENOENT, errno.ENOTDIR):
        return f"There is no folder “{path.parent}”. Choose a folder that exists."
    if code == errno.ENAMETOOLONG:
        return "The file name is too long for this disk. Choose a shorter name."
    return (
        f"“{path.name}” could not be written. Check that the disk is still connected, "
        "or choose another folder."
    )
