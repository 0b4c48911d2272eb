"""Whether playback keeps its pace while an engine runs: gaps in the sound, and lateness of frames.

    uv run python -m scripts.benchmark.playback [SECONDS] [--device]

The whole editor plays a long clip, first with nothing else to do, then while it separates.
Without `--device` nothing is heard: a stand-in counts where a device of 100 ms would run dry.
"""

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.commands import connect_actions
from app.editor import Editor
from app.paths import Home
from app.playback.output import AudioOutput, SilentOutput
from app.playback.sounddevice_output import open_output
from app.settings import SettingsStore
from core.domain import edits
from core.domain.audio import Samples
from core.separation.registry import engines
from scripts.benchmark.clips import DEMO, repeated
from scripts.benchmark.desk import EVERYWHERE, demo_spans
from scripts.benchmark.measuring import print_machine, print_table
from widgets.theme import THEMES, apply_theme

_CLIP_S = 5400.0
_SETTLE_MS = 1500
_STEP_MS = 50


class CountingOutput(SilentOutput):
    """Keeps time in silence, and tells where a real device would have had nothing to play."""

    def write(self, samples: Samples) -> bool:
        played_s = self._now() - self._started_s
        has_run_dry = self._n_written > 0 and played_s > self._n_written / self.sample_rate_hz
        super().write(samples)
        return has_run_dry


class Watch(QObject):
    """Notes how late each frame is painted, measured against the sound heard at that moment."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._last_pts = -1
        self.late_ms: list[float] = []
        self.painted_s: list[float] = []
        editor.window.video.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        frame = self._editor.picture.frame
        is_new = frame is not None and frame.pts != self._last_pts
        if is_new and frame is not None and event.type() == QEvent.Type.Paint:
            self._last_pts = frame.pts
            self.late_ms.append((self._editor.player.position_s - frame.time_s) * 1000)
            self.painted_s.append(time.monotonic())
        return False


@dataclass(slots=True)
class Found:
    """What one stretch of playback was like."""

    n_gaps: int
    n_frames: int
    late_ms: list[float] = field(default_factory=list)
    longest_still_ms: float = 0.0

    def row(self, name: str, duration_s: float) -> tuple[str, ...]:
        marks = (np.percentile(self.late_ms, place) for place in (5, 50, 95))
        return (
            name,
            str(self.n_gaps),
            f"{self.n_frames / duration_s:.1f}",
            *(f"{mark:.0f} ms" for mark in marks),
            f"{self.longest_still_ms:.0f} ms",
        )


HEADINGS = ("", "gaps", "frames/s", "late p5", "late p50", "late p95", "longest still")


def main(duration_s: float, *, with_device: bool) -> None:
    """Play twice and print a row each."""
    app = QApplication(sys.argv[:1])
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        editor = _open(app, folder, repeated(folder, _CLIP_S), with_device=with_device)
        _wait(_SETTLE_MS)
        rows = [_play(editor, duration_s).row("alone", duration_s)]
        _separate(editor)
        rows.append(_play(editor, duration_s).row("while separating", duration_s))
        is_separating = editor.separation.running_stem_id is not None
        editor.window.may_close = lambda: True
        editor.shutdown()
        app.processEvents()
    print_table(HEADINGS, rows)
    if not is_separating:
        print("The separation ended before the playback: the last row is too good.")


def _open(app: QApplication, folder: Path, clip: Path, *, with_device: bool) -> Editor:
    home = Home(folder / "config", folder / "cache", folder / "data").make()
    settings = SettingsStore(home.config)
    apply_theme(app, THEMES[settings.value.theme])
    output = open_output if with_device else _counting
    editor = Editor(app, home, settings, engines(), DEMO, output)
    connect_actions(editor)
    editor.player.notice_raised.connect(print)
    editor.window.show()
    editor.start(clip)
    while editor.media.clip is None or not editor.media.clip.is_sound_whole:
        _wait(_STEP_MS)
    return editor


def _counting(sample_rate_hz: int) -> tuple[AudioOutput, str]:
    return CountingOutput(sample_rate_hz), ""


def _separate(editor: Editor) -> None:
    for span in demo_spans("bird"):
        stem_id = editor.document.project.selected_stem_id or ""
        editor.window.timeline.span_added.emit(stem_id, span)
    project = editor.document.project
    stem = project.stems[0]
    editor.document.amend(edits.set_engine(project, stem.stem_id, stem.engine, EVERYWHERE))
    editor.separate()


def _play(editor: Editor, duration_s: float) -> Found:
    n_before, watch = editor.player.n_underflows, Watch(editor)
    editor.player.play()
    _wait(round(duration_s * 1000))
    editor.player.pause()
    editor.window.video.removeEventFilter(watch)
    # The first frames come while the device still fills.
    late_ms, painted_s = watch.late_ms[3:], watch.painted_s[3:]
    still_s = max(np.diff(painted_s), default=duration_s)
    n_gaps = editor.player.n_underflows - n_before
    return Found(n_gaps, len(late_ms), late_ms, float(still_s) * 1000)


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:] if argument != "--device"]
    main(numbers[0] if numbers else 60.0, with_device="--device" in sys.argv)
