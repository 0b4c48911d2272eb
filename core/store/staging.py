"""Where a model is put together: beside the models, and moved to its place at once when whole.

In `models/.incoming/NAME`, `whole` holds files that arrived and were checked, under their final
names; `parts` what is still on its way; `soloist-model.json` says which were checked.
"""

import contextlib
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from core.domain.models import ModelEntry
from core.errors import StoreError
from core.store import faults
from core.store.partial import Partial
from core.store.places import incoming_folder
from core.store.presence import folder_of
from core.store.receipt import BY_HAND, FileReceipt, Receipt, read_receipt, write_receipt

DAMAGED = ".damaged"
"""Behind the name of a file that a check found changed."""

IMPORT = ".import"
"""The purpose of a room in which a model is put together from other files than downloads."""


class Staging:
    """The room in which one model is put together. Survives the program, so that work goes on."""

    def __init__(self, entry: ModelEntry, purpose: str = "") -> None:
        """Make the room, or find it as it was left; each `purpose` has one of its own."""
        self._entry = entry
        self.folder = incoming_folder() / f"{entry.name}{purpose}"
        self._whole = self.folder / "whole"
        try:
            self._whole.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise faults.cannot_write(self._whole, error) from error
        self._receipt = self._read()

    def done(self, path: str) -> FileReceipt | None:
        """Return what is known of a file that arrived before; None where it has to be fetched."""
        for file in self._receipt.files:
            placed = self.place(path)
            is_there = file.path == path and placed.is_file()
            if is_there and placed.stat().st_size == file.size_bytes:
                return file
        return None

    def place(self, path: str) -> Path:
        """Return where a checked file is put."""
        return self._whole / path

    def partial(self, path: str) -> Partial:
        """Return the part of a file that is on its way."""
        return Partial(self.folder / "parts" / f"{path}.part")

    def add(self, file: FileReceipt) -> None:
        """Remember that a file lies at its `place`, and was checked."""
        others = tuple(one for one in self._receipt.files if one.path != file.path)
        self._receipt = replace(self._receipt, files=(*others, file))
        self._write(self.folder)

    def place_model(self, source: str) -> Path:
        """Put the whole model to its place in one rename; what lay there goes.

        Files of the person's own beside it are taken along. What the store itself had put there
        and the model has no more goes: an engine might prefer it.

        Raises:
            StoreError: the system refused; what lay there is there still.
        """
        target = folder_of(self._entry)
        self._receipt = replace(self._receipt, source=source)
        self._write(self._whole)
        old = self.folder / "old"
        try:
            shutil.rmtree(old, ignore_errors=True)
            if target.exists():
                _take_along(target, self._whole, _placed(target))
                target.rename(old)
            try:
                self._whole.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
        except OSError as error:
            raise faults.cannot_write(target, error) from error
        shutil.rmtree(self.folder, ignore_errors=True)
        return target

    def clear(self) -> None:
        """Throw away what waits here; the room is empty, and gone until something is put there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._receipt = self._read()

    def _read(self) -> Receipt:
        found = None
        with contextlib.suppress(StoreError):  # a damaged one means that all is fetched again
            found = read_receipt(self.folder)
        if found is not None and found.version == self._entry.version:
            return found
        entry = self._entry
        return Receipt(entry.name, entry.version, "", entry.licence.name, ())

    def _write(self, folder: Path) -> None:
        try:
            write_receipt(folder, self._receipt)
        except OSError as error:
            raise faults.of_disk(folder, error) from error


@contextmanager
def locked(entry: ModelEntry) -> Iterator[None]:
    """Keep every other Soloist of this person from working on the same model.

    Raises:
        StoreError: one is at it already.
    """
    try:
        incoming_folder().mkdir(parents=True, exist_ok=True)
        lock = FileLock(incoming_folder() / f"{entry.name}.lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError(
            f"{entry.name} is locked by another process",
            advice=f"Another Soloist is working on “{entry.title}” right now. Wait until it is "
            "done, or cancel it there.",
        ) from error
    except OSError as error:
        raise faults.cannot_write(incoming_folder(), error) from error
    try:
        yield
    finally:
        lock.release()


def _take_along(old: Path, new: Path, placed: Collection[str]) -> None:
    for path in (path for path in old.rglob("*") if path.is_file()):
        there, is_ours = new / path.relative_to(old), path.relative_to(old).as_posix() in placed
        if not there.exists() and not is_ours and path.suffix != DAMAGED:
            link_or_copy(path, there)


def _placed(folder: Path) -> frozenset[str]:
    """Return what the store itself has put into a folder, by its receipt."""
    receipt = None
    with contextlib.suppress(StoreError):  # a damaged one: then nothing is taken for ours
        receipt = read_receipt(folder)
    if receipt is None or receipt.source == BY_HAND:
        return frozenset()
    return frozenset(file.path for file in receipt.files)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, which costs no room; copy it where that cannot be done.

    Raises:
        DownloadError: the system refuses both.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # What an earlier try left there may be the same file: writing into it would empty both.
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(source)
        except OSError:
            shutil.copyfile(source, target)
    except OSError as error:
        raise faults.of_disk(target, error) from error
