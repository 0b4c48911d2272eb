"""One line on the error stream that says how far the work is and how long it still takes."""

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from core.progress import Progress, TimeLeft
from core.units import format_duration

_SECONDS_BETWEEN_DRAWINGS = 0.1
_SECONDS_BETWEEN_LINES = 5.0


class ProgressLine:
    """Redraws itself on a terminal; writes now and then a plain line where there is none."""

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._is_terminal = stream.isatty()
        self._time_left = TimeLeft(now=now)
        self._drawn_at_s = float("-inf")
        self._stage = ""
        self._width = 0

    def report(self, progress: Progress) -> None:
        """Show `progress`; calls in quick succession are left out."""
        left_s = self._time_left.update(progress)
        wait_s = _SECONDS_BETWEEN_DRAWINGS if self._is_terminal else _SECONDS_BETWEEN_LINES
        now_s = self._now()
        if progress.stage == self._stage and now_s - self._drawn_at_s < wait_s:
            return
        self._drawn_at_s, self._stage = now_s, progress.stage
        self._draw(_words(progress, left_s))

    def say(self, sentence: str) -> None:
        """Write a sentence of its own, above the line."""
        self.clear()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_terminal and self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0

    def _draw(self, words: str) -> None:
        if not self._is_terminal:
            self._stream.write(f"{words}\n")
            self._stream.flush()
            return
        words = words[: shutil.get_terminal_size().columns - 1]
        self._stream.write(f"\r{words.ljust(self._width)}")
        self._stream.flush()
        self._width = len(words)


def _words(progress: Progress, left_s: float | None) -> str:
    fraction = progress.fraction
    if fraction is None:
        return f"{progress.stage} …"
    words = f"{progress.stage} … {fraction:4.0%}"
    return words if left_s is None else f"{words}, {format_duration(left_s)} left"


def writer(line: ProgressLine) -> Callable[[str], None]:
    """Each line as soon as it is known: a run takes minutes, and may be watched through a pipe."""

    def write(text: str) -> None:
        line.clear()
        print(text, flush=True)

    return write
