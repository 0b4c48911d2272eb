"""Asks for the exact times of one span."""

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QWidget,
)

from core.domain.prompts import SpanPrompt, TimeSpan
from core.units import format_time
from widgets.span_drag import SHORTEST_SPAN_S


class SpanTimesDialog(QDialog):
    """Start, end and sign of a span; the end can't be put before the start."""

    def __init__(
        self, prompt: SpanPrompt, duration_s: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Exact times")
        self._prompt = prompt
        self.start = self._seconds(prompt.span.start_s, duration_s)
        self.end = self._seconds(prompt.span.end_s, duration_s)
        self._sign = QCheckBox("The sound is &not heard here (−)")
        self._sign.setChecked(not prompt.is_positive)
        self._length = QLabel()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        form = QFormLayout(self)
        form.addRow("&Start", self.start)
        form.addRow("&End", self.end)
        form.addRow("Length", self._length)
        form.addRow(self._sign)
        form.addRow(buttons)
        self.start.valueChanged.connect(self._on_changed)
        self.end.valueChanged.connect(self._on_changed)
        self._on_changed()

    def answer(self) -> SpanPrompt:
        """Return the span as entered; only asked for once it has been accepted."""
        given = self._prompt.span
        span = TimeSpan(_kept(self.start, given.start_s), _kept(self.end, given.end_s))
        return SpanPrompt(span, not self._sign.isChecked())

    def _seconds(self, time_s: float, duration_s: float) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(3)
        box.setRange(0.0, duration_s)
        box.setSingleStep(0.01)
        box.setSuffix(" s")
        box.setValue(time_s)
        box.setMinimumWidth(140)
        return box

    def _on_changed(self) -> None:
        length_s = self.end.value() - self.start.value()
        is_usable = length_s >= SHORTEST_SPAN_S - 1e-9
        self.ok_button.setEnabled(is_usable)
        self._length.setText(
            format_time(length_s) if is_usable else "The end must come after the start."
        )


def _kept(box: QDoubleSpinBox, given_s: float) -> float:
    """Return the time entered, or the given one where the box only rounds it."""
    is_same = abs(box.value() - given_s) < 0.5 * 10.0 ** -box.decimals()
    return given_s if is_same else box.value()
