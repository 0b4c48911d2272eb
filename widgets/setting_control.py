"""One knob of an engine: a list for choices, a box to tick, a number, or words.

A share, which is a number between limits that lie one apart, has a slider beside its number.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from core.domain.engines import EngineSetting, SettingValue

_LEAST, _MOST = -1_000_000, 1_000_000
"""Of numbers without limits of their own."""

_NOTCHES = 100
"""Of a slider; a share has two decimals."""


class SettingControl(QWidget):
    """Shows a value and asks for another; the label and the help belong beside it.

    Signals:
        value_chosen: the knob's name and the value, once it is decided.
    """

    value_chosen = Signal(str, object)

    def __init__(self, setting: EngineSetting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        title = setting.name.replace("_", " ").capitalize()
        self.label = QLabel(title)
        self.help = QLabel(setting.help)
        self.help.setWordWrap(True)
        self.help.setProperty("rank", "small")
        self._value: SettingValue = setting.default
        self.field = self._make()
        self.field.setToolTip(f"{setting.help}\nDefault: {_words(setting.default)}")
        self.field.setAccessibleName(title)
        self.field.setAccessibleDescription(setting.help)
        self.label.setBuddy(self.field)
        self.label.setToolTip(self.field.toolTip())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.slider = _slider_for(self.field, title) if _is_share(setting) else None
        if self.slider is not None:
            self.slider.setToolTip(self.field.toolTip())
            self.slider.sliderReleased.connect(self.settle)
            row.addWidget(self.slider)
        row.addWidget(self.field)

    def set_value(self, value: SettingValue) -> None:
        """Show `value` without asking for it."""
        self._value = value
        field = self.field
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findText(str(value)))
        elif isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, QSpinBox):
            field.setValue(round(float(value)))
        elif isinstance(field, QDoubleSpinBox):
            field.setValue(float(value))
        elif isinstance(field, QLineEdit):
            field.setText(str(value))

    def settle(self) -> None:
        """Ask for a number that was stepped to and not confirmed: its panel is closing."""
        if isinstance(self.field, QSpinBox | QDoubleSpinBox):
            self.field.interpretText()
            self._ask(self.field.value())

    def _make(self) -> QWidget:
        setting = self.setting
        if setting.choices:
            return self._choice(setting)
        if isinstance(setting.default, bool):
            box = QCheckBox("On")
            box.clicked.connect(self._ask)
            return box
        if isinstance(setting.default, str):
            line = QLineEdit()
            line.editingFinished.connect(lambda: self._ask(line.text().strip()))
            return line
        return self._number(setting)

    def _choice(self, setting: EngineSetting) -> QComboBox:
        combo = QComboBox()
        combo.addItems(list(setting.choices))
        combo.setMinimumWidth(120)
        combo.activated.connect(lambda place: self._ask(setting.choices[place]))
        return combo

    def _number(self, setting: EngineSetting) -> QAbstractSpinBox:
        low = setting.minimum if setting.minimum is not None else _LEAST
        high = setting.maximum if setting.maximum is not None else _MOST
        spin: QSpinBox | QDoubleSpinBox
        if isinstance(setting.default, int):
            spin = QSpinBox()
            spin.setRange(round(low), round(high))
        else:
            spin = QDoubleSpinBox()
            spin.setDecimals(2)
            spin.setSingleStep(0.1)
            spin.setRange(low, high)
        spin.setMinimumWidth(120)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        # One step of undo for a number, not for each digit or each notch on the way to it.
        spin.setKeyboardTracking(False)
        spin.editingFinished.connect(lambda: self._ask(spin.value()))
        return spin

    def _ask(self, value: SettingValue) -> None:
        if value != self._value:
            self._value = value
            self.value_chosen.emit(self.setting.name, value)


def _is_share(setting: EngineSetting) -> bool:
    if setting.minimum is None or setting.maximum is None or setting.choices:
        return False
    return isinstance(setting.default, float) and setting.maximum - setting.minimum <= 1.0


def _slider_for(field: QWidget, title: str) -> QSlider | None:
    """Return a slider that moves with the number in `field`, which is what is asked for."""
    if not isinstance(field, QDoubleSpinBox):
        return None
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(round(_NOTCHES * field.minimum()), round(_NOTCHES * field.maximum()))
    slider.setAccessibleName(title)
    slider.valueChanged.connect(lambda notch: field.setValue(notch / _NOTCHES))
    field.valueChanged.connect(lambda value: slider.setValue(round(_NOTCHES * value)))
    slider.setValue(round(_NOTCHES * field.value()))
    return slider


def _words(value: SettingValue) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
