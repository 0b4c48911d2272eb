"""The list of work in progress: what runs, how far it is, how long it takes, and how to stop it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.units import format_duration
from widgets.elided_label import ElidedLabel
from widgets.icons import IconLabel, icon

LINGER_MS = 6000
"""How long finished work stays in the list before it makes room."""

_ENDED = ("done", "failed", "cancelled")
_SIGNS = {
    "waiting": ("clock", "muted"),
    "running": ("separate", "info"),
    "stopping": ("cancel", "warning"),
    "done": ("good", "good"),
    "failed": ("error", "error"),
    "cancelled": ("cancel", "muted"),
}
_WORDS = {
    "waiting": "Waiting",
    "stopping": "Stopping…",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
_BAR_STEPS = 1000


@dataclass(frozen=True, slots=True)
class JobRow:
    """One line of the jobs panel."""

    job_id: int
    label: str
    stage: str = ""
    fraction: float | None = None
    """Between 0 and 1, or None while the length is unknown."""
    time_left_s: float | None = None
    state: str = "waiting"
    """One of waiting, running, stopping, done, failed, cancelled."""


class JobLine(QFrame):
    """Shows one `JobRow`.

    Signals:
        cancel_requested: the work should stop.
        dismissed: the line of ended work may go.
    """

    cancel_requested = Signal()
    dismissed = Signal()

    def __init__(self, row: JobRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.sign = IconLabel("clock", "muted", 16)
        self.label = ElidedLabel()
        self.detail = ElidedLabel()
        self.detail.setProperty("rank", "small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.button = QToolButton()
        self.button.setIcon(icon("close"))
        self.button.setProperty("kind", "quiet")
        self.button.clicked.connect(self._on_clicked)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 4, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.sign, 0, 0)
        grid.addWidget(self.label, 0, 1)
        grid.addWidget(self.button, 0, 2)
        grid.addWidget(self.detail, 1, 1)
        grid.addWidget(self.bar, 2, 1)
        grid.setColumnStretch(1, 1)
        self.set_row(row)

    def set_row(self, row: JobRow) -> None:
        self._row = row
        has_ended = row.state in _ENDED
        self.sign.set_icon(*_SIGNS[row.state])
        self.label.setText(row.label)
        self.detail.setText(_detail(row))
        self.bar.setVisible(row.state in ("running", "stopping"))
        self.bar.setRange(0, 0 if row.fraction is None else _BAR_STEPS)
        self.bar.setValue(round((row.fraction or 0.0) * _BAR_STEPS))
        self.button.setEnabled(row.state != "stopping")
        tip = f"Dismiss “{row.label}”" if has_ended else f"Cancel “{row.label}”"
        self.button.setToolTip(tip)
        self.button.setAccessibleName(tip)
        self.setAccessibleName(f"{row.label}: {_detail(row)}")

    def _on_clicked(self) -> None:
        (self.dismissed if self._row.state in _ENDED else self.cancel_requested).emit()


class JobsPanel(QWidget):
    """Shows what runs and what waits; what is done goes after a moment, what failed stays.

    Signals:
        cancel_requested: number of the job that should stop.
    """

    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None, linger_ms: int = LINGER_MS) -> None:
        super().__init__(parent)
        self.setAccessibleName("Jobs")
        self._linger_ms = linger_ms
        self._lines: dict[int, JobLine] = {}
        self._rows: tuple[JobRow, ...] = ()
        self._gone: set[int] = set()
        self._timers: dict[int, QTimer] = {}
        self._empty = QLabel("Nothing is running.")
        self._lay_out()
        self._show()

    @property
    def lines(self) -> tuple[JobLine, ...]:
        """The lines that are shown, from the top."""
        return tuple(self._lines[row.job_id] for row in self._rows if row.job_id in self._lines)

    @property
    def hint(self) -> str:
        """What is written while there is nothing to do."""
        return self._empty.text()

    def set_jobs(self, rows: tuple[JobRow, ...]) -> None:
        """Show these jobs; ended ones are dropped after a moment even if they come again."""
        self._rows = rows
        known = {row.job_id for row in rows}
        self._gone &= known
        for row in rows:
            if row.state in ("done", "cancelled") and row.job_id not in self._gone:
                self._let_go_soon(row.job_id)
        for job_id in set(self._timers) - known:
            self._timers.pop(job_id).stop()
        self._show()

    def _lay_out(self) -> None:
        title = QLabel("Jobs")
        title.setProperty("rank", "strong")
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 6, 4)
        title.setFixedHeight(28)
        head.addWidget(title)
        self._empty.setProperty("rank", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self._empty, 1)
        whole.addWidget(self._area, 1)

    def _show(self) -> None:
        shown = [row for row in self._rows if row.job_id not in self._gone]
        for job_id in set(self._lines) - {row.job_id for row in shown}:
            line = self._lines.pop(job_id)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, row in enumerate(shown):
            if row.job_id not in self._lines:
                self._lines[row.job_id] = self._new_line(row)
            self._lines[row.job_id].set_row(row)
            self._column.insertWidget(place, self._lines[row.job_id])
        self._empty.setVisible(not shown)
        self._area.setVisible(bool(shown))

    def _new_line(self, row: JobRow) -> JobLine:
        line, job_id = JobLine(row), row.job_id
        line.cancel_requested.connect(lambda: self.cancel_requested.emit(job_id))
        line.dismissed.connect(lambda: self._let_go(job_id))
        return line

    def _let_go_soon(self, job_id: int) -> None:
        if job_id in self._timers:
            return
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._let_go(job_id))
        timer.start(self._linger_ms)
        self._timers[job_id] = timer

    def _let_go(self, job_id: int) -> None:
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
        self._gone.add(job_id)
        self._show()


def _detail(row: JobRow) -> str:
    """Return stage, per cent and time left, or how it ended."""
    if row.state != "running":
        words = _WORDS[row.state]
        return f"{words}: {row.stage}" if row.state == "failed" and row.stage else words
    parts = [row.stage] if row.stage else []
    if row.fraction is not None:
        parts.append(f"{row.fraction:.0%}")
    if row.time_left_s is not None:
        parts.append(f"{format_duration(row.time_left_s)} left")
    return " · ".join(parts) or "Running"
