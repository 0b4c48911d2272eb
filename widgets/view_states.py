"""How waveform and spectrogram look where there is nothing to show, and why there is not."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QLinearGradient, QPainter

from widgets.timeline_colours import TimelineColours, faded

_STRIPE_PX = 12


@dataclass(slots=True)
class Reading:
    """How far reading the sound has come, as waveform and spectrogram show it together.

    The waveform finds out what is not known yet while it draws; both are read in one pass.
    """

    is_going_on: bool = False
    shift_px: int = 0
    unknown_s: list[tuple[float, float]] = field(default_factory=list)
    """Media times in view for which there are no peaks."""

    def move_on(self) -> None:
        """Move the stripes along, so that a person sees that something happens."""
        self.shift_px = (self.shift_px + 3) % _STRIPE_PX

    @property
    def hatched_s(self) -> list[tuple[float, float]]:
        return self.unknown_s if self.is_going_on else []


def paint_message(painter: QPainter, room: QRect, message: str, colours: TimelineColours) -> None:
    """Write one sentence in the middle of an empty view."""
    if not message:
        return
    painter.save()
    painter.setPen(colours.faint)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(room.adjusted(12, 4, -12, -4), flags, message)
    painter.restore()


def paint_unknown(
    painter: QPainter, stretch: QRectF, colours: TimelineColours, shift_px: int = 0
) -> None:
    """Hatch a stretch that has not been read yet; `shift_px` moves the soft stripes along."""
    painter.save()
    slope = QLinearGradient(QPointF(shift_px, 0), QPointF(shift_px + _STRIPE_PX, _STRIPE_PX))
    slope.setSpread(QLinearGradient.Spread.RepeatSpread)
    clear, seen = faded(colours.text, 0.0), faded(colours.text, 0.07)
    for place, colour in ((0.0, clear), (0.45, clear), (0.55, seen), (0.95, seen), (1.0, clear)):
        slope.setColorAt(place, colour)
    painter.fillRect(stretch, QBrush(slope))
    painter.restore()
