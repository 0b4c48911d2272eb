"""How long a click waits for its mask: at 540 and 1080 lines, with the device idle and separating.

uv run python -m scripts.benchmark.click [N]
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.job_runner import JobRunner, Lane
from core.domain.prompts import Click, RegionPrompt
from core.jobs.masking import MaskJob
from core.jobs.opening import OpenedMedia, OpenJob
from core.jobs.requests import JobRequest
from core.media.frame_reader import FrameReader
from core.progress import CancelToken, ignore
from scripts.benchmark.clips import DEMO, demo_thing, disc_px, film, repeated
from scripts.benchmark.desk import open_desk, separation
from scripts.benchmark.measuring import SPREAD, print_machine, print_table, spread
from scripts.benchmark.waiting import Waiting

_THINGS = ("bird", "bell", "tractor")
_FILM_FRAMES = 200
_SEPARATED_S = 600.0


def main(n_clicks: int) -> None:
    """Click on still and moving things all over both clips and print a table."""
    app = QCoreApplication(sys.argv[:1])
    print_machine()
    runner = JobRunner()
    with tempfile.TemporaryDirectory() as place:
        folder, random = Path(place), np.random.default_rng(3)
        lanes = {
            "540 lines": _demo_clicks(n_clicks, random),
            "1080 lines": _film_clicks(film(folder, _FILM_FRAMES, 30), n_clicks, random),
        }
        # The first click of all loads the libraries; the editor has done so when a clip is open.
        first = [_answered_ms(runner, next(_demo_clicks(1, random)))]
        rows = [("540 lines, the very first", *spread(first, "ms", 0))]
        clicks = {name: list(found) for name, found in lanes.items()}
        for name, jobs in clicks.items():
            found = [_answered_ms(runner, job) for job in jobs]
            rows.append((f"{name}, idle", *spread(found, "ms", 0)))
        desk = open_desk(repeated(folder, _SEPARATED_S), folder)
        separating = Waiting(runner.prepare(separation(desk), Lane.DEVICE))
        runner.start(separating.job)
        separating.until_progress(0.05)
        found = [_answered_ms(runner, _again(job)) for job in clicks["540 lines"]]
        rows.append(("540 lines, while separating", *spread(found, "ms", 0)))
        has_ended = separating.ending is not None
        runner.shutdown()
        app.processEvents()
    print_table(("from click to mask", *SPREAD), rows)
    if has_ended:
        print("The separation ended before the last click: the last row is too good.")


def _demo_clicks(n_clicks: int, random: np.random.Generator) -> Iterator[MaskJob]:
    opened = OpenJob(DEMO)(ignore, CancelToken())
    if opened.table is None:
        raise SystemExit("the demo clip has no picture")
    for number in range(n_clicks):
        pts = int(random.choice(opened.table.pts))
        x_px, y_px = demo_thing(_THINGS[number % len(_THINGS)]).click_px
        yield _on_screen(opened, Click(x_px, y_px, pts))


def _film_clicks(path: Path, n_clicks: int, random: np.random.Generator) -> Iterator[MaskJob]:
    opened = OpenJob(path)(ignore, CancelToken())
    if opened.table is None:
        raise SystemExit("the film has no picture")
    for _ in range(n_clicks):
        number = int(random.integers(_FILM_FRAMES))
        pts = int(opened.table.pts[number])
        yield _on_screen(opened, Click(*disc_px(number), pts))


def _on_screen(opened: OpenedMedia, click: Click) -> MaskJob:
    """Return the job of a click on the frame on screen, which the window has at hand."""
    with FrameReader(opened.info, opened.table) as pictures:
        frame = pictures.frame_at(click.pts)
    return MaskJob(opened.info, opened.table, RegionPrompt(clicks=(click,)), click.pts, frame=frame)


def _again(job: MaskJob) -> MaskJob:
    return MaskJob(job.media, job.table, job.region, job.pts, frame=job.frame)


def _answered_ms(runner: JobRunner, request: JobRequest[object]) -> float:
    """Return how long it takes until the window has the mask."""
    waiting = Waiting(runner.prepare(request, Lane.DEVICE, is_urgent=True))
    runner.start(waiting.job)
    return waiting.until_ended_ms()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
