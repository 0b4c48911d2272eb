"""Installing, importing, checking and removing models, as frozen requests.

What reaches for the network or the disk is imported only when a request runs: this module comes
with the window, and most windows never need it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.models import ModelEntry, ModelStatus
from core.errors import StoreError
from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report
from core.units import format_size


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What was done, as a sentence, with what is worth knowing besides."""

    job_id: int
    said: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListModelsJob:
    """Look how much of each model is there."""

    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "List the models"

    def __call__(self, report: Report, cancel: CancelToken) -> tuple[ModelStatus, ...]:
        """Return the state of every model of the catalogue.

        Raises:
            ModelError: the catalogue is damaged.
        """
        from core.store.catalogue import catalogue
        from core.store.presence import status

        del report
        cancel.raise_if_cancelled()
        return tuple(map(status, catalogue()))


@dataclass(frozen=True, slots=True)
class InstallJob:
    """Install `entries` in their order; the person has accepted the licence of each."""

    entries: tuple[ModelEntry, ...]
    accepted: frozenset[str]
    """Names of the models whose licences were accepted."""
    token: str | None = field(default=None, repr=False)
    """As it was typed just now; None for the one that is known."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Install {self.entries[-1].title}"

    def __call__(self, report: Report, cancel: CancelToken) -> ModelAnswer:
        """Return what was installed.

        Raises:
            StoreError: something went wrong; models that were whole by then stay installed.
            Cancelled: it was asked to stop; what has arrived is kept for the next time.
        """
        from core.store.installing import Manner, install
        from core.store.receipt import read_receipt
        from core.store.tokens import checked_token

        typed = checked_token(self.token) if self.token else None
        token = typed or self._known_token()
        notices = []
        for entry in self.entries:
            own = token if entry.is_gated else None
            folder = install(entry, Manner(entry.name in self.accepted, own), report, cancel)
            receipt = read_receipt(folder)
            if receipt is not None and receipt.unproved:
                notices.append(unproved(entry, len(receipt.unproved)))
        if typed:
            notices += self._kept(typed)
        return ModelAnswer(self.job_id, f"Installed {named(self.entries)}.", tuple(notices))

    def _known_token(self) -> str | None:
        from core.store.tokens import ENVIRONMENT, known_token

        # Asking the system for its password store may make it ask the person.
        if not any(entry.is_gated for entry in self.entries):
            return None
        known = known_token()
        if known.problem and known.source == ENVIRONMENT:
            raise StoreError("the environment holds no token", advice=known.problem)
        return known.token

    @staticmethod
    def _kept(token: str) -> list[str]:
        """Keep a token that has just opened the door; return why it could not be kept."""
        from core.store.tokens import keep_token

        try:
            keep_token(token)
        except StoreError as error:
            return [error.advice]
        return []


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Install `entry` from a folder, an archive or a file."""

    entry: ModelEntry
    path: Path
    may_differ: bool = False
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Import {self.entry.title}"

    def __call__(self, report: Report, cancel: CancelToken) -> ModelAnswer:
        """Return what was imported.

        Raises:
            StoreError: it is not the model, or not all of it; nothing is installed.
            Cancelled: it was asked to stop; nothing is installed.
        """
        from core.store.importing import import_model

        done = import_model(self.entry, self.path, report, cancel, may_differ=self.may_differ)
        notices = [unproved(self.entry, len(done.unproved))] if done.unproved else []
        if done.n_left_out:
            files = "One file" if done.n_left_out == 1 else f"{done.n_left_out} files"
            notices.append(f"{files} in {self.path.name} did not belong to it and stayed there.")
        return ModelAnswer(self.job_id, f"Imported {self.entry.title}.", tuple(notices))


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Read `entry` again and compare it with what was installed."""

    entry: ModelEntry
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Verify {self.entry.title}"

    def __call__(self, report: Report, cancel: CancelToken) -> ModelAnswer:
        """Return how well the files are known.

        Raises:
            StoreError: something is damaged or missing.
            Cancelled: it was asked to stop.
        """
        from core.store.verifying import verify

        found = verify(self.entry, report, cancel)
        found.refuse_damage()
        counts: dict[str, int] = {}
        for _, verdict in found.verdicts:
            counts[verdict.value] = counts.get(verdict.value, 0) + 1
        return ModelAnswer(self.job_id, f"{self.entry.title} is whole: {_counted(counts)}.")


@dataclass(frozen=True, slots=True)
class RemoveJob:
    """Delete `entry`; the person was asked."""

    entry: ModelEntry
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Remove {self.entry.title}"

    def __call__(self, report: Report, cancel: CancelToken) -> ModelAnswer:
        """Return how much room that made.

        Raises:
            StoreError: nothing is there, or the system refused.
        """
        from core.store.removing import remove

        del report
        cancel.raise_if_cancelled()
        n_bytes = remove(self.entry)
        return ModelAnswer(
            self.job_id, f"Removed {self.entry.title}: {format_size(n_bytes)} are free."
        )


@dataclass(frozen=True, slots=True)
class ForgetTokenJob:
    """Take the access token out of the password store."""

    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Forget the access token"

    def __call__(self, report: Report, cancel: CancelToken) -> ModelAnswer:
        """Return that it is gone.

        Raises:
            StoreError: the password store cannot be used.
        """
        from core.store.tokens import forget_token

        del report
        cancel.raise_if_cancelled()
        forget_token()
        return ModelAnswer(self.job_id, "The access token is forgotten.")


def named(entries: tuple[ModelEntry, ...]) -> str:
    """Return the titles as a list in words."""
    titles = [entry.title for entry in entries]
    return " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def unproved(entry: ModelEntry, n_files: int) -> str:
    """Say plainly that nobody vouches for some files."""
    files = "one file" if n_files == 1 else f"{n_files} files"
    return (
        f"No checksum is published for {files} of {entry.title}. They are trusted as they came, "
        "and remembered, so that a later check notices a change."
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{n} file{'' if n == 1 else 's'} {verdict}" for verdict, n in sorted(counts.items())
    )
