"""Exports: sounds, videos, labels and the manifest of the chosen stems, all of them or none."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.export import ExportChoice
from core.errors import ExportError
from core.files.atomic import Delivery
from core.files.write_errors import write_error
from core.jobs.export_plan import ExportSubject, plan_export
from core.jobs.export_run import ExportRun, claim_all
from core.jobs.requests import next_job_id
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True)
class ExportAnswer:
    """What was written: role to path (`stem name/role` where several stems were exported)."""

    job_id: int
    files: Mapping[str, Path]
    notices: tuple[str, ...]
    gain: float = 1.0
    """What all whole-number sounds were multiplied by, so that none of them clips."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportJob:
    """A request that holds all it needs; nothing is in place before everything is whole."""

    subject: ExportSubject
    choice: ExportChoice
    table: PtsTable | None = None
    """The frame times of the clip, where they are known already."""
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return f"Export to {self.choice.folder.name or self.choice.folder}"

    def __call__(self, report: Report, cancel: CancelToken) -> ExportAnswer:
        """Write all files and return them; a folder that does not exist is made.

        Raises:
            ExportError: there is nothing to write, a file is in the way, the folder or the disk
                refuses, or the format cannot hold the sound. Nothing of this export is left.
            MediaError: the clip cannot be decoded. Likewise.
            Cancelled: likewise.
        """
        plan = plan_export(self.subject, self.choice)
        if not plan.files:
            raise ExportError(
                f"nothing to export: {plan.notices}",
                advice=" ".join(plan.notices) or "Choose at least one stem and one kind of file.",
            )
        may_overwrite = self.choice.may_overwrite
        with made_folder(self.choice.folder), Delivery(may_overwrite=may_overwrite) as delivery:
            run = ExportRun(self.subject, self.choice, plan, self.table)
            with contextlib.closing(run):
                files = run.write(delivery, report=report, cancel=cancel)
            cancel.raise_if_cancelled()
            delivery.commit()
        return ExportAnswer(self.job_id, files, run.notices, run.gain)


def rehearse_export(subject: ExportSubject, choice: ExportChoice) -> None:
    """Find out now what an export would be refused for after an hour of separating.

    Nothing is left behind, not even a folder.

    Raises:
        ExportError: see `ExportJob`.
    """
    plan = plan_export(subject, choice)
    with (
        made_folder(choice.folder, is_kept=False),
        Delivery(may_overwrite=choice.may_overwrite) as delivery,
    ):
        claim_all(plan.files, subject, choice, delivery)


@contextlib.contextmanager
def made_folder(folder: Path, *, is_kept: bool = True) -> Iterator[None]:
    """Make the folder, and take away again what was made if nothing comes to lie in it."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, folder) from error
    try:
        yield
    except BaseException:
        is_kept = False
        raise
    finally:
        if not is_kept:
            with contextlib.suppress(OSError):
                for part in missing:
                    part.rmdir()
