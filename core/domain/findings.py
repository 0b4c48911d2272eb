"""What a detector has found in a picture for the words of a person."""

from dataclasses import dataclass

from core.domain.prompts import Box


@dataclass(frozen=True, slots=True)
class Finding:
    """A box on one frame, how well it answers the words (0 to 1), and which of them it answers."""

    box: Box
    score: float
    phrase: str


@dataclass(frozen=True, slots=True)
class View:
    """A frame that was looked at, and what was found on it, the surest first."""

    pts: int
    findings: tuple[Finding, ...] = ()

    @property
    def worth(self) -> float:
        """How well the frame shows what was asked for: the best score of each phrase, summed."""
        best: dict[str, float] = {}
        for finding in self.findings:
            best[finding.phrase] = max(best.get(finding.phrase, 0.0), finding.score)
        return sum(best.values())
