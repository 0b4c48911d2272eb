"""Job requests whose course a test controls: they wait for a gate, never for a clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from core.jobs.requests import next_job_id
from core.progress import CancelToken, Progress, Report

PATIENCE_S = 10.0
"""How long a gate waits before the test is called broken; never reached where all is well."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """Does whatever `act` does."""

    act: Callable[[Report, CancelToken], object]
    label: str = "Work"
    job_id: int = field(default_factory=next_job_id)

    def __call__(self, report: Report, cancel: CancelToken) -> object:
        return self.act(report, cancel)


def answering(answer: object, label: str = "Answer") -> Request:
    return Request(lambda report, cancel: answer, label)


def failing(error: BaseException) -> Request:
    def act(report: Report, cancel: CancelToken) -> object:
        raise error

    return Request(act, "Fail")


@dataclass(slots=True, eq=False)
class Gate:
    """Long work that looks at its token all the time, until the test opens the gate."""

    has_begun: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)
    answer: object = "through the gate"

    def request(self, label: str = "Long work") -> Request:
        return Request(self._pass, label)

    def _pass(self, report: Report, cancel: CancelToken) -> object:
        self.has_begun.set()
        report(Progress("Working", 1, 4))
        for _ in range(round(PATIENCE_S / 0.005)):
            cancel.raise_if_cancelled()
            if self.may_end.wait(0.005):
                return self.answer
        raise AssertionError("the gate was never opened")
