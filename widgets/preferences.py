"""The window of preferences: where engines run, and how sure what is found by words must be."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

_OWN = "My own"
_BOX_TIP = "How sure a box must be before it is shown, 0 to 1: less shows more boxes"
_TEXT_TIP = "How sure a word must be before it is written on a box, 0 to 1"
_LOOKING = "Looking for GPUs…"
_DEVICE_HELP = "For masks, finding, previews and separations that start from now on."
_FINDING_HELP = "For “Find in the picture” from now on. Less sure means more boxes to pick from."


@dataclass(frozen=True, slots=True)
class Preset:
    """Thresholds that have a name."""

    words: str
    box: float
    text: float


class Preferences(QDialog):
    """Shows what is chosen, and asks for another choice at once: there is nothing to confirm.

    Signals:
        device_chosen: the name of a device.
        thresholds_chosen: how sure a box, and a word on it, must be, both 0 to 1.
    """

    device_chosen = Signal(str)
    thresholds_chosen = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.device, self.preset = QComboBox(), QComboBox()
        self.box, self.text = _threshold(_BOX_TIP), _threshold(_TEXT_TIP)
        self.device_note = _small(_DEVICE_HELP)
        self._presets: tuple[Preset, ...] = ()
        self._lay_out()
        self.device.activated.connect(
            lambda place: self.device_chosen.emit(self.device.itemData(place))
        )
        self.preset.activated.connect(self._on_preset)
        for spin in (self.box, self.text):
            spin.valueChanged.connect(self._ask)

    def set_devices(self, rows: Mapping[str, str], chosen: str, *, is_looking: bool) -> None:
        """Offer devices, name to words; more may follow as long as they are looked for."""
        self.device.clear()
        for name, words in rows.items():
            self.device.addItem(words, name)
        self.device.setCurrentIndex(self.device.findData(chosen))
        self.device_note.setText(_LOOKING if is_looking else _DEVICE_HELP)

    def set_presets(self, presets: tuple[Preset, ...]) -> None:
        """Offer thresholds that have a name."""
        self._presets = presets
        self.preset.clear()
        for one in presets:
            self.preset.addItem(f"{one.words} ({one.box:.2f} and {one.text:.2f})")
        self.preset.addItem(_OWN)
        self._show_preset()

    def set_thresholds(self, box: float, text: float) -> None:
        """Show thresholds without asking for them."""
        for spin, value in ((self.box, box), (self.text, text)):
            with QSignalBlocker(spin):
                spin.setValue(value)
        self._show_preset()

    def _show_preset(self) -> None:
        now = (self.box.value(), self.text.value())
        places = [place for place, one in enumerate(self._presets) if (one.box, one.text) == now]
        self.preset.setCurrentIndex(places[0] if places else self.preset.count() - 1)

    def _on_preset(self, place: int) -> None:
        if place < len(self._presets):
            one = self._presets[place]
            self.thresholds_chosen.emit(one.box, one.text)
        else:
            self.box.setFocus()
            self._show_preset()

    def _ask(self) -> None:
        self._show_preset()
        self.thresholds_chosen.emit(self.box.value(), self.text.value())

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(8)
        whole.addLayout(self._form())
        whole.addStretch(1)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        whole.addLayout(buttons)
        self.resize(480, 330)

    def _form(self) -> QFormLayout:
        """Return all fields in one form, so that they stand below each other."""
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(_head("Where engines run"))
        form.addRow("&Device", self.device)
        form.addRow(self.device_note)
        form.addRow(_head("Finding words in the picture"))
        form.addRow("&How sure", self.preset)
        form.addRow("of a &box", self.box)
        form.addRow("of a &word", self.text)
        form.addRow(_small(_FINDING_HELP))
        for field, name in {
            self.device: "Device",
            self.preset: "How sure finds must be",
            self.box: "How sure a box must be",
            self.text: "How sure a word on a box must be",
        }.items():
            field.setAccessibleName(name)
        return form


def _head(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("rank", "strong")
    label.setContentsMargins(0, 8, 0, 0)
    return label


def _small(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("rank", "small")
    label.setWordWrap(True)
    return label


def _threshold(tip: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0.0, 1.0)
    spin.setDecimals(2)
    spin.setSingleStep(0.05)
    spin.setFixedWidth(100)
    spin.setAlignment(Qt.AlignmentFlag.AlignRight)
    spin.setKeyboardTracking(False)
    spin.setToolTip(tip)
    return spin
