"""What is known of a file before it is here, and the sums made of it while it passes by."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.models import ModelFile
from core.progress import CancelToken

CATALOGUE, SERVER, CACHE, FIRST_USE = "catalogue", "server", "hub cache", "first use"
"""Who vouches for a sum; nobody does at the first use, whose sum is only remembered."""

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Size and sums that a file must have, as far as anybody says."""

    size_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    git_sha1: str | None = None
    """Of the content with git's header before it: how the hub names small files."""
    known_by: str = FIRST_USE

    @property
    def has_sum(self) -> bool:
        return bool(self.sha256 or self.md5 or self.git_sha1)


def of_catalogue(file: ModelFile) -> Fingerprint:
    """Return what the catalogue says of a file."""
    known_by = CATALOGUE if file.has_checksum else FIRST_USE
    return Fingerprint(file.size_bytes, file.sha256, file.md5, known_by=known_by)


class Sums:
    """Takes the bytes of one file in order, and compares their sums with a fingerprint."""

    def __init__(self, wanted: Fingerprint) -> None:
        self._wanted = wanted
        self.n_bytes = 0
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False) if wanted.md5 else None
        # Git's header names the size, so that the sum needs it from the start.
        has_git = wanted.git_sha1 is not None and wanted.size_bytes is not None
        head = f"blob {wanted.size_bytes}\0".encode()
        self._git = hashlib.sha1(head, usedforsecurity=False) if has_git else None

    def add(self, chunk: bytes) -> None:
        self.n_bytes += len(chunk)
        for each in (self._sha256, self._md5, self._git):
            if each is not None:
                each.update(chunk)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def misfit(self) -> str:
        """What differs from the fingerprint: "size", the name of a sum, or empty."""
        wanted = self._wanted
        if wanted.size_bytes is not None and wanted.size_bytes != self.n_bytes:
            return "size"
        pairs = (
            ("sha256", wanted.sha256, self._sha256),
            ("md5", wanted.md5, self._md5),
            ("git sha1", wanted.git_sha1, self._git),
        )
        for name, asked, made in pairs:
            if asked and made is not None and made.hexdigest() != asked.lower():
                return name
        return ""


def chunks_of(path: Path, cancel: CancelToken) -> Iterator[bytes]:
    """Yield the content of a file piece by piece; raises `Cancelled` between two."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            cancel.raise_if_cancelled()
            yield chunk


def sums_of(path: Path, wanted: Fingerprint, cancel: CancelToken) -> Sums:
    """Return the sums of a file that lies on this disk."""
    sums = Sums(wanted)
    for chunk in chunks_of(path, cancel):
        sums.add(chunk)
    return sums
