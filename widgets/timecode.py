"""A time that can be typed over: `1:23.5`, `83.5`, `1:02:03`, `+2` or `-0.5` from here."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from core.units import format_time
from widgets.fonts import number_font

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?|[.,]\d+)\s*s?")
_TIP = "Type a time and press Enter: 1:23.5 or 83.5, or +2 and −0.5 from here"
_WRONG = "This is not a time. Try 1:23.5 or 83.5"


def parse_time(text: str, now_s: float) -> float | None:
    """Return the media time that a person typed, or None if it is no time.

    Args:
        text: hours, minutes and seconds parted by colons; a sign makes it relative to `now_s`.
        now_s: media time of the playhead.
    """
    text = text.strip().replace("−", "-")
    sign = {"+": 1.0, "-": -1.0}.get(text[:1], 0.0)
    match = _CLOCK.fullmatch(text[1:].strip() if sign else text)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    time_s = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))
    return now_s + sign * time_s if sign else time_s


class TimecodeField(QLineEdit):
    """Shows where the playhead is; what is typed becomes a wish to go there.

    Signals:
        time_entered: media time in seconds, within the clip.
    """

    time_entered = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time_s = self._duration_s = 0.0
        self.setFont(number_font(2))
        self.setProperty("kind", "timecode")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName("Time of the playhead")
        self.setToolTip(_TIP)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.returnPressed.connect(self._on_return)
        self.textEdited.connect(lambda _text: self._mark_wrong(False))
        self.set_time(0.0, 0.0)

    def set_time(self, time_s: float, duration_s: float) -> None:
        """Show a media time; what is being typed stays."""
        has_longer = duration_s != self._duration_s or not self._duration_s
        self._time_s, self._duration_s = time_s, duration_s
        if has_longer:
            widest = format_time(max(duration_s, 600.0)).replace("1", "0")
            self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance(widest) + 22)
        if not self.hasFocus():
            self._show_time()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the field and keeps the playhead where it is."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark_wrong(False)
        self._show_time()

    def _on_return(self) -> None:
        time_s = parse_time(self.text(), self._time_s)
        if time_s is None:
            self._mark_wrong(True)
            self.selectAll()
            return
        self._leave()
        self.time_entered.emit(min(max(time_s, 0.0), self._duration_s))

    def _leave(self) -> None:
        self.clearFocus()
        self._mark_wrong(False)
        self._show_time()

    def _show_time(self) -> None:
        text = format_time(self._time_s)
        if text != self.text():
            self.setText(text)

    def _mark_wrong(self, is_wrong: bool) -> None:
        if bool(self.property("wrong")) == is_wrong:
            return
        self.setProperty("wrong", is_wrong)
        self.setToolTip(_WRONG if is_wrong else _TIP)
        # Qt reads properties in style sheets only when a widget is polished.
        self.style().unpolish(self)
        self.style().polish(self)
