"""Looking and listening ahead of a separation: what was clicked, and what is heard in the clip.

Both need libraries that take seconds to load. They wait until `WarmUp` has loaded them on a thread
of its own, so that no click ever waits for that.
"""

from PySide6.QtCore import QObject

from app.controllers.devices import Computing
from app.controllers.masking import MaskingController
from app.controllers.media import Clip
from app.controllers.recognition import RecognitionController
from app.controllers.tagging import TaggingController
from app.document import Document
from app.engine_book import EngineBook
from app.job_runner import JobRunner
from app.track_store import TrackStore
from app.warm_up import WarmUp


class Understanding(QObject):
    """Builds the two controllers, and lets them begin when the libraries are there."""

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        tracks: TrackStore,
        masking: MaskingController,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._warm_up = WarmUp(document, book.default, self)
        self.recognition = RecognitionController(runner, document, tracks, masking, book, self)
        self.tagging = TaggingController(runner, document, book, self)
        self.tagging.wanted.connect(self._warm_up.begin)
        self._warm_up.finished.connect(self.recognition.set_ready)
        self._warm_up.finished.connect(self.tagging.set_ready)

    @property
    def computing(self) -> tuple[Computing, ...]:
        """What of it runs on a device."""
        return self.recognition, self.tagging, self._warm_up

    def set_clip(self, clip: Clip | None) -> None:
        """Turn to another clip, or to none."""
        self.recognition.set_clip(clip)
        self.tagging.set_clip(clip)

    def shutdown(self, patience_ms: int) -> bool:
        """Return whether all has ended in time."""
        return self._warm_up.shutdown(patience_ms)
