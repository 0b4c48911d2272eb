"""What every job has in common: a number that tells its answer from a stale one."""

import itertools
from typing import Protocol, TypeVar

from core.progress import CancelToken, Report

_numbers = itertools.count(1)

Answer_co = TypeVar("Answer_co", covariant=True)


def next_job_id() -> int:
    """Return a number no other job of this process has."""
    return next(_numbers)


class JobRequest(Protocol[Answer_co]):
    """A frozen request: calling it does the work on whatever thread calls it."""

    @property
    def job_id(self) -> int: ...

    @property
    def label(self) -> str:
        """Short words for the jobs panel: “Separate Stem 1”."""
        ...

    def __call__(self, report: Report, cancel: CancelToken) -> Answer_co: ...
