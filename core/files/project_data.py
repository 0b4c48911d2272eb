"""The folder beside a project file: stems and masks under names that are never used twice."""

import hashlib
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

from core.domain.masks import MaskTrack
from core.domain.project import Stem, StemResult
from core.errors import ExportError
from core.files.atomic import Delivery
from core.files.mask_file import mask_file_bytes, mask_file_name
from core.files.write_errors import write_error
from core.progress import CancelToken, Progress, Report

_OURS = re.compile(r"(stem-[0-9A-Za-z_]+-[0-9a-f]{12}\.wav|mask-[0-9a-f]{20}\.npz)$")
_COPY_BYTES = 1 << 22


def data_folder(project_path: Path) -> Path:
    """Return `duo.soloist-data` for `duo.soloist`."""
    return project_path.with_name(f"{project_path.stem}.soloist-data")


def store_stem(stem: Stem, data: Path, *, report: Report, cancel: CancelToken) -> StemResult | None:
    """Bring the stem's sound into `data` and return the result that points at it.

    None where there is no result, or where its sound has vanished. A sound on the same disk is
    linked, which costs neither time nor room.
    """
    result = stem.result
    if result is None or not result.target_path.is_file():
        return None
    if result.target_path.parent.resolve() == data.resolve():
        return result
    place = data / _stem_name(stem, result.target_path)
    if not (place.exists() and place.stat().st_size == result.target_path.stat().st_size):
        _make(data)
        with Delivery(may_overwrite=True) as delivery:
            size_bytes = result.target_path.stat().st_size
            beside = delivery.beside(place, n_bytes=size_bytes)
            _link_or_copy(result.target_path, beside, report=report, cancel=cancel)
            delivery.commit()
    return replace(result, target_path=place)


def store_track(track: MaskTrack, data: Path) -> str:
    """Bring the masks into `data` and return the name of their file."""
    name = mask_file_name(track)
    if not (data / name).exists():
        _make(data)
        content = mask_file_bytes(track)
        with Delivery(may_overwrite=True) as delivery:
            delivery.beside(data / name, n_bytes=len(content)).write_bytes(content)
            delivery.commit()
    return name


def remove_unused(project_path: Path, used: frozenset[str]) -> tuple[Path, ...]:
    """Remove our files in the data folder that are not in `used`, and return them.

    Files that Soloist did not write are left alone.
    """
    data = data_folder(project_path)
    if not data.is_dir():
        return ()
    unused = [file for file in data.iterdir() if _OURS.match(file.name) and file.name not in used]
    for file in unused:
        file.unlink(missing_ok=True)
    return tuple(unused)


def _stem_name(stem: Stem, source: Path) -> str:
    """Another sound gets another name: a file that is in place is never written again."""
    stat = source.stat()
    known = f"{source.resolve()} {stat.st_size} {stat.st_mtime_ns}"
    digest = hashlib.sha1(known.encode(), usedforsecurity=False).hexdigest()[:12]
    return f"stem-{re.sub(r'[^0-9A-Za-z_]', '_', stem.stem_id)}-{digest}.wav"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise ExportError(
            f"{folder} is not a folder",
            advice=f"A file named “{folder.name}” is in the way. Move it, or save under "
            "another name.",
        ) from error
    except OSError as error:
        raise write_error(error, folder) from error


def _link_or_copy(source: Path, beside: Path, *, report: Report, cancel: CancelToken) -> None:
    try:
        beside.unlink()
        os.link(source, beside)
    except OSError:
        total = source.stat().st_size
        with source.open("rb") as read, beside.open("wb") as written:
            while block := read.read(_COPY_BYTES):
                cancel.raise_if_cancelled()
                written.write(block)
                report(Progress("Save", read.tell(), total))
        shutil.copystat(source, beside)
