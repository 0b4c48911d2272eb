"""Reads an installed model again and says whether it is still what was installed."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from core.domain.models import ModelEntry
from core.errors import StoreError
from core.progress import CancelToken, Progress, Report
from core.store import faults
from core.store.checksums import FIRST_USE, Fingerprint, Sums, chunks_of, of_catalogue
from core.store.presence import find_file, folder_of, missing_files
from core.store.receipt import BY_HAND, FileReceipt, Receipt, read_receipt, write_receipt
from core.store.staging import DAMAGED, locked


class Verdict(StrEnum):
    """What a check found of one file."""

    AS_PUBLISHED = "as published"
    AS_INSTALLED = "as installed"
    REMEMBERED = "remembered from now on"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found."""

    entry: ModelEntry
    verdicts: tuple[tuple[str, Verdict], ...]
    """Of each file that is there."""
    missing: tuple[str, ...]

    @property
    def damaged(self) -> tuple[str, ...]:
        return tuple(path for path, verdict in self.verdicts if verdict is Verdict.DAMAGED)

    @property
    def is_good(self) -> bool:
        return not self.damaged and not self.missing

    def refuse_damage(self) -> None:
        """Raise `StoreError` where something of the model is damaged or missing."""
        if self.is_good:
            return
        bad = self.damaged or self.missing
        what = "damaged, and was set aside" if self.damaged else "missing"
        raise StoreError(
            f"{self.entry.name}: damaged {self.damaged}, missing {self.missing}",
            advice=f"{' and '.join(bad)} of “{self.entry.title}” is {what}. Install the model "
            "again: only what is missing is fetched.",
        )


def verify(entry: ModelEntry, report: Report, cancel: CancelToken) -> Verified:
    """Compare every file of `entry` with its receipt or the catalogue.

    A damaged file of an installed model is set aside, so that no engine uses it; installing the
    model again fetches it alone. Files put there by hand, for which nobody has published a sum, get
    a receipt, so that the next check knows them.

    Raises:
        StoreError: nothing of the model is there, or its receipt is damaged.
        Cancelled: the person asked to stop.
    """
    with locked(entry):
        return _Check(entry, report, cancel).run()


def _set_aside(place: Path) -> None:
    try:
        place.replace(place.with_name(place.name + DAMAGED))
    except OSError as error:
        raise faults.cannot_write(place, error) from error


class _Check:
    """One run of `verify`, with what all its steps share."""

    def __init__(self, entry: ModelEntry, report: Report, cancel: CancelToken) -> None:
        self._entry, self._report, self._cancel = entry, report, cancel
        self._folder = folder_of(entry)
        self._receipt = read_receipt(self._folder)
        self._known = {one.path: one for one in self._receipt.files} if self._receipt else {}
        self._paths = self._here()
        self._n_read_bytes = 0
        self._n_all_bytes = sum(path.stat().st_size for path in self._paths.values())

    def run(self) -> Verified:
        if not self._paths:
            raise StoreError(
                f"nothing of {self._entry.name} is in {self._folder}",
                advice=f"“{self._entry.title}” is not installed, so there is nothing to check.",
            )
        verdicts = tuple((path, self._look(path)) for path in self._paths)
        found = Verified(self._entry, verdicts, missing_files(self._entry, self._folder))
        self._remember(found)
        for path in found.damaged:
            _set_aside(self._paths[path])
        return Verified(self._entry, verdicts, missing_files(self._entry, self._folder))

    def _here(self) -> dict[str, Path]:
        """Return the files of the model by their paths in it; those of the receipt first."""
        found = [self._folder / path for path in self._known]
        found += filter(None, (find_file(file, self._folder) for file in self._entry.files))
        here = {path.relative_to(self._folder).as_posix(): path for path in found}
        return {name: path for name, path in here.items() if path.is_file()}

    def _look(self, path: str) -> Verdict:
        known = self._known.get(path)
        published = next(
            (of_catalogue(file) for file in self._entry.files if file.path == path), Fingerprint()
        )
        wanted = Fingerprint(known.size_bytes, known.sha256) if known else published
        sums = self._sums(path, wanted)
        if sums.misfit:
            return Verdict.DAMAGED
        if known is None:
            self._known[path] = FileReceipt(path, sums.n_bytes, sums.sha256, published.known_by)
            return Verdict.AS_PUBLISHED if published.has_sum else Verdict.REMEMBERED
        return Verdict.AS_INSTALLED if known.known_by == FIRST_USE else Verdict.AS_PUBLISHED

    def _sums(self, path: str, wanted: Fingerprint) -> Sums:
        sums = Sums(wanted)
        for chunk in chunks_of(self._paths[path], self._cancel):
            sums.add(chunk)
            self._n_read_bytes += len(chunk)
            total = max(self._n_all_bytes, self._n_read_bytes)
            self._report(Progress(f"Checking: {self._entry.title}", self._n_read_bytes, total))
        return sums

    def _remember(self, found: Verified) -> None:
        """Give files that were put there by hand a receipt, once they are all there and right."""
        if self._receipt is None and found.is_good:
            entry = self._entry
            bare = Receipt(entry.name, entry.version, BY_HAND, entry.licence.name, ())
            write_receipt(self._folder, replace(bare, files=tuple(self._known.values())))
