"""A file on its way: `X.part` with what has arrived, and `X.part.json` with what it is a part of.

Kept when a download ends early, so that the next run goes on from there, and dropped as soon as it
turns out to belong to another file.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from core.progress import CancelToken
from core.store import faults
from core.store.checksums import Fingerprint, Sums, sums_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Which content at which server a part belongs to."""

    url: str
    validator: str
    """What the server will know this content by: a strong ETag or a date; may be empty."""
    size_bytes: int | None


class Partial:
    """The two files beside which a download lives."""

    def __init__(self, path: Path) -> None:
        """`path` is of the part, whose folder is made."""
        self.path = path
        self._note = path.with_name(path.name + ".json")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise faults.cannot_write(path.parent, error) from error

    @property
    def n_bytes(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def origin(self) -> Origin | None:
        """Return what has arrived so far belongs to; None where nobody can tell."""
        try:
            return Origin(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, origin: Origin) -> None:
        """Start with nothing, as a part of `origin`."""
        try:
            self.path.write_bytes(b"")
            self._note.write_text(json.dumps(asdict(origin)), encoding="utf-8")
        except OSError as error:
            raise faults.of_disk(self.path, error) from error

    def sums(self, wanted: Fingerprint, cancel: CancelToken) -> Sums:
        """Return the sums of what has arrived so far, ready for what comes next."""
        return sums_of(self.path, wanted, cancel) if self.path.is_file() else Sums(wanted)

    def open_end(self) -> IO[bytes]:
        """Return the part, open to be written on at its end."""
        return self.path.open("ab")

    def drop(self) -> None:
        """Throw away what has arrived."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self, place: Path) -> None:
        """Put the part, now whole and checked, to its place."""
        try:
            with self.path.open("ab") as file:
                os.fsync(file.fileno())
            place.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(place)
        except OSError as error:
            raise faults.cannot_write(place, error) from error
        self._note.unlink(missing_ok=True)
