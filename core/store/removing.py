"""Takes a model away: it is gone for every engine at once, and deleted after that."""

import shutil
import uuid

from core.domain.models import ModelEntry
from core.errors import StoreError
from core.store import faults
from core.store.catalogue import catalogue
from core.store.places import incoming_folder
from core.store.presence import folder_of, missing_files
from core.store.staging import IMPORT, Staging, locked


def remove(entry: ModelEntry) -> int:
    """Delete the folder of `entry` and what waits of it; return how many bytes that were.

    Raises:
        StoreError: nothing of it is there, or the system refused.
    """
    with locked(entry):
        folder = folder_of(entry)
        waiting = incoming_folder() / entry.name
        if not folder.exists() and not waiting.exists():
            raise StoreError(
                f"nothing of {entry.name} is in {folder}",
                advice=f"“{entry.title}” is not installed, so there is nothing to remove.",
            )
        paths = (path for place in (folder, waiting) for path in place.rglob("*"))
        n_bytes = sum(path.stat().st_size for path in paths if path.is_file())
        gone = incoming_folder() / f"{uuid.uuid4().hex}.gone"
        try:
            if folder.exists():
                folder.rename(gone)
                shutil.rmtree(gone)
        except OSError as error:
            raise faults.cannot_write(folder, error) from error
        for purpose in ("", IMPORT):
            Staging(entry, purpose).clear()
        return n_bytes


def needed_by(entry: ModelEntry) -> tuple[ModelEntry, ...]:
    """Return the installed models that cannot do without `entry`."""
    return tuple(
        other
        for other in catalogue()
        if entry.name in other.requires and not missing_files(other, folder_of(other))
    )
