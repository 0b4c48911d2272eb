"""Keeps decoded media on disk between runs, up to a size limit; half-written things never stay.

An entry is a folder. It counts once its `whole.json` is there, which is put in place by a rename.
"""

import errno
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from core.domain.media import MediaInfo
from core.errors import MediaError
from core.media.entry_lease import EntryLease, is_leased

ANALYSIS_VERSION = 1
"""Changes whenever decoding, peaks or tiles change what they write."""

_WHOLE = "whole.json"


def media_key(info: MediaInfo, stream_index: int) -> str:
    """Return a key that changes with the file, the stream, and how sound is analysed.

    Raises:
        OSError: the file has gone.
    """
    stat = info.path.stat()
    named = f"{info.path.absolute()}|{stat.st_size}|{stat.st_mtime_ns}|{stream_index}"
    return sha256(f"{named}|{ANALYSIS_VERSION}".encode()).hexdigest()[:32]


def disk_error(path: Path, folder: Path, error: OSError) -> MediaError:
    """Return what to raise where the sound of `path` could not be kept in `folder`."""
    if error.errno == errno.ENOSPC:
        return MediaError(
            f"no space in {folder} for the sound of {path}: {error}",
            advice="The disk is full. Decoded sound needs about 1.3 GB an hour for stereo. "
            "Free some space, or lower the cache limit in the settings.",
        )
    return MediaError(
        f"the sound of {path} cannot be kept in {folder}: {error}",
        advice=f"Soloist cannot write to its cache folder “{folder}”. "
        "Check that it exists and that you may write there.",
    )


class MediaCache:
    """Folders by key below `folder`, the oldest dropped beyond `limit_bytes` by `trim`."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self._handed_out: dict[str, CacheEntry] = {}

    def find(self, key: str) -> "CacheEntry | None":
        """Return the whole entry for `key`, counted as used just now, or None."""
        for path in sorted(self.folder.glob(f"{key}.*")):
            entry = CacheEntry(path)
            if entry.is_whole:
                (path / _WHOLE).touch()
                return entry
            entry.release()
        return None

    def create(self, key: str) -> "CacheEntry":
        """Return a new, empty entry to be filled; nobody finds it before it is marked whole.

        Raises:
            OSError: the folder cannot be made.
        """
        # A name of its own: another window may be filling an entry for the same key.
        path = self.folder / f"{key}.{uuid.uuid4().hex[:8]}"
        path.mkdir(parents=True)
        return CacheEntry(path)

    def entry(self, key: str) -> Path:
        """Return the folder of the whole entry for `key`, or that of a new and empty one.

        It stays in use as long as this cache does; a new one is only for this run.
        """
        if key not in self._handed_out:
            self._handed_out[key] = self.find(key) or self.create(key)
        return self._handed_out[key].path

    def trim(self) -> None:
        """Drop what was left half-written, then the longest unused entries beyond the limit.

        What is in use, here or in another window, stays.
        """
        whole = []
        for path in self._paths():
            if (path / _WHOLE).exists():
                whole.append((_used_at(path), _size_bytes(path), path))
            else:
                _drop_unused(path)
        n_bytes = sum(size for _, size, _ in whole)
        for _, size, path in sorted(whole):
            if n_bytes <= self.limit_bytes:
                return
            if _drop_unused(path):
                n_bytes -= size

    def _paths(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.is_dir()]
        except OSError:
            return []


class CacheEntry:
    """One folder of the cache, in use (never trimmed) until `release` or the end of the object."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lease = EntryLease(path)

    @property
    def is_whole(self) -> bool:
        return (self.path / _WHOLE).exists()

    def facts(self) -> Mapping[str, object]:
        """Return what was handed to `mark_whole`.

        Raises:
            OSError, ValueError: the entry is damaged.
        """
        facts = json.loads((self.path / _WHOLE).read_text("utf-8"))
        if not isinstance(facts, dict):
            raise ValueError(f"{self.path / _WHOLE} holds no object")
        return facts

    def mark_whole(self, facts: Mapping[str, object]) -> None:
        """Make the entry count from now on."""
        part = self.path / f"{_WHOLE}.part"
        part.write_text(json.dumps(dict(facts)), "utf-8")
        part.replace(self.path / _WHOLE)

    def release(self) -> None:
        """Allow `trim` to drop the entry."""
        self._lease.release()

    def discard(self) -> None:
        """Delete the entry and everything in it."""
        # The mark goes first, so that half of an entry is never taken for a whole one.
        (self.path / _WHOLE).unlink(missing_ok=True)
        self.release()
        shutil.rmtree(self.path, ignore_errors=True)


def _used_at(path: Path) -> float:
    try:
        return (path / _WHOLE).stat().st_mtime
    except OSError:
        return 0.0


def _size_bytes(path: Path) -> int:
    return sum(entry.stat().st_size for entry in os.scandir(path) if entry.is_file())


def _drop_unused(path: Path) -> bool:
    """Delete the entry at `path` unless somebody uses it; say whether it went."""
    if is_leased(path):
        return False
    (path / _WHOLE).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    return not path.exists()
