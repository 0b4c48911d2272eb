"""The receipt that the store leaves in the folder of a model: what was installed, and its sums.

It is written last, and it is what a later check compares with.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.progress import CancelToken
from core.store.checksums import FIRST_USE, Fingerprint, sums_of

NAME = "soloist-model.json"
BY_HAND = "put there by hand"
"""The source of what the store has only looked at."""


@dataclass(frozen=True, slots=True)
class FileReceipt:
    """One file as it was when it was installed."""

    path: str
    size_bytes: int
    sha256: str
    known_by: str
    """Who vouches for the sum: see `core.store.checksums`."""

    def matches(self, path: Path, cancel: CancelToken) -> bool:
        """Return whether the file at `path` is still the same; reads all of it."""
        if path.stat().st_size != self.size_bytes:
            return False
        return not sums_of(path, Fingerprint(self.size_bytes, self.sha256), cancel).misfit


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was installed, from where, and under which licence."""

    name: str
    version: str
    source: str
    licence: str
    files: tuple[FileReceipt, ...]

    @property
    def unproved(self) -> tuple[str, ...]:
        """Paths of the files that nobody vouches for."""
        return tuple(one.path for one in self.files if one.known_by == FIRST_USE)


def has_receipt(folder: Path) -> bool:
    return (folder / NAME).is_file()


def read_receipt(folder: Path) -> Receipt | None:
    """Return the receipt of a folder; None where a person put the files there.

    Raises:
        StoreError: it is damaged.
    """
    path = folder / NAME
    try:
        held: Any = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(FileReceipt(**one) for one in held.pop("files"))
        return Receipt(files=files, **held)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path} is no receipt: {error!r}",
            advice=f"Remove {path.name} from {folder}, or install the model again.",
        ) from error


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """Leave `receipt` in `folder`, whole or not at all."""
    text = json.dumps(asdict(receipt), indent=2, ensure_ascii=False) + "\n"
    beside = folder / f"{NAME}.new"
    beside.write_text(text, encoding="utf-8")
    beside.replace(folder / NAME)
