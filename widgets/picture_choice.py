"""A picture on which boxes may be chosen: by a click, by the number on a key, or none of them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.domain.findings import Finding
from widgets.candidate_boxes import CandidateBoxes
from widgets.geometry import Point
from widgets.picture_stage import PictureStage


class PictureChoice(PictureStage):
    """Knows what may be chosen on the frame on screen. Paints nothing.

    Signals:
        candidate_chosen: the `Finding` that was picked.
        candidates_dismissed: none of them is wanted.
    """

    candidate_chosen = Signal(object)
    candidates_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.candidates = CandidateBoxes()

    @property
    def shown_pts(self) -> int | None:
        """The frame on screen; None without one."""
        return None

    @property
    def is_choosing(self) -> bool:
        """Whether there is something to choose on the frame on screen."""
        return bool(self.candidates.on(self.shown_pts))

    def set_candidates(self, findings: Sequence[Finding]) -> None:
        """Offer boxes to choose from, each on its own frame; empty for none."""
        self.candidates.set(tuple(findings))
        self.update()

    def take_keys(self) -> None:
        """Take the focus, so that the numbers of what may be chosen mean something."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def pick(self, place: Point) -> bool:
        """Choose what lies at a frame position, and tell whether anything does."""
        chosen = self.candidates.at(place, self.shown_pts)
        if chosen is not None:
            self.candidate_chosen.emit(chosen)
        return chosen is not None

    def hover(self, at: QPointF) -> None:
        """Show what a click at a view position would choose."""
        geometry = self.picture_geometry
        if geometry is None or not self.is_choosing:
            return
        hovered = self.candidates.at(geometry.to_frame(at.x(), at.y()), self.shown_pts)
        if hovered is not self.candidates.hovered:
            self.candidates.hovered = hovered
            self.update()

    def chooses(self, event: QKeyEvent) -> bool:
        """Whether the key is the number of something that may be chosen."""
        return self.candidates.by_key(event, self.shown_pts) is not None

    def choose(self, event: QKeyEvent) -> None:
        """Choose by the number on a key."""
        chosen = self.candidates.by_key(event, self.shown_pts)
        if chosen is not None and not event.isAutoRepeat():
            self.candidate_chosen.emit(chosen)
