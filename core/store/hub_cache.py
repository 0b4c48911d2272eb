"""Finds files in the cache of the Hugging Face tools on this disk, without asking any network.

The layout is documented at https://huggingface.co/docs/hub/local-cache: a snapshot holds links to
blobs, and a blob is named after the sum of its content, so that it can be checked.
"""

import contextlib
import os
import re
from dataclasses import replace
from pathlib import Path

from core.domain.models import ModelEntry, ModelFile
from core.progress import CancelToken
from core.store.checksums import CACHE, Fingerprint, Sums, of_catalogue, sums_of

_SUM = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def cache_folder() -> Path:
    """Return where the Hugging Face tools of this person keep what they downloaded."""
    named = os.environ.get("HF_HUB_CACHE", "").strip()
    if named:
        return Path(named).expanduser()
    home = os.environ.get("HF_HOME", "").strip()
    if home:
        return Path(home).expanduser() / "hub"
    caches = os.environ.get("XDG_CACHE_HOME", "").strip() or "~/.cache"
    return Path(caches).expanduser() / "huggingface" / "hub"


def find_cached(entry: ModelEntry, file: ModelFile) -> tuple[str, Path] | None:
    """Return a file's path in its model and where it lies in the cache; None if it is not there."""
    snapshot = _snapshot(entry)
    if snapshot is None or file.url is None:
        return None
    for path in (file.path, *(path for path in file.also if "*" not in path)):
        if (snapshot / path).is_file():
            return path, (snapshot / path).resolve()
    return None


def check_cached(file: ModelFile, blob: Path, cancel: CancelToken) -> tuple[Sums, str] | None:
    """Return the sums of a cached file and who vouches for them; None where they are wrong.

    Also None for a file without any sum, or that cannot be read: the cache is not ours, and may
    have been touched.
    """
    with contextlib.suppress(OSError):
        return _checked(file, blob, cancel)
    return None


def _checked(file: ModelFile, blob: Path, cancel: CancelToken) -> tuple[Sums, str] | None:
    known = of_catalogue(file)
    name = blob.name
    if not known.has_sum and not _SUM.fullmatch(name):
        return None
    size_bytes = blob.stat().st_size
    by_name = Fingerprint(
        size_bytes=size_bytes,
        sha256=name if len(name) == 64 else None,
        git_sha1=name if len(name) == 40 else None,
        known_by=CACHE,
    )
    wanted = replace(known, size_bytes=known.size_bytes or size_bytes) if known.has_sum else by_name
    sums = sums_of(blob, wanted, cancel)
    return None if sums.misfit else (sums, wanted.known_by)


def _snapshot(entry: ModelEntry) -> Path | None:
    """Return the folder of the wanted revision, as the hub's tools last saw it."""
    if entry.repository is None or entry.revision is None:
        return None
    folder = cache_folder() / f"models--{entry.repository.replace('/', '--')}"
    try:
        commit = (folder / "refs" / entry.revision).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        commit = entry.revision
    snapshot = folder / "snapshots" / commit
    return snapshot if snapshot.is_dir() else None
