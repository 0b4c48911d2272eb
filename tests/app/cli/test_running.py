import signal

import pytest

from app.cli.running import run_plainly
from core.errors import EngineError, MediaError
from core.progress import CancelToken


def test_work_that_ends_well_gives_zero():
    assert run_plainly(lambda line, cancel: None) == 0


@pytest.mark.parametrize(("kind", "code"), [(MediaError, 2), (EngineError, 1)])
def test_an_error_becomes_a_sentence_with_advice_and_no_traceback(kind, code, capsys):
    def fail(line, cancel):
        raise kind("the file is empty", advice="Copy it again.")

    assert run_plainly(fail) == code
    assert capsys.readouterr().err == "Error: the file is empty\nCopy it again.\n"


def test_ctrl_c_asks_the_work_to_stop_and_says_that_nothing_was_written(capsys):
    def interrupted(line, cancel: CancelToken):
        signal.raise_signal(signal.SIGINT)
        assert cancel.is_cancelled
        cancel.raise_if_cancelled()

    before = signal.getsignal(signal.SIGINT)
    assert run_plainly(interrupted) == 130
    assert "Nothing was written" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_stops_work_that_does_not_listen():
    def deaf(line, cancel):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("went on")

    assert run_plainly(deaf) == 130
