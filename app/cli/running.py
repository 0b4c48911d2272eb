"""Runs a command as a person expects it: plain words for errors, Ctrl+C cancels and tidies up."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from app.cli.progress_line import ProgressLine
from core.errors import CoreError, EngineError
from core.progress import Cancelled, CancelToken

DONE = 0
FAILED = 1
"""What was asked for is fine, but the engine has no usable answer."""
BAD_INPUT = 2
CANCELLED = 130
"""What shells expect of a program that Ctrl+C has ended."""

Work = Callable[[ProgressLine, CancelToken], None]


def run_plainly(work: Work, when_cancelled: str = "Cancelled. Nothing was written.") -> int:
    """Do `work` and return the exit code; errors we expect become a sentence and advice."""
    line, cancel = ProgressLine(sys.stderr), CancelToken()
    try:
        with _cancelled_by_ctrl_c(cancel):
            work(line, cancel)
    except CoreError as error:
        line.say(f"Error: {error}\n{error.advice}")
        return FAILED if isinstance(error, EngineError) else BAD_INPUT
    except (Cancelled, KeyboardInterrupt):
        line.say(when_cancelled)
        return CANCELLED
    finally:
        line.clear()
    return DONE


@contextmanager
def _cancelled_by_ctrl_c(cancel: CancelToken) -> Iterator[None]:
    """Let the first Ctrl+C ask the work to stop and tidy up, and a second one stop at once."""

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        # Nothing is written here: the handler may have interrupted a write to the same stream.
        cancel.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    # A terminal that is closed and a batch system that ends the job say SIGTERM.
    before = {one: signal.signal(one, ask_to_stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
