"""How long a person waits after Cancel, at moments all over a separation and a track.

uv run python -m scripts.benchmark.cancel [N]
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from app.job_runner import JobRunner, JobState, Lane
from core.jobs.masking import TrackJob
from core.jobs.requests import JobRequest
from scripts.benchmark.clips import repeated
from scripts.benchmark.desk import demo_region, open_desk, separation
from scripts.benchmark.measuring import SPREAD, print_machine, print_table, spread, timed_ms
from scripts.benchmark.waiting import Waiting

_CLIP_S = 600.0
_LONGEST_DELAY_S = 4.0


def main(n_cancels: int) -> None:
    """Start, cancel after a while, wait for the ending; print a table."""
    app = QCoreApplication(sys.argv[:1])
    print_machine()
    runner, random = JobRunner(), np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        desk = open_desk(repeated(folder, _CLIP_S), folder)
        region = demo_region(desk, "bird")
        kinds: dict[str, Callable[[], JobRequest[object]]] = {
            "separating": lambda: separation(desk),
            "following": lambda: TrackJob(desk.info, desk.table, region),
        }
        rows = []
        for name, request in kinds.items():
            delays_s = random.uniform(0.0, _LONGEST_DELAY_S, n_cancels)
            found = [_cancelled_ms(runner, request(), float(delay_s)) for delay_s in delays_s]
            rows.append((f"{name}: shown as stopping", *spread([ack for ack, _ in found])))
            rows.append((f"{name}: ended", *spread([ended for _, ended in found])))
        left = [path.name for path in folder.iterdir() if path.name.startswith("target")]
        runner.shutdown()
        app.processEvents()
    print_table(("from cancel to", *SPREAD), rows)
    print(f"left behind: {', '.join(left) or 'nothing'}")


def _cancelled_ms(
    runner: JobRunner, request: JobRequest[object], delay_s: float
) -> tuple[float, float]:
    """Cancel `delay_s` into the job; return the times to "stopping" and to its ending."""
    waiting = Waiting(runner.prepare(request, Lane.DEVICE))
    runner.start(waiting.job)
    pause = QEventLoop()
    QTimer.singleShot(round(delay_s * 1000), pause.quit)
    pause.exec()
    acknowledged_ms = timed_ms(waiting.job.cancel)
    if waiting.job.state is not JobState.STOPPING:
        raise SystemExit(f"{waiting.job.label} was {waiting.job.state} before it was cancelled")
    ended_ms = waiting.until_ended_ms()
    return acknowledged_ms, acknowledged_ms + ended_ms


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
