"""Words looked for in the picture, as a frozen request: on the frame on screen, then anywhere."""

from dataclasses import dataclass, field

from core.detection import registry
from core.detection.best_view import best_view
from core.detection.captions import phrases_of
from core.detection.protocol import USUAL, Thresholds
from core.domain.findings import View
from core.domain.media import MediaInfo
from core.domain.pictures import Frame
from core.jobs.requests import next_job_id
from core.media.frame_reader import FrameReader
from core.media.pts_table import PtsTable
from core.progress import CancelToken, Progress, Report
from core.separation.gentle_import import import_gently

_CACHE_BYTES = 96 * 2**20


@dataclass(frozen=True, slots=True)
class FindAnswer:
    """Where the words were found; None where they were not."""

    job_id: int
    words: str
    view: View | None


@dataclass(frozen=True, slots=True, eq=False)
class FindJob:
    """Look for `words` on `frame`, and where they are not there, through the whole clip."""

    media: MediaInfo
    table: PtsTable | None
    words: str
    frame: Frame | None = None
    """The frame on screen, which a person means first."""
    detector: str = ""
    """By name; empty for the best that is installed."""
    device: str = "auto"
    thresholds: Thresholds = USUAL
    job_id: int = field(default_factory=next_job_id)

    @property
    def label(self) -> str:
        return "Find it in the picture"

    def __call__(self, report: Report, cancel: CancelToken) -> FindAnswer:
        """Return the view.

        Raises:
            PromptError: the words name nothing, or too much.
            ModelError: the detector is not installed, or its files do not fit.
            MediaError: a frame cannot be read.
            EngineError: the network fails on this machine.
            Cancelled: it was asked to stop.
        """
        report(Progress(self.label, 0, 0))
        phrases = phrases_of(self.words)
        name = self.detector or registry.default().name
        detector = registry.build(name, self.device, import_gently)
        cancel.raise_if_cancelled()
        if self.frame is not None:
            found = detector.detect(self.frame, phrases, self.thresholds, cancel=cancel)
            if found:
                return FindAnswer(self.job_id, self.words, View(self.frame.pts, found))
        with FrameReader(self.media, self.table, _CACHE_BYTES) as picture:
            view = best_view(
                detector, picture, phrases, self.thresholds, report=report, cancel=cancel
            )
        return FindAnswer(self.job_id, self.words, view)
