"""Fetches one file: resumed where it stopped, checked while it streams, tried again with patience.

What arrives goes to a part; only when size and sums are right does it get its name.
"""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.progress import CancelToken
from core.store import faults
from core.store.checksums import Sums
from core.store.offers import Asker, Offer, refuse_failure, validator
from core.store.partial import Origin, Partial
from core.store.patience import Patience, pause
from core.store.transfer import Transfer
from core.store.web import Answer

_PARTIAL_CONTENT, _BAD_RANGE = 206, 416
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
SPARE_BYTES = 256 * 10**6
"""Room that is left on the disk for everybody else."""
_LOOK_EVERY_BYTES = 64 * 10**6

Arrived = Callable[[int], None]
"""Is told how much of the file is here."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that arrived whole."""

    n_bytes: int
    sha256: str


class Download:
    """One file on its way from an offer to its place."""

    def __init__(self, asker: Asker, offer: Offer, partial: Partial, cancel: CancelToken) -> None:
        self._asker, self._offer = asker, offer
        self._partial, self._cancel = partial, cancel
        self._is_resumed = False

    def run(self, place: Path, arrived: Arrived, patience: Patience) -> Fetched:
        """Fetch the file to `place`, trying again what may pass.

        Raises:
            DownloadError: it did not arrive; what did is kept, unless it is wrong.
            Cancelled: the person asked to stop; what has arrived is kept.
        """
        n_failures, most_bytes = 0, self._partial.n_bytes
        while True:
            try:
                sums = self._fetch(arrived)
                self._refuse_misfit(sums)
            except faults.DownloadError as error:
                # Compared with the most there ever was: starting over is no progress.
                n_failures = 1 if self._partial.n_bytes > most_bytes else n_failures + 1
                most_bytes = max(most_bytes, self._partial.n_bytes)
                pause_s = patience.pause_s(error, n_failures)
                if pause_s is None:
                    raise
                pause(pause_s, self._cancel)
            else:
                self._partial.finish(place)
                return Fetched(sums.n_bytes, sums.sha256)

    def _fetch(self, arrived: Arrived) -> Sums:
        """Ask for what is missing, and return the sums of everything that is here then."""
        sums, headers = self._begun()
        if sums.n_bytes and sums.n_bytes == self._offer.wanted.size_bytes:
            return sums
        arrived(sums.n_bytes)
        wish = self._asker.wish(self._offer.url, self._offer.path, **headers)
        with Transfer(wish, self._cancel) as transfer:
            answer = transfer.answer()
            if answer.status == _BAD_RANGE:
                self._partial.drop()
                raise faults.changed(self._offer.path)
            refuse_failure(answer, self._asker, self._offer.path)
            self._refuse_page(answer)
            sums = self._place_answer(answer, sums)
            self._write(transfer, sums, arrived)
        wanted_bytes = self._wanted_bytes
        if wanted_bytes is not None and sums.n_bytes < wanted_bytes:
            raise faults.cut(self._offer.path, sums.n_bytes, wanted_bytes)
        return sums

    def _begun(self) -> tuple[Sums, dict[str, str]]:
        """Return the sums of what is here, and how to ask for the rest."""
        origin, wanted = self._partial.origin(), self._offer.wanted
        n_bytes = self._partial.n_bytes
        is_same = origin is not None and origin.url == self._offer.url
        is_provable = origin is not None and (origin.validator or wanted.has_sum)
        is_too_long = wanted.size_bytes is not None and n_bytes > wanted.size_bytes
        if origin is None or not (n_bytes and is_same and is_provable) or is_too_long:
            self._partial.drop()
            self._is_resumed = False
            return Sums(wanted), {}
        self._is_resumed = True
        headers = {"Range": f"bytes={n_bytes}-"}
        if origin.validator:
            headers["If_Range"] = origin.validator
        return self._partial.sums(wanted, self._cancel), headers

    def _place_answer(self, answer: Answer, sums: Sums) -> Sums:
        """Make the part ready for what comes: its rest, or all of it where the server starts over.

        Servers that know no ranges, and those whose file has changed, answer with all of it.
        """
        if answer.status == _PARTIAL_CONTENT:
            found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
            if found is None or int(found[1]) != sums.n_bytes:
                self._partial.drop()
                raise faults.changed(self._offer.path)
            return sums
        length = answer.headers.get("content-length", "")
        size_bytes = int(length) if length.isdigit() else None
        self._refuse_other_size(size_bytes)
        self._partial.begin(Origin(self._offer.url, validator(answer.headers), size_bytes))
        self._is_resumed = False
        return Sums(self._offer.wanted)

    @property
    def _wanted_bytes(self) -> int | None:
        if self._offer.wanted.size_bytes is not None:
            return self._offer.wanted.size_bytes
        origin = self._partial.origin()
        return origin.size_bytes if origin is not None else None

    def _write(self, transfer: Transfer, sums: Sums, arrived: Arrived) -> None:
        wanted_bytes, look_at = self._wanted_bytes, sums.n_bytes
        try:
            with self._partial.open_end() as file:
                for chunk in transfer.chunks():
                    if sums.n_bytes >= look_at:
                        refuse_full_disk(self._partial.path.parent, len(chunk))
                        look_at = sums.n_bytes + _LOOK_EVERY_BYTES
                    file.write(chunk)
                    sums.add(chunk)
                    arrived(sums.n_bytes)
                    if wanted_bytes is not None and sums.n_bytes > wanted_bytes:
                        break  # a server that sends more than it said is not read to the end
        except OSError as error:
            raise faults.of_disk(self._partial.path, error) from error

    def _refuse_page(self, answer: Answer) -> None:
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html") and not self._offer.path.endswith((".html", ".htm")):
            raise faults.not_a_file(answer.host, self._offer.path)

    def _refuse_other_size(self, size_bytes: int | None) -> None:
        wanted_bytes = self._offer.wanted.size_bytes
        if None not in (size_bytes, wanted_bytes) and size_bytes != wanted_bytes:
            raise faults.wrong_size(self._offer.path, size_bytes or 0, wanted_bytes or 0)

    def _refuse_misfit(self, sums: Sums) -> None:
        """Throw away what is not the wanted file."""
        misfit = sums.misfit
        if not misfit:
            return
        was_resumed = self._is_resumed
        self._partial.drop()
        if was_resumed:
            # The part may have been the damaged one: once more from the start.
            raise faults.changed(self._offer.path)
        if misfit == "size":
            wanted_bytes = self._offer.wanted.size_bytes or 0
            raise faults.wrong_size(self._offer.path, sums.n_bytes, wanted_bytes)
        raise faults.wrong_bytes(self._offer.path, misfit)


def refuse_full_disk(folder: Path, needed_bytes: int) -> None:
    """Raise `DownloadError` unless there is room for so much, and some to spare."""
    while not folder.exists():
        folder = folder.parent
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes + SPARE_BYTES > free_bytes:
        raise faults.no_space(needed_bytes + SPARE_BYTES, free_bytes)
