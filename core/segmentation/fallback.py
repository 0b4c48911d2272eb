"""Goes on with another segmenter where the wanted one is missing or fails, and says so."""

from collections.abc import Callable, Iterator, Sequence

from core.domain.masks import Mask, TrackedMask
from core.domain.pictures import Frame, PictureSource
from core.domain.prompts import Box, Click
from core.errors import CoreError, EngineError, ModelError
from core.progress import CancelToken, Report
from core.segmentation.protocol import Anchor, Segmenter, SegmenterInfo


class WithFallback:
    """Asks one segmenter, and after its first failure only ever the other. A `Segmenter`."""

    def __init__(
        self, wanted: SegmenterInfo, build: Callable[[], Segmenter], spare: Segmenter
    ) -> None:
        """Build the wanted segmenter when it is first asked; `spare` needs no weights."""
        self._wanted, self._build, self._spare = wanted, build, spare
        self._built: Segmenter | None = None
        self.notice = ""
        """Why the other one was asked, for the person; empty as long as it was not."""

    @property
    def info(self) -> SegmenterInfo:
        return self._spare.info if self.notice else self._wanted

    def segment(
        self,
        frame: Frame,
        clicks: Sequence[Click],
        boxes: Sequence[Box],
        *,
        previous: Mask | None = None,
        cancel: CancelToken,
    ) -> Mask:
        if not self.notice:
            try:
                first = self._first()
                return first.segment(frame, clicks, boxes, previous=previous, cancel=cancel)
            except (ModelError, EngineError) as error:
                self._give_up(error)
        return self._spare.segment(frame, clicks, boxes, previous=previous, cancel=cancel)

    def track(
        self,
        picture: PictureSource,
        anchors: Sequence[Anchor],
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Iterator[TrackedMask]:
        """Follow as either does; after a failure on the way the other begins at the anchors."""
        if not self.notice:
            try:
                yield from self._first().track(picture, anchors, report=report, cancel=cancel)
                return
            except (ModelError, EngineError) as error:
                self._give_up(error)
        yield from self._spare.track(picture, anchors, report=report, cancel=cancel)

    def _first(self) -> Segmenter:
        if self._built is None:
            self._built = self._build()
        return self._built

    def _give_up(self, error: CoreError) -> None:
        self._built = None
        self.notice = f"“{self._spare.info.title}” found the object instead. {error.advice}"
