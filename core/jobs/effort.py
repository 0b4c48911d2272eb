"""Joins the progress of many steps of unequal length into one that only rises."""

from core.progress import Progress, Report


class Effort:
    """Spreads one progress over steps; a step's weight is its share of the whole work.

    The stage keeps one name, so that the guess of the time left is not begun anew at every step.
    """

    def __init__(self, stage: str, total: float, report: Report) -> None:
        self._stage = stage
        self._total = total
        self._report = report
        self._done = 0.0

    def part(self, weight: float) -> Report:
        """Return where a step of that weight reports; call `finish` when it is over."""

        def report(progress: Progress) -> None:
            self._tell(self._done + weight * (progress.fraction or 0.0))

        return report

    def finish(self, weight: float) -> None:
        """Count a step as done."""
        self._done += weight
        self._tell(self._done)

    def _tell(self, done: float) -> None:
        self._report(Progress(self._stage, min(done, self._total), self._total))
