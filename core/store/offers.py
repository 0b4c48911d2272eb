"""Asks a server what it has before anything is fetched: size, sums, and whether it is let out.

The Hugging Face hub tells the SHA-256 of large files in `X-Linked-ETag` and git's SHA-1 of small
ones in `ETag` (its own client reads the same headers), so that a file can be checked even where
the catalogue knows no sum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.domain.models import ModelEntry, ModelFile
from core.progress import CancelToken
from core.store import faults
from core.store.checksums import SERVER, Fingerprint, of_catalogue
from core.store.transfer import Transfer
from core.store.web import Answer, Wish

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _GONE, _TOO_MANY = 200, 401, 403, 404, 410, 429
_PARTIAL, _TIMED_OUT = 206, 408


@dataclass(frozen=True, slots=True)
class Offer:
    """One file of a model as a server has it."""

    file: ModelFile
    path: str
    """Where it goes in the folder: the file's own path or one that does as well."""
    url: str
    wanted: Fingerprint
    commit: str = ""
    """Of the hub's repository, where it says so."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the model, the token, and how patient the person is."""

    entry: ModelEntry
    token: str | None = field(default=None, repr=False)
    stall_s: float = 30.0

    def wish(self, url: str, name: str, **headers: str) -> Wish:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return Wish(url, name, headers=named, token=self.token, stall_s=self.stall_s)


def offer_of(asker: Asker, file: ModelFile, cancel: CancelToken) -> Offer | None:
    """Return what the server has for `file`, under its name or another that does; None if nothing.

    Raises:
        DownloadError: the server says no, or cannot be reached.
    """
    for path in (file.path, *(path for path in file.also if "*" not in path)):
        url = f"{(file.url or '').removesuffix(file.path)}{path}"
        wish = replace(asker.wish(url, path), method="HEAD")
        with Transfer(wish, cancel) as transfer:
            answer = transfer.answer()
        if answer.status not in (_NOT_FOUND, _GONE):
            refuse_failure(answer, asker, path, is_head=True)
            return _offer(file, path, url, answer)
    return None


def refuse_failure(answer: Answer, asker: Asker, name: str, *, is_head: bool = False) -> None:
    """Raise `DownloadError` unless the server sends the file, or a part of it."""
    status, host = answer.status, answer.host
    if status in (_OK, _PARTIAL):
        return
    is_elsewhere = answer.own_headers is not answer.headers
    if is_head and is_elsewhere and status not in (_UNAUTHORIZED, _TOO_MANY):
        return  # stores that sign addresses for GET alone refuse HEAD
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        raise faults.no_access(asker.entry, status, has_token=asker.token is not None)
    if status in (_NOT_FOUND, _GONE):
        raise faults.not_there(asker.entry, name)
    wait_s = _seconds(answer.headers.get("retry-after", ""))
    if status == _TOO_MANY:
        raise faults.too_many(host, wait_s)
    if status >= 500 or status == _TIMED_OUT:
        raise faults.server_fails(host, status, wait_s)
    raise faults.odd_answer(host, status)


def _offer(file: ModelFile, path: str, url: str, answer: Answer) -> Offer:
    told = _told(answer)
    known = of_catalogue(file) if path == file.path else Fingerprint()
    if known.size_bytes is not None and told.size_bytes not in (None, known.size_bytes):
        raise faults.wrong_size(path, told.size_bytes or 0, known.size_bytes)
    size_bytes = known.size_bytes if known.size_bytes is not None else told.size_bytes
    wanted = replace(known if known.has_sum else told, size_bytes=size_bytes)
    return Offer(file, path, url, wanted, answer.own_headers.get("x-repo-commit", ""))


def _told(answer: Answer) -> Fingerprint:
    """Return what the server says of the file."""
    own = answer.own_headers
    is_hub = "x-repo-commit" in own
    etag = bare(own.get("x-linked-etag") or (own.get("etag", "") if is_hub else ""))
    size = own.get("x-linked-size") or _length(answer)
    sha256 = etag if is_hub and _SHA256.fullmatch(etag) else None
    sha1 = etag if is_hub and _SHA1.fullmatch(etag) else None
    return Fingerprint(
        size_bytes=int(size) if size and size.isdigit() else None,
        sha256=sha256,
        git_sha1=sha1,
        known_by=SERVER if sha256 or sha1 else Fingerprint().known_by,
    )


def _length(answer: Answer) -> str | None:
    is_plain = answer.status == _OK and "content-encoding" not in answer.headers
    return answer.headers.get("content-length") if is_plain else None


def bare(etag: str) -> str:
    """Return an ETag without its quotes and without the sign of a weak one."""
    return etag.removeprefix("W/").strip('"')


def validator(headers: Mapping[str, str]) -> str:
    """Return what `If-Range` may carry: a strong ETag, else a date, else nothing."""
    etag = headers.get("etag", "")
    return etag if etag and not etag.startswith("W/") else headers.get("last-modified", "")


def _seconds(retry_after: str) -> float | None:
    # A date is allowed too, but nobody who limits downloads sends one.
    return float(retry_after) if retry_after.strip().isdigit() else None
