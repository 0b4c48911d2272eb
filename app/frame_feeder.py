"""Decodes the frame on screen in a thread of its own: newest wins, so scrubbing never lags behind.

A thread apart from the I/O worker, because an export or an import must not freeze the picture.
"""

import logging
from collections.abc import Callable

from PySide6.QtCore import QMutex, QMutexLocker, QObject, QThread, QWaitCondition, Signal

from core.domain.pictures import PictureSource
from core.errors import CoreError

_log = logging.getLogger(__name__)

OpenPictures = Callable[[], PictureSource]
"""Opens the pictures; called on the feeder's own thread, to which the source then belongs."""


class FrameFeeder(QThread):
    """Answers "which frame is on screen at this time?" without ever blocking the caller.

    Signals:
        frame_ready: the newest wanted `Frame`, once for each change of frame.
        failed: a `CoreError` that kept a frame from being read; the feeder goes on.
    """

    frame_ready = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mutex = QMutex()
        self._wake = QWaitCondition()
        self._open: OpenPictures | None = None
        self._is_other_clip = False
        self._wanted_s: float | None = None
        self._is_ending = False

    def show_clip(self, open_pictures: OpenPictures | None) -> None:
        """Read frames of another clip from now on; None closes the clip."""
        with QMutexLocker(self._mutex):
            self._open, self._is_other_clip, self._wanted_s = open_pictures, True, None
            self._wake.wakeAll()

    def request(self, time_s: float) -> None:
        """Ask for the frame on screen at `time_s`; an older request not yet begun is forgotten."""
        with QMutexLocker(self._mutex):
            self._wanted_s = time_s
            self._wake.wakeAll()

    def shutdown(self) -> None:
        """End the thread and wait for it."""
        with QMutexLocker(self._mutex):
            self._is_ending = True
            self._wake.wakeAll()
        self.wait()

    def run(self) -> None:
        pictures: PictureSource | None = None
        shown_pts: int | None = None
        while (order := self._next_order()) is not None:
            opener, wanted_s = order
            if opener is not None:
                _close(pictures)
                pictures, shown_pts = self._opened(opener), None
            if pictures is None or wanted_s is None:
                continue
            shown_pts = self._deliver(pictures, wanted_s, shown_pts)
        _close(pictures)

    def _next_order(self) -> tuple[OpenPictures | None, float | None] | None:
        """Wait for something to do; None means that the thread shall end."""
        with QMutexLocker(self._mutex):
            while not (self._is_ending or self._is_other_clip or self._wanted_s is not None):
                self._wake.wait(self._mutex)
            if self._is_ending:
                return None
            opener = (self._open or _nothing) if self._is_other_clip else None
            self._is_other_clip = False
            wanted_s, self._wanted_s = self._wanted_s, None
            return opener, wanted_s

    def _opened(self, opener: OpenPictures) -> PictureSource | None:
        try:
            return None if opener is _nothing else opener()
        except CoreError as error:
            self.failed.emit(error)
            return None

    def _deliver(self, pictures: PictureSource, wanted_s: float, shown: int | None) -> int | None:
        pts = pictures.pts_at(wanted_s)
        if pts == shown:
            return shown
        try:
            frame = pictures.frame_at(pts)
        except CoreError as error:
            _log.warning("frame at %.3f s: %s", wanted_s, error)
            self.failed.emit(error)
            return shown
        self.frame_ready.emit(frame)
        return pts


def _nothing() -> PictureSource:
    raise RuntimeError("stands for “no clip” and is never opened")


def _close(pictures: PictureSource | None) -> None:
    close = getattr(pictures, "close", None)
    if close is not None:
        close()
