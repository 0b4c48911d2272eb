"""Which words sound when in a mix, as a frozen request: suggestions for words and for spans."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from core.domain.audio import AudioSource
from core.domain.beliefs import HeardWord
from core.jobs.requests import next_job_id
from core.progress import CancelToken, Report
from core.separation.gentle_import import import_gently

Hear = Callable[..., tuple[HeardWord, ...]]


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """What is heard, surest first."""

    job_id: int
    words: tuple[HeardWord, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TagJob:
    """Listen to all of `mix`, whatever its length, for the words that the bundled engine knows."""

    mix: AudioSource
    device: str = "auto"
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Listen for known sounds"

    def __call__(self, report: Report, cancel: CancelToken) -> TagAnswer:
        """Return what is heard when.

        Raises:
            ModelError: there is no such device, or what comes with Soloist is damaged.
            Cancelled: it was asked to stop.
        """
        # Only here is torch loaded: this module is imported while the window opens.
        module = import_gently("core.separation.heard_words")
        hear = cast(Hear, module.heard_by_bundled)
        return TagAnswer(self.job_id, hear(self.mix, self.device, report=report, cancel=cancel))
