"""Installs one model: what is on this disk already is used, the rest is downloaded and checked.

The only door to the network, and it opens for a person who has seen the licence. Until everything
is there and right, nothing of it lies where an engine would look.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.models import ModelEntry, ModelFile
from core.errors import StoreError
from core.progress import CancelToken, Progress, Report
from core.store import faults
from core.store.checksums import FIRST_USE, sums_of
from core.store.downloading import Download, refuse_full_disk
from core.store.hub_cache import check_cached, find_cached
from core.store.offers import Asker, Offer, offer_of
from core.store.patience import Patience, pause
from core.store.presence import find_file, folder_of
from core.store.receipt import FileReceipt, read_receipt
from core.store.staging import Staging, link_or_copy, locked


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model is fetched. The token never appears where this is printed."""

    is_licence_accepted: bool
    token: str | None = field(default=None, repr=False)
    stall_s: float = 30.0
    patience: Patience = field(default_factory=Patience)


def install(entry: ModelEntry, manner: Manner, report: Report, cancel: CancelToken) -> Path:
    """Return the folder of `entry`, installed whole and checked.

    Raises:
        StoreError: the licence is not accepted, or something went wrong on the way; whatever may
            be of use at the next try is kept, but the model does not look installed.
        Cancelled: the person asked to stop; the same holds.
    """
    _refuse_unasked(entry, manner)
    with locked(entry):
        return _Installation(entry, manner, report, cancel).run()


def _refuse_unasked(entry: ModelEntry, manner: Manner) -> None:
    if not manner.is_licence_accepted:
        raise StoreError(
            f"the licence of {entry.name} was not accepted",
            advice=f"“{entry.title}” comes under the licence {entry.licence.name}. Nothing was "
            "downloaded; read it, and accept it if you agree.",
        )
    if not entry.is_downloadable:
        raise StoreError(
            f"{entry.name} cannot be downloaded",
            advice=f"“{entry.title}” cannot be downloaded by a program. "
            f"{entry.how_to_import} Then import the folder.",
        )


class _Installation:
    """One run of `install`, with what all its steps share."""

    def __init__(
        self, entry: ModelEntry, manner: Manner, report: Report, cancel: CancelToken
    ) -> None:
        self._entry, self._manner = entry, manner
        self._report, self._cancel = report, cancel
        self._asker = Asker(entry, manner.token, manner.stall_s)
        self._staging = Staging(entry)
        self._n_done_bytes = 0
        self._n_total_bytes = 0

    def run(self) -> Path:
        self._say("Looking what is here", 0, 0)
        wanting = [file for file in self._entry.files if not self._is_here(file)]
        offers = list(self._offers(wanting))
        if offers:
            here = [file for file in self._entry.files if file not in wanting]
            offers += self._moved_on(here)
        self._refuse_mixed(offers)
        self._n_total_bytes = sum(self._left_bytes(offer) for offer in offers)
        refuse_full_disk(self._staging.folder, self._n_total_bytes)
        for offer in offers:
            self._fetch(offer)
        commit = next((offer.commit for offer in offers if offer.commit), "")
        return self._staging.place_model(self._source(commit))

    def _is_here(self, file: ModelFile) -> bool:
        """Put a file together from an earlier try, the old folder or the hub's cache."""
        paths = (file.path, *file.also)
        if any(self._staging.done(path) is not None for path in paths):
            return True
        return self._from_old(file) or self._from_cache(file)

    def _from_old(self, file: ModelFile) -> bool:
        """Keep what the store itself has installed here before and nobody has touched since."""
        folder = folder_of(self._entry)
        found, receipt = find_file(file, folder), None
        with contextlib.suppress(StoreError):  # a damaged receipt vouches for nothing
            receipt = read_receipt(folder)
        if found is None or receipt is None or receipt.version != self._entry.version:
            return False
        path = found.relative_to(folder).as_posix()
        for known in receipt.files:
            if known.path == path and known.matches(found, self._cancel):
                link_or_copy(found, self._staging.place(path))
                self._staging.add(known)
                return True
        return False

    def _from_cache(self, file: ModelFile) -> bool:
        cached = find_cached(self._entry, file)
        checked = check_cached(file, cached[1], self._cancel) if cached else None
        if cached is None or checked is None:
            return False
        (path, blob), (sums, known_by) = cached, checked
        link_or_copy(blob, self._staging.place(path))
        self._staging.add(FileReceipt(path, sums.n_bytes, sums.sha256, known_by))
        return True

    def _offers(self, wanting: list[ModelFile]) -> Iterator[Offer]:
        for number, file in enumerate(wanting):
            self._say("Asking the server", number, len(wanting))
            offer = self._patiently_offered(file)
            if offer is not None:
                yield offer
            elif not file.is_optional:
                raise faults.not_there(self._entry, file.path)

    def _patiently_offered(self, file: ModelFile) -> Offer | None:
        n_failures = 0
        while True:
            try:
                return offer_of(self._asker, file, self._cancel)
            except faults.DownloadError as error:
                n_failures += 1
                pause_s = self._manner.patience.pause_s(error, n_failures)
                if pause_s is None:
                    raise
                pause(pause_s, self._cancel)

    def _moved_on(self, here: list[ModelFile]) -> Iterator[Offer]:
        """Yield what the server has by now in place of files of an earlier try or state."""
        for file in here:
            offer = None if file.has_checksum else self._patiently_offered(file)
            if offer is not None and self._differs(offer):
                yield offer

    def _differs(self, offer: Offer) -> bool:
        here, wanted = self._staging.done(offer.path), offer.wanted
        if here is None or not wanted.has_sum:
            return False
        if wanted.sha256 is not None:
            return wanted.sha256 != here.sha256
        return bool(sums_of(self._staging.place(offer.path), wanted, self._cancel).misfit)

    def _refuse_mixed(self, offers: list[Offer]) -> None:
        """Files of two states of a repository do not belong together."""
        if len({offer.commit for offer in offers if offer.commit}) > 1:
            raise faults.changed(self._entry.title)

    def _left_bytes(self, offer: Offer) -> int:
        size_bytes = offer.wanted.size_bytes or 0
        return max(0, size_bytes - self._staging.partial(offer.path).n_bytes)

    def _fetch(self, offer: Offer) -> None:
        place = self._staging.place(offer.path)
        partial = self._staging.partial(offer.path)
        n_before, n_start = self._n_done_bytes, partial.n_bytes

        def arrived(n_bytes: int) -> None:
            self._n_done_bytes = n_before + max(0, n_bytes - n_start)
            self._say("Downloading", self._n_done_bytes, self._n_total_bytes)

        download = Download(self._asker, offer, partial, self._cancel)
        fetched = download.run(place, arrived, self._manner.patience)
        known_by = offer.wanted.known_by if offer.wanted.has_sum else FIRST_USE
        self._staging.add(FileReceipt(offer.path, fetched.n_bytes, fetched.sha256, known_by))

    def _source(self, commit: str) -> str:
        repository = self._entry.repository
        revision = commit or self._entry.revision
        return f"{repository}@{revision}" if repository else self._entry.page

    def _say(self, stage: str, done: float, total: float) -> None:
        # A server that names no size leaves the end unknown.
        total = total if total >= done else 0
        self._report(Progress(f"{stage}: {self._entry.title}", done, total))
