"""Listens through the clip in the background for words that are known, to suggest them.

Of all work it is the least urgent: whatever else is asked for runs first, or inside it.
"""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.media import Clip
from app.document import Document
from app.engine_book import EngineBook
from app.job_lane import Urgency
from app.job_runner import Job, JobRunner, Lane
from core.domain.beliefs import HeardWord
from core.jobs.tagging import TagAnswer, TagJob

_log = logging.getLogger(__name__)


class TaggingController(QObject):
    """Knows what is heard in the open sound, once that was wanted.

    Signals:
        wanted: it would listen, were it allowed to.
        heard_changed: a tuple of `HeardWord`, surest first; empty where nothing is to be suggested.
    """

    wanted = Signal()
    heard_changed = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        document: Document,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._document, self._book = runner, document, book
        self.device = "auto"
        """Where is listened from now on."""
        self._clip: Clip | None = None
        self._is_ready = self._has_asked = False
        self._job: Job | None = None
        self._heard: tuple[HeardWord, ...] = ()
        self._shown: tuple[HeardWord, ...] = ()
        document.project_changed.connect(self._listen)

    def set_clip(self, clip: Clip | None) -> None:
        """Take up a clip or more of it; what was heard in another sound is forgotten."""
        before, self._clip = self._clip, clip
        is_same = before is not None and clip is not None and before.sound is clip.sound
        if not is_same:
            if self._job is not None:
                self._job.cancel()
            self._job, self._has_asked, self._heard = None, False, ()
        self._listen()

    @Slot()
    def set_ready(self) -> None:
        """Allow listening: loading the libraries for it would now make no click wait."""
        self._is_ready = True
        self._listen()

    @property
    def _is_wanted(self) -> bool:
        stem = self._document.project.selected_stem
        engine = stem.engine if stem is not None else self._book.default
        return self._book.takes_words(engine)

    @Slot()
    def _listen(self, _project: object = None) -> None:
        is_wanted, clip = self._is_wanted, self._clip
        self._tell(self._heard if is_wanted else ())
        if not is_wanted or self._has_asked or clip is None:
            return
        if clip.sound is None or not clip.is_sound_whole:
            return
        if not self._is_ready:
            self.wanted.emit()
            return
        self._has_asked = True
        request = TagJob(clip.sound.source, self.device)
        self._job = self._runner.prepare(
            request, Lane.DEVICE, replaces="tags", urgency=Urgency.BACKGROUND
        )
        self._job.succeeded.connect(self._on_heard)
        self._job.failed.connect(self._on_failed)
        self._runner.start(self._job)

    @Slot(object)
    def _on_heard(self, answer: TagAnswer) -> None:
        if self.sender() is self._job:
            self._job, self._heard = None, answer.words
            self._listen()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        # Nobody asked for suggestions, so nobody misses them.
        _log.info("nothing to suggest: %s", error)

    def _tell(self, heard: tuple[HeardWord, ...]) -> None:
        if heard != self._shown:
            self._shown = heard
            self.heard_changed.emit(heard)
