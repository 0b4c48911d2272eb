"""The stretch of media time that is shown, shared by everything that is drawn along it."""

from PySide6.QtCore import QObject, Signal

SHORTEST_VIEW_S = 0.002
"""Below this a sample of 48 kHz sound is wider than 25 px of a wide screen; nothing is gained."""


class TimeAxis(QObject):
    """Holds `start_s` to `end_s` of `duration_s` and keeps them inside the clip.

    One object for ruler, waveform, spectrogram and lanes, so that they can't drift apart. Pixels
    count from the left edge of what is drawn along the axis.

    Signals:
        changed: another stretch is shown, or the clip has another length.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._duration_s = 0.0
        self._start_s = 0.0
        self._end_s = 0.0

    @property
    def duration_s(self) -> float:
        return self._duration_s

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def end_s(self) -> float:
        return self._end_s

    @property
    def length_s(self) -> float:
        return self._end_s - self._start_s

    @property
    def is_empty(self) -> bool:
        """True while there is no clip."""
        return self._duration_s <= 0.0

    @property
    def is_fitted(self) -> bool:
        """True where the whole clip is shown."""
        return self._start_s <= 0.0 and self._end_s >= self._duration_s

    def set_duration(self, duration_s: float) -> None:
        """Take the clip's length; a view of the whole clip stays one when it grows."""
        if duration_s == self._duration_s:
            return
        was_fitted = self.is_fitted
        self._duration_s = max(0.0, duration_s)
        if was_fitted:
            self._start_s, self._end_s = 0.0, self._duration_s
            self.changed.emit()
        else:
            self.show(self._start_s, self._end_s, is_forced=True)

    def show(self, start_s: float, end_s: float, *, is_forced: bool = False) -> None:
        """Show a stretch, moved and widened as little as needed to be sensible."""
        length_s = min(self._duration_s, max(SHORTEST_VIEW_S, end_s - start_s))
        if end_s - start_s < length_s:
            start_s = (start_s + end_s - length_s) / 2
        start_s = min(max(0.0, start_s), self._duration_s - length_s)
        if not is_forced and (start_s, start_s + length_s) == (self._start_s, self._end_s):
            return
        self._start_s, self._end_s = start_s, start_s + length_s
        self.changed.emit()

    def fit(self) -> None:
        """Show the whole clip."""
        self.show(0.0, self._duration_s)

    def zoom(self, factor: float, about_s: float) -> None:
        """Show `factor` times less time (below 1: more), keeping `about_s` where it is."""
        length_s = min(self._duration_s, max(SHORTEST_VIEW_S, self.length_s / factor))
        place = (about_s - self._start_s) / self.length_s if self.length_s else 0.0
        start_s = about_s - place * length_s
        self.show(start_s, start_s + length_s)

    def pan(self, by_s: float) -> None:
        """Move along, stopping at the ends without changing the zoom."""
        self.show(self._start_s + by_s, self._end_s + by_s)

    def frame(self, start_s: float, end_s: float, margin: float = 0.06) -> None:
        """Show a stretch with a little air on both sides."""
        air_s = (end_s - start_s) * margin
        self.show(start_s - air_s, end_s + air_s)

    def reveal(self, time_s: float) -> None:
        """Turn the page so that `time_s` is shown near the left, unless it is shown already."""
        if not self.shows(time_s):
            start_s = time_s - 0.05 * self.length_s
            self.show(start_s, start_s + self.length_s)

    def shows(self, time_s: float) -> bool:
        return self._start_s <= time_s <= self._end_s

    def to_px(self, time_s: float, width_px: float) -> float:
        """Return where `time_s` lies on a view `width_px` wide; outside it where not shown."""
        return (time_s - self._start_s) / self.length_s * width_px if self.length_s else 0.0

    def to_s(self, x_px: float, width_px: float) -> float:
        """Return the media time at `x_px`, not cut at the clip's ends."""
        return self._start_s + x_px / max(1.0, width_px) * self.length_s

    def cut(self, time_s: float) -> float:
        """Return `time_s` moved inside the clip."""
        return min(max(0.0, time_s), self._duration_s)
