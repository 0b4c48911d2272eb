"""How loud it is played: a slider in decibels, its number, and mute."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QWidget

from core.units import SILENCE_DB
from widgets.fonts import number_font
from widgets.wish_button import WishButton

LOWEST_DB = -48
HIGHEST_DB = 6

_OFF = LOWEST_DB - 1
"""The slider's last step, below which there is silence."""


def level_words(gain_db: float) -> str:
    """Return `−6 dB`, `0 dB`, `+3 dB`, or `−∞ dB` for silence."""
    if gain_db < LOWEST_DB:
        return "−∞ dB"
    whole_db = round(gain_db)
    sign = "−" if whole_db < 0 else "+" if whole_db > 0 else ""
    return f"{sign}{abs(whole_db)} dB"


class Volume(QWidget):
    """Mute, slider and number.

    Signals:
        volume_requested: gain in dB; `SILENCE_DB` at the lowest end.
        mute_requested: True to mute.
    """

    volume_requested = Signal(float)
    mute_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mute = WishButton("volume", "Mute")
        self.mute.setCheckable(True)
        self.mute.clicked.connect(lambda: self.mute_requested.emit(not self.mute.isChecked()))
        self.slider = _LevelSlider()
        self.slider.moved.connect(self._on_moved)
        self._number = QLabel(level_words(0.0))
        self._number.setFont(number_font())
        self._number.setProperty("rank", "muted")
        widest_px = QFontMetrics(number_font()).horizontalAdvance("−48 dB")
        self._number.setFixedWidth(widest_px + 4)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.mute, self.slider, self._number):
            row.addWidget(widget)

    def set_volume(self, gain_db: float, is_muted: bool = False) -> None:
        """Show a gain in dB and whether it is muted; never emits."""
        self.slider.set_level(gain_db)
        self._number.setText(level_words(gain_db))
        self.mute.setChecked(is_muted)
        is_silent = is_muted or gain_db < LOWEST_DB
        name = "volume_off" if is_silent else "volume_low" if gain_db < -18 else "volume"
        self.mute.show_as(name, "Unmute" if is_muted else "Mute")
        self.slider.setToolTip(f"Volume {level_words(gain_db)}. Double-click for 0 dB")

    def _on_moved(self, gain_db: float) -> None:
        self._number.setText(level_words(gain_db))
        self.volume_requested.emit(gain_db)


class _LevelSlider(QSlider):
    """A slider in whole decibels that jumps to where it is pressed.

    Signals:
        moved: gain in dB, when a person moved it.
    """

    moved = Signal(float)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(_OFF, HIGHEST_DB)
        self.setPageStep(6)
        self.setFixedWidth(104)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Volume in decibels")
        # Only a person triggers actions; `valueChanged` would also speak when the state comes down.
        self.actionTriggered.connect(self._on_action)

    def set_level(self, gain_db: float) -> None:
        if not self.isSliderDown():
            self.setValue(max(_OFF, min(HIGHEST_DB, round(gain_db))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            room_px = self.width() - 14
            place = QStyle.sliderValueFromPosition(
                self.minimum(), self.maximum(), round(event.position().x()) - 7, room_px
            )
            self._go(place)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._go(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        self._go(self.value() + (1 if notches > 0 else -1 if notches < 0 else 0))
        event.accept()

    def _on_action(self, _action: int) -> None:
        self.moved.emit(_gain_db(self.sliderPosition()))

    def _go(self, place: int) -> None:
        self.setValue(max(self.minimum(), min(self.maximum(), place)))
        self.moved.emit(_gain_db(self.value()))


def _gain_db(place: int) -> float:
    return SILENCE_DB if place == _OFF else float(place)
