"""How soon the window is on screen with the demo clip, counted from the start of the process.

    uv run python -m scripts.benchmark.startup [N]

Fresh processes with everything in the disk cache, as at the second start of the program.
"""

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark.measuring import SPREAD, print_machine, print_table, run_program, spread

_LIMIT_S = 60.0
_STAGES = ("window", "first frame", "waveform and spectrogram")


@dataclass(frozen=True, slots=True)
class _Start:
    seen_s: Mapping[str, float]
    early: Sequence[str]
    peak_mib: float


def main(n_runs: int) -> None:
    """Start the editor `n_runs` times, after once to warm up, and print a table."""
    print_machine()
    with tempfile.TemporaryDirectory() as home:
        starts = [_start(Path(home)) for _ in range(n_runs + 1)][1:]
    rows = [
        (stage, *spread([start.seen_s[stage] for start in starts], "s", 2)) for stage in _STAGES
    ]
    rows.append(("peak memory", *spread([start.peak_mib for start in starts], "MiB", 0)))
    print_table(("from process start to", *SPREAD), rows)
    early = sorted({name for start in starts for name in start.early})
    print(f"heavy libraries loaded by then: {', '.join(early) or 'none'}")


def _start(home: Path) -> _Start:
    begun_s = time.monotonic()
    run = run_program(["-m", "scripts.benchmark.startup", "--editor", str(begun_s)], home)
    facts = json.loads(run.output.splitlines()[-1])
    return _Start(facts["seen_s"], facts["early"], run.peak_mib)


def open_editor(begun_s: float) -> None:
    """Do what `main.py` does without arguments, note when each thing is painted, and end."""
    # Timed like the rest: these are the imports of the program itself.
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from app.composition import compose
    from app.paths import home

    seen_s: dict[str, float] = {}

    def note(stage: str) -> None:
        seen_s.setdefault(stage, time.monotonic() - begun_s)

    class Watch(QObject):
        """Looks at paint events; what is painted is on screen a moment after."""

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, look)
            return False

    def look() -> None:
        note(_STAGES[0])
        if editor.picture.frame is not None:
            note(_STAGES[1])
        clip = editor.media.clip
        is_drawn = editor.window.timeline.spectrogram.n_laid_out > 0
        if clip is not None and clip.is_sound_whole and is_drawn:
            note(_STAGES[2])
        if len(seen_s) == len(_STAGES) or time.monotonic() - begun_s > _LIMIT_S:
            app.quit()

    app = QApplication(sys.argv[:1])
    watch, editor = Watch(), compose(app, home().make())
    timeline = editor.window.timeline
    for widget in (editor.window, editor.window.video, timeline.waveform, timeline.spectrogram):
        widget.installEventFilter(watch)
    editor.window.show()
    editor.start(None)
    app.exec()
    heavy = {"torch", "torchaudio", "transformers", "scipy", "cv2", "typer"} & sys.modules.keys()
    editor.shutdown()
    print(json.dumps({"seen_s": seen_s, "early": sorted(heavy)}))


if __name__ == "__main__":
    if "--editor" in sys.argv:
        open_editor(float(sys.argv[-1]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
