import io

from app.cli.progress_line import ProgressLine
from core.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.time_s = 0.0

    def __call__(self) -> float:
        return self.time_s


def test_a_terminal_shows_one_line_with_the_time_left():
    screen, clock = Terminal(), Clock()
    line = ProgressLine(screen, clock)

    for done in range(5):
        line.report(Progress("Separate", done, 10))
        clock.time_s += 1

    assert "\n" not in screen.getvalue()
    assert screen.getvalue().endswith("Separate …  40%, 6 s left")


def test_progress_that_comes_too_fast_is_left_out():
    screen, clock = Terminal(), Clock()
    line = ProgressLine(screen, clock)

    for done in range(1000):
        line.report(Progress("Separate", done, 1000))
        clock.time_s += 0.001

    assert screen.getvalue().count("\r") == 10


def test_a_sentence_takes_the_place_of_the_line():
    screen = Terminal()
    line = ProgressLine(screen, Clock())

    line.report(Progress("Separate", 1, 2))
    line.say("Done.")

    last = screen.getvalue().split("\r")[-1]
    assert last == "Done.\n"
    assert " " * len("Separate …  50%") in screen.getvalue()


def test_without_a_terminal_there_is_a_line_for_every_stage_and_every_few_seconds():
    log, clock = io.StringIO(), Clock()
    line = ProgressLine(log, clock)

    for second in range(12):
        clock.time_s = second
        line.report(Progress("Separate", second, 12))
    line.report(Progress("Export", 0, 0))
    line.clear()

    assert [row.split(",")[0] for row in log.getvalue().splitlines()] == [
        "Separate …   0%",
        "Separate …  42%",
        "Separate …  83%",
        "Export …",
    ]
