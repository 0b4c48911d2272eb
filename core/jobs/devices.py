"""Which devices this computer has, as a frozen request: only torch knows, and is slow to load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report
from core.separation.gentle_import import import_gently


@dataclass(frozen=True, slots=True)
class DevicesAnswer:
    """The devices that are there, name to title."""

    job_id: int
    devices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListDevicesJob:
    """Look which devices there are."""

    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Look for devices"

    def __call__(self, report: Report, cancel: CancelToken) -> DevicesAnswer:
        """Return them, the CPU first."""
        del report
        cancel.raise_if_cancelled()
        there = cast(
            Callable[[], dict[str, str]], import_gently("core.separation.devices").devices_there
        )
        return DevicesAnswer(self.job_id, there())
