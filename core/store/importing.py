"""Installs a model from a folder or an archive, for machines without a network.

The same checks as for a download, the same receipt, the same rename at the end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.domain.models import ModelEntry, ModelFile
from core.errors import StoreError
from core.progress import CancelToken, Progress, Report
from core.store import faults
from core.store.checksums import CHUNK_BYTES, FIRST_USE, Fingerprint, Sums, of_catalogue
from core.store.downloading import refuse_full_disk
from core.store.receipt import FileReceipt
from core.store.sources import Source, opened
from core.store.staging import IMPORT, Staging, locked
from core.units import format_size

_N_NAMED = 5

_Chosen = tuple[ModelFile, str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    entry: ModelEntry
    folder: Path
    n_left_out: int
    """Files that were there and do not belong to the model."""
    unproved: tuple[str, ...]
    """Files for which nobody has published a sum, so that theirs was only remembered."""


def import_model(
    entry: ModelEntry,
    path: Path,
    report: Report,
    cancel: CancelToken,
    *,
    may_differ: bool = False,
) -> Imported:
    """Install `entry` from the files at `path`, which are copied.

    Args:
        entry: what to install.
        path: of a folder, a zip archive or a single file.
        report: told the bytes copied.
        cancel: looked at several times a second.
        may_differ: also takes weights of the person's own, whose sums are not the published ones.

    Raises:
        StoreError: files are missing, damaged or others than published; nothing is installed.
        Cancelled: the person asked to stop; nothing is installed.
    """
    with locked(entry), opened(path) as source:
        # Not where downloads wait: what has arrived of one stays, should the import fail.
        staging = Staging(entry, IMPORT)
        staging.clear()
        try:
            imported = _Import(entry, source, staging, report, cancel).run(may_differ)
        finally:
            staging.clear()
        Staging(entry).clear()
        return imported


class _Import:
    """One run of `import_model`, with what all its steps share."""

    def __init__(
        self,
        entry: ModelEntry,
        source: Source,
        staging: Staging,
        report: Report,
        cancel: CancelToken,
    ) -> None:
        self._entry, self._source, self._staging = entry, source, staging
        self._report, self._cancel = report, cancel
        self._n_copied_bytes = 0

    def run(self, may_differ: bool) -> Imported:
        chosen = self._chosen()
        self._total_bytes = sum(self._source.sizes[name] for _, _, name in chosen)
        refuse_full_disk(self._staging.folder, self._total_bytes)
        unproved = []
        for file, path, name in chosen:
            known = of_catalogue(file) if path == file.path else Fingerprint()
            wanted = Fingerprint() if may_differ else known
            self._copy(name, path, wanted)
            if not wanted.has_sum:
                unproved.append(path)
        folder = self._staging.place_model(f"imported from {self._source.path}")
        n_left_out = len(self._source.sizes) - len({name for _, _, name in chosen})
        return Imported(self._entry, folder, n_left_out, tuple(unproved))

    def _chosen(self) -> list[_Chosen]:
        """Return for each wanted file: it, its path in the model, and its name in the source.

        All of one place: files of two models that lie beside each other are never mixed.
        """
        roots = self._source.roots(self._entry.files) or [""]
        chosen, missing = min(map(self._below, roots), key=lambda found: len(found[1]))
        if missing:
            raise self._incomplete(missing)
        return chosen

    def _below(self, root: str) -> tuple[list[_Chosen], list[str]]:
        """Return what of the model lies below `root`, and the paths of what does not."""
        chosen: list[_Chosen] = []
        missing = []
        for file in self._entry.files:
            matches = self._source.matches(file, root)
            chosen += [(file, path, name) for path, name in matches.items()]
            if not matches and not file.is_optional:
                missing.append(file.path)
        return chosen, missing

    def _copy(self, name: str, path: str, wanted: Fingerprint) -> None:
        place, sums = self._staging.place(path), Sums(wanted)
        place.parent.mkdir(parents=True, exist_ok=True)
        with self._source.open(name) as file, _written(place) as copy:
            while chunk := file.read(CHUNK_BYTES):
                self._cancel.raise_if_cancelled()
                copy(chunk)
                sums.add(chunk)
                self._n_copied_bytes += len(chunk)
                self._say()
        if sums.misfit:
            raise _another_file(path, sums, wanted)
        known_by = wanted.known_by if wanted.has_sum else FIRST_USE
        self._staging.add(FileReceipt(path, sums.n_bytes, sums.sha256, known_by))

    def _say(self) -> None:
        total = max(self._total_bytes, self._n_copied_bytes)
        self._report(Progress(f"Copying: {self._entry.title}", self._n_copied_bytes, total))

    def _incomplete(self, missing: list[str]) -> StoreError:
        named = ", ".join(missing[:_N_NAMED])
        more = f" and {len(missing) - _N_NAMED} more" if len(missing) > _N_NAMED else ""
        return StoreError(
            f"{self._source.path} lacks {', '.join(missing)}",
            advice=f"“{self._source.path.name}” is not the whole of “{self._entry.title}”. "
            f"Missing: {named}{more}. Nothing was installed.",
        )


@contextmanager
def _written(place: Path) -> Iterator[Callable[[bytes], object]]:
    """Open `place`, and yield what writes to it.

    Raises:
        DownloadError: the system refuses; what fails to be read is not taken for that.
    """
    try:
        file = place.open("wb")
    except OSError as error:
        raise faults.of_disk(place, error) from error

    def write(chunk: bytes) -> None:
        try:
            file.write(chunk)
            file.flush()  # or closing it would be what fails
        except OSError as error:
            raise faults.of_disk(place, error) from error

    with file:
        yield write


def _another_file(path: str, sums: Sums, wanted: Fingerprint) -> StoreError:
    is_size = sums.misfit == "size"
    why = f"it is {format_size(sums.n_bytes)} long" if is_size else f"its {sums.misfit} is another"
    return StoreError(
        f"{path}: {why}: {sums.n_bytes} bytes, sha256 {sums.sha256}; wanted {wanted}",
        advice=f"{path} is not the published file: {why}, so it is damaged or of another "
        "version. Get it again. (For weights of your own: main.py models import --own-weights.)",
    )
