"""The list of work in progress: what runs, how far it is, how long it takes, and how to stop it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobRow:
    """One line of the jobs panel."""

    job_id: int
    label: str
    stage: str = ""
    fraction: float | None = None
    """Between 0 and 1, or None while the length is unknown."""
    time_left_s: float | None = None
    state: str = "waiting"
    """One of waiting, running, stopping, done, failed, cancelled."""
