"""The door to every detector: words and a frame give boxes with scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.domain.findings import Finding
from core.domain.pictures import Frame
from core.progress import CancelToken


@dataclass(frozen=True, slots=True)
class DetectorInfo:
    """A detector as a person chooses it. Reading this loads nothing."""

    name: str
    title: str
    summary: str
    licence: str
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must be installed first, name to how to get it; empty where it is ready."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure a detector must be, 0 to 1: of a box, and of a phrase that the box answers."""

    box: float = 0.3
    text: float = 0.25

    def __post_init__(self) -> None:
        if not (0.0 <= self.box <= 1.0 and 0.0 <= self.text <= 1.0):
            raise ValueError(f"thresholds {self.box} and {self.text} are not between 0 and 1")


USUAL = Thresholds()
"""The defaults of GroundingDINO's own command. A person picks from what is shown, so a box too
many costs a glance, and one too few a search."""

STRICT = Thresholds(box=0.7, text=0.3)
"""Those with which DAVIS crops objects unseen by anybody (papers/000, localized conditioning)."""


class Detector(Protocol):
    """Finds the things that words name. Called from one worker thread at a time."""

    @property
    def info(self) -> DetectorInfo: ...

    def detect(
        self,
        frame: Frame,
        phrases: Sequence[str],
        thresholds: Thresholds = USUAL,
        *,
        cancel: CancelToken,
    ) -> tuple[Finding, ...]:
        """Return what is found of the phrases on a frame, the surest first; empty for nothing.

        Boxes are in frame pixels, inside the picture, on the frame's pts. Of boxes that show the
        same thing for the same phrase only the surest is left.

        Raises:
            PromptError: there is no phrase, or there are more words than can be looked for.
            EngineError: the network fails on this machine.
        """
        ...
