"""How long a person waits for the exact frame at 1080p: far jumps, small steps, and seen before.

    uv run python -m scripts.benchmark.scrub [N]

Every picture is compared with the number drawn into it.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Slot

from app.frame_feeder import FrameFeeder
from core.domain.pictures import Frame
from core.media.frame_reader import FrameReader
from core.media.probe import probe
from scripts.benchmark.clips import FILM_RATE_HZ, film, number_in
from scripts.benchmark.measuring import SPREAD, print_machine, print_table, spread

N_FRAMES = 600
_GOPS = {12: "key frame every 0.5 s", 30: "key frame every 1.2 s", 250: "key frame every 10 s"}
_N_STEPS = 20


def main(n_jumps: int) -> None:
    """Measure the films and print a table each."""
    print_machine()
    random = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        for gop, words in _GOPS.items():
            path = film(Path(folder), N_FRAMES, gop)
            size_mbit_s = path.stat().st_size * 8e-6 / (N_FRAMES / FILM_RATE_HZ)
            print(f"\n1080p H.264, {words}, {size_mbit_s:.0f} Mbit/s")
            rows = [*_reader_rows(path, n_jumps, random), _feeder_row(path, n_jumps, random)]
            print_table(("to the exact frame", *SPREAD), rows)


def _reader_rows(path: Path, n_jumps: int, random: np.random.Generator) -> list[tuple[str, ...]]:
    jumps: list[float] = []
    steps: dict[str, list[float]] = {"one on": [], "one back": [], "five on": [], "five back": []}
    again: list[float] = []
    with FrameReader(probe(path)) as reader:
        for number in random.integers(0, N_FRAMES, n_jumps):
            if not reader.is_cached(int(reader.pts_table[number])):
                jumps.append(_frame_ms(reader, int(number)))
        for number in random.integers(120, N_FRAMES - 120, max(2, n_jumps // 10)):
            for (_, found), step in zip(steps.items(), (1, -1, 5, -5), strict=True):
                reader.close()
                _frame_ms(reader, int(number))
                walked = [int(number) + step * n for n in range(1, _N_STEPS + 1)]
                found += [_frame_ms(reader, place) for place in walked]
            again += [_frame_ms(reader, place) for place in walked[::-1]]
    rows = [("far jump", jumps), *((f"step of {name}", found) for name, found in steps.items())]
    rows.append(("from the cache", again))
    return [(name, *spread(found)) for name, found in rows]


def _frame_ms(reader: FrameReader, number: int) -> float:
    begun_s = time.perf_counter()
    frame = reader.frame_at(int(reader.pts_table[number]))
    took_ms = (time.perf_counter() - begun_s) * 1000
    _check(frame, number)
    return took_ms


def _check(frame: Frame, number: int) -> None:
    if number_in(frame.pixels) != number:
        raise SystemExit(f"asked for picture {number}, got {number_in(frame.pixels)}")


def _feeder_row(path: Path, n_jumps: int, random: np.random.Generator) -> tuple[str, ...]:
    """Ask as the window does: another thread decodes, the answer comes through the event loop."""
    app = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    feeder, numbers = FrameFeeder(), 1 + random.permutation(N_FRAMES - 1)[:n_jumps]
    asker = _Asker(feeder)
    feeder.show_clip(lambda: FrameReader(probe(path)))
    feeder.start()
    try:
        asker.ask(0)
        found = [asker.ask(int(number)) for number in numbers]
    finally:
        feeder.shutdown()
        app.processEvents()
    return ("far jump in the window", *spread(found))


class _Asker(QObject):
    """Asks the feeder for one frame after the other."""

    def __init__(self, feeder: FrameFeeder) -> None:
        super().__init__()
        self._feeder, self._loop = feeder, QEventLoop(self)
        self._frame: Frame | None = None
        feeder.frame_ready.connect(self._on_frame)

    def ask(self, number: int) -> float:
        """Return how many milliseconds picture `number` takes to arrive."""
        begun_s = time.perf_counter()
        self._feeder.request((number + 0.5) / FILM_RATE_HZ)
        self._loop.exec()
        took_ms = (time.perf_counter() - begun_s) * 1000
        if self._frame is not None:
            _check(self._frame, number)
        return took_ms

    @Slot(object)
    def _on_frame(self, frame: Frame) -> None:
        self._frame = frame
        self._loop.quit()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80)
