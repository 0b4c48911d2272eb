"""A picture on which what sounds is shown and may be chosen: by a click, or the number on a key."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.domain.soundings import SoundingFrame
from widgets.geometry import Point
from widgets.picture_choice import PictureChoice
from widgets.sounding_layer import SoundingLayer
from widgets.sounding_words import hint_of


class SoundingChoice(PictureChoice):
    """Knows what sounds in the frame on screen. Boxes to choose from go first. Paints nothing.

    Signals:
        source_chosen: the `SeenSource` that was picked, and where in frame pixels; None by a key.
    """

    source_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sounding = SoundingLayer()
        self.sounding_said = ""
        self._pointer_at: QPointF | None = None

    def set_sounding(self, frame: SoundingFrame | None, taken: Collection[int] = ()) -> None:
        """Show what sounds in the frame on screen; None for nothing.

        The sources whose numbers are `taken` are named, but not offered any more.
        """
        self.sounding.set(frame, taken)
        if self._pointer_at is not None:
            self.hover(self._pointer_at)
        self.update()

    def set_sounding_said(self, words: str) -> None:
        """Say in a corner of the picture what cannot be shown in it; empty for nothing."""
        if words != self.sounding_said:
            self.sounding_said = words
            self.update()

    @property
    def sounding_hint(self) -> str:
        """What a click would do now, where the pointer is on something that sounds."""
        source = None if self.is_choosing else self.sounding.hovered
        return "" if source is None else hint_of(source)

    def pick(self, place: Point) -> bool:
        """Choose what lies at a frame position, and tell whether anything does."""
        geometry = self.picture_geometry
        if super().pick(place):
            return True
        if geometry is None or self.is_choosing:
            return False
        source = self.sounding.at(place, geometry)
        if source is not None:
            self.source_chosen.emit(source, place)
        return source is not None

    def hover(self, at: QPointF) -> None:
        """Show what a click at a view position would choose."""
        super().hover(at)
        self._pointer_at, geometry = at, self.picture_geometry
        source = None
        if geometry is not None and not self.is_choosing:
            source = self.sounding.at(geometry.to_frame(at.x(), at.y()), geometry)
        if self.sounding.hover(source):
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer_at = None
        if self.sounding.hover(None):
            self.update()

    def chooses(self, event: QKeyEvent) -> bool:
        """Whether the key is the number of something that may be chosen."""
        return super().chooses(event) or (
            not self.is_choosing and self.sounding.by_key(event) is not None
        )

    def choose(self, event: QKeyEvent) -> None:
        """Choose by the number on a key."""
        if super().chooses(event):
            super().choose(event)
        elif (source := self.sounding.by_key(event)) is not None and not event.isAutoRepeat():
            self.source_chosen.emit(source, None)
