"""The big button that separates, which becomes progress, time left and Cancel while it runs."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QWidget,
)

from core.progress import Progress
from core.units import format_duration
from widgets.fonts import number_font
from widgets.icons import icon

_STEPS = 1000


class RunPanel(QWidget):
    """Starts and stops one thing. What stands beside the button is hidden while it runs.

    Signals:
        start_requested: the button was pressed.
        cancel_requested: Cancel was pressed; the panel stays as it is until told otherwise.
    """

    start_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, beside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton("Separate")
        self.button.setProperty("kind", "primary")
        self.button.setIcon(icon("separate", "on_accent"))
        # Wider than the icon: room between it and the words.
        self.button.setIconSize(QSize(22, 16))
        self.button.setMinimumWidth(148)
        self.button.setProperty("scale", "large")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.start_requested)
        self._stage, self._amount = QLabel(), QLabel()
        self._amount.setFont(number_font())
        self._amount.setProperty("rank", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the separation")
        self.cancel = QPushButton("Cancel")
        self.cancel.setProperty("scale", "large")
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel.setToolTip("Stop; nothing of it is kept (Esc)")
        self.cancel.clicked.connect(self._on_cancel)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._idle_page(beside))
        self._pages.addWidget(self._running_page())

    @property
    def is_running(self) -> bool:
        return self._pages.currentIndex() == 1

    def set_progress(self, progress: Progress | None, time_left_s: float | None) -> None:
        """Show how far the work is; None shows the button again."""
        if progress is None:
            self._pages.setCurrentIndex(0)
            self.cancel.setEnabled(True)
            self.cancel.setText("Cancel")
            return
        fraction = progress.fraction
        self._pages.setCurrentIndex(1)
        self._stage.setText(progress.stage)
        self._bar.setRange(0, 0 if fraction is None else _STEPS)
        self._bar.setValue(0 if fraction is None else round(fraction * _STEPS))
        self._amount.setText(progress_words(fraction, time_left_s))

    def _on_cancel(self) -> None:
        # The work stops at its next checkpoint; until then the person shall see they were heard.
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping…")
        self.cancel_requested.emit()

    def _idle_page(self, beside: QWidget) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(beside, 1)
        row.addWidget(self.button)
        return page

    def _running_page(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._stage, 0, 0)
        grid.addWidget(self._amount, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._bar, 1, 0, 1, 2)
        grid.addWidget(self.cancel, 0, 2, 2, 1)
        grid.setColumnStretch(0, 1)
        return page


def progress_words(fraction: float | None, time_left_s: float | None) -> str:
    """Return `42 % · 12 s left`, as much of it as is known."""
    parts = []
    if fraction is not None:
        parts.append(f"{fraction * 100:.0f} %")
    if time_left_s is not None:
        parts.append(f"{format_duration(time_left_s)} left")
    return " · ".join(parts)
