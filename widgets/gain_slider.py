"""The gain of one stem: a slider in half decibels that falls into place at zero."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from widgets.readout import format_db
from widgets.timeline_colours import TimelineColours

LOWEST_DB = -24.0
HIGHEST_DB = 12.0
_STEPS_PER_DB = 2
_NOTCH_DB = 1.0


def signed_db(gain_db: float) -> str:
    """Return `+3.5 dB`, `0 dB` or `−6 dB`."""
    decimals = 0 if gain_db == round(gain_db) else 1
    return ("+" if gain_db > 0 else "") + format_db(gain_db, decimals)


class GainSlider(QSlider):
    """Shows and asks for a gain of −24 to +12 dB. A double click asks for zero.

    Signals:
        gain_previewed: gain in dB while the handle is held, for the ear only.
        gain_requested: gain in dB to keep.
    """

    gain_previewed = Signal(float)
    gain_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(round(LOWEST_DB * _STEPS_PER_DB), round(HIGHEST_DB * _STEPS_PER_DB))
        self.setSingleStep(1)
        self.setPageStep(3 * _STEPS_PER_DB)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Gain")
        self.setMinimumWidth(64)
        self._kept_db = 0.0
        self.valueChanged.connect(self._on_value)
        self.sliderReleased.connect(self._on_released)

    @property
    def gain_db(self) -> float:
        return self.value() / _STEPS_PER_DB

    def set_gain(self, gain_db: float) -> None:
        """Show a gain; while the handle is held it stays with the hand."""
        self._kept_db = gain_db
        if not self.isSliderDown():
            self.blockSignals(True)
            self.setValue(round(gain_db * _STEPS_PER_DB))
            self.blockSignals(False)
        self.setToolTip(f"Gain {signed_db(gain_db)}. Double click for 0 dB.")

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self._ask(0.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_0:
            self._ask(0.0)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling the list changes no gain."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark where nothing is made louder or softer."""
        zero = -self.minimum() / (self.maximum() - self.minimum())
        handle_px = 14
        x_px = round(handle_px / 2 + zero * (self.width() - handle_px))
        painter = QPainter(self)
        painter.setPen(TimelineColours.of(self.palette()).faint)
        painter.drawLine(x_px, self.height() // 2 - 6, x_px, self.height() // 2 + 5)
        painter.end()
        super().paintEvent(event)

    def _on_value(self) -> None:
        if not self.isSliderDown():
            self._ask(self.gain_db)
            return
        if abs(self.gain_db) <= _NOTCH_DB:
            self.blockSignals(True)
            self.setValue(0)
            self.blockSignals(False)
        self.gain_previewed.emit(self.gain_db)

    def _on_released(self) -> None:
        if self.gain_db != self._kept_db:
            self.gain_requested.emit(self.gain_db)

    def _ask(self, gain_db: float) -> None:
        self.set_gain(gain_db)
        self.gain_requested.emit(gain_db)
