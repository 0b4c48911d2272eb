import gc
import logging
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, Slot

from app.job_runner import Job, JobRunner, Lane, Urgency
from core.errors import EngineError
from core.progress import Cancelled, CancelToken, Progress, Report
from tests.helpers.requests import Gate, Request, answering, failing


@pytest.fixture
def runner(qtbot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.shutdown()


class Listener(QObject):
    """Writes down what a job says, and on which thread it was heard."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.heard: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        job.progressed.connect(self._on_progressed)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_finished)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    @property
    def is_finished(self) -> bool:
        return "finished" in self.names

    def _hear(self, name: str, value: object = None) -> None:
        self.heard.append((name, value))
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        self._hear("progressed", progress)

    @Slot(object)
    def _on_succeeded(self, answer: object) -> None:
        self._hear("succeeded", answer)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._hear("failed", error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._hear("cancelled")

    @Slot()
    def _on_finished(self) -> None:
        self._hear("finished")


def started(runner: JobRunner, request: Request, lane: Lane = Lane.DEVICE, **how) -> Listener:
    job = runner.prepare(request, lane, **how)
    listener = Listener(job)
    listener.job = job
    runner.start(job)
    return listener


def test_a_job_speaks_in_order_and_on_the_thread_of_the_window(qtbot, runner):
    def act(report: Report, cancel: CancelToken) -> object:
        for done in range(1_000):
            report(Progress("Counting", done + 1, 1_000))
        return QThread.currentThread()

    listener = started(runner, Request(act))
    qtbot.waitUntil(lambda: listener.is_finished)

    assert listener.names[-2:] == ["succeeded", "finished"]
    assert set(listener.names[:-2]) == {"progressed"}
    assert listener.threads == {QThread.currentThread()}
    answer = dict(listener.heard)["succeeded"]
    assert isinstance(answer, QThread)
    assert answer is not QThread.currentThread()


def test_a_flood_of_progress_is_thinned_but_its_last_word_arrives(qtbot, runner):
    def act(report: Report, cancel: CancelToken) -> object:
        for done in range(10_000):
            report(Progress("Counting", done + 1, 10_000))
        return None

    listener = started(runner, Request(act))
    qtbot.waitUntil(lambda: listener.is_finished)

    said = [value for name, value in listener.heard if name == "progressed"]
    assert said[-1] == Progress("Counting", 10_000, 10_000)
    assert len(said) < 500


def test_the_two_lanes_work_side_by_side(qtbot, runner):
    gate = Gate()
    long = started(runner, gate.request(), Lane.DEVICE)

    other = started(runner, answering("read"), Lane.IO)
    qtbot.waitUntil(lambda: other.is_finished)

    assert not long.is_finished
    gate.may_end.set()
    qtbot.waitUntil(lambda: long.is_finished)
    assert long.names[-2:] == ["succeeded", "finished"]


def test_a_cancelled_job_ends_once_as_cancelled(qtbot, runner):
    gate = Gate()
    listener = started(runner, gate.request())
    assert gate.has_begun.wait(10)

    listener.job.cancel()
    listener.job.cancel()
    assert listener.job.row.state == "stopping"
    qtbot.waitUntil(lambda: listener.is_finished)

    assert [name for name in listener.names if name != "progressed"] == ["cancelled", "finished"]


def test_a_waiting_job_is_cancelled_without_ever_beginning(qtbot, runner):
    gate, begun = Gate(), []
    started(runner, gate.request())
    waiting = started(runner, Request(lambda report, cancel: begun.append(1)))

    waiting.job.cancel()
    assert waiting.names == []  # never from inside `cancel`
    qtbot.waitUntil(lambda: waiting.is_finished)

    assert waiting.names == ["cancelled", "finished"]
    gate.may_end.set()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert begun == []


def test_a_job_cancelled_before_its_start_ends_as_cancelled(qtbot, runner):
    job = runner.prepare(answering(1), Lane.IO)
    listener = Listener(job)

    job.cancel()
    runner.start(job)
    qtbot.waitUntil(lambda: listener.is_finished)

    assert listener.names == ["cancelled", "finished"]


def test_an_answer_that_comes_after_the_cancel_is_dropped(qtbot, runner):
    ready, go = threading.Event(), threading.Event()

    def act(report: Report, cancel: CancelToken) -> object:
        ready.set()
        go.wait(10)
        return "too late"  # never looks at its token

    listener = started(runner, Request(act))
    assert ready.wait(10)
    listener.job.cancel()
    go.set()
    qtbot.waitUntil(lambda: listener.is_finished)

    assert listener.names == ["cancelled", "finished"]


def test_the_newest_job_of_a_kind_wins(qtbot, runner):
    gate = Gate()
    old = started(runner, gate.request(), replaces="preview")
    assert gate.has_begun.wait(10)

    new = started(runner, answering("new"), replaces="preview")
    qtbot.waitUntil(lambda: old.is_finished and new.is_finished)

    assert "succeeded" not in old.names
    assert ("succeeded", "new") in new.heard


def test_jobs_of_different_kinds_leave_each_other_alone(qtbot, runner):
    one = started(runner, answering(1), replaces="preview")
    other = started(runner, answering(2), replaces="separate")
    third, fourth = started(runner, answering(3)), started(runner, answering(4))
    qtbot.waitUntil(lambda: not runner.is_busy)

    for listener in (one, other, third, fourth):
        assert "succeeded" in listener.names


@pytest.mark.parametrize(
    "error",
    [
        EngineError("no usable answer", advice="Try another engine."),
        ZeroDivisionError("a bug"),
        SystemExit(3),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_job_raises_is_delivered_and_logged(qtbot, runner, caplog, error):
    with caplog.at_level(logging.WARNING):
        listener = started(runner, failing(error))
        qtbot.waitUntil(lambda: listener.is_finished)

    assert listener.heard == [("failed", error), ("finished", None)]
    assert "Traceback" in caplog.text
    after = started(runner, answering("alive"))
    qtbot.waitUntil(lambda: after.is_finished)
    assert ("succeeded", "alive") in after.heard


class Heavy:
    """Stands for the tensors that a failed job had in its hands."""


def test_a_failure_does_not_keep_the_arrays_of_its_job_alive(qtbot, runner, caplog):
    alive: list[weakref.ref] = []

    def act(report: Report, cancel: CancelToken) -> object:
        heavy = Heavy()
        alive.append(weakref.ref(heavy))
        try:
            raise ValueError("inside")
        except ValueError as error:
            raise EngineError("out of memory", advice="Shorten the clip.") from error

    listener = started(runner, Request(act))
    qtbot.waitUntil(lambda: listener.is_finished)
    gc.collect()

    assert alive[0]() is None


def test_an_ended_job_lets_go_of_its_request(qtbot, runner):
    request = answering(1)
    gone = weakref.ref(act := request.act)
    listener = started(runner, request)
    qtbot.waitUntil(lambda: listener.is_finished)

    del request, act
    gc.collect()

    assert gone() is None
    assert listener.job.state.value == "done"


def test_an_urgent_job_runs_inside_the_long_one_on_its_thread(qtbot, runner):
    gate = Gate()
    gate.answer = "long"
    long = started(runner, gate.request())
    assert gate.has_begun.wait(10)

    threads: list[int] = []

    def act(report: Report, cancel: CancelToken) -> object:
        cancel.raise_if_cancelled()
        threads.append(threading.get_ident())
        return "mask"

    urgent = started(runner, Request(act), is_urgent=True)
    qtbot.waitUntil(lambda: urgent.is_finished)

    assert ("succeeded", "mask") in urgent.heard
    assert not long.is_finished
    gate.may_end.set()
    qtbot.waitUntil(lambda: long.is_finished)
    assert ("succeeded", "long") in long.heard
    where = started(runner, Request(lambda report, cancel: threading.get_ident()))
    qtbot.waitUntil(lambda: where.is_finished)
    assert dict(where.heard)["succeeded"] == threads[0]


def test_an_urgent_job_goes_before_those_that_wait(qtbot, runner):
    gate, order = Gate(), []
    started(runner, gate.request())
    assert gate.has_begun.wait(10)
    started(runner, Request(lambda report, cancel: order.append("patient")))

    started(runner, Request(lambda report, cancel: order.append("urgent")), is_urgent=True)
    gate.may_end.set()
    qtbot.waitUntil(lambda: not runner.is_busy)

    assert order == ["urgent", "patient"]


@pytest.mark.parametrize("error", [ValueError("a bug"), Cancelled(), SystemExit(1)])
def test_the_end_of_an_urgent_job_never_harms_its_host(qtbot, runner, caplog, error):
    gate = Gate()
    long = started(runner, gate.request())
    assert gate.has_begun.wait(10)

    urgent = started(runner, failing(error), is_urgent=True)
    qtbot.waitUntil(lambda: urgent.is_finished)
    gate.may_end.set()
    qtbot.waitUntil(lambda: long.is_finished)

    assert long.names[-2:] == ["succeeded", "finished"]


def test_a_newer_click_cancels_the_urgent_job_and_not_its_host(qtbot, runner):
    host, first = Gate(), Gate()
    long = started(runner, host.request())
    assert host.has_begun.wait(10)
    old = started(runner, first.request(), is_urgent=True, replaces="mask")
    assert first.has_begun.wait(10)

    new = started(runner, answering("newer"), is_urgent=True, replaces="mask")
    qtbot.waitUntil(lambda: old.is_finished and new.is_finished)

    assert "succeeded" not in old.names
    assert ("succeeded", "newer") in new.heard
    assert not long.is_finished
    host.may_end.set()
    qtbot.waitUntil(lambda: long.is_finished)
    assert "succeeded" in long.names


def test_a_click_is_answered_inside_a_preview_inside_a_separation(qtbot, runner):
    separation, preview = Gate(), Gate()
    started(runner, separation.request())
    assert separation.has_begun.wait(10)
    soon = started(runner, preview.request(), urgency=Urgency.SOON)
    assert preview.has_begun.wait(10)
    later = started(runner, answering("other preview"), urgency=Urgency.SOON)

    click = started(runner, answering("mask"), urgency=Urgency.NOW)
    qtbot.waitUntil(lambda: click.is_finished)

    assert not soon.is_finished
    assert not later.is_finished
    preview.may_end.set()
    qtbot.waitUntil(lambda: soon.is_finished and later.is_finished)
    assert "succeeded" in soon.names
    separation.may_end.set()
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_background_work_gives_way_to_whatever_is_asked_for(qtbot, runner):
    background = Gate()
    listening = started(runner, background.request(), urgency=Urgency.BACKGROUND)
    assert background.has_begun.wait(10)

    first = started(runner, answering("separation"))
    second = started(runner, answering("track"))
    qtbot.waitUntil(lambda: first.is_finished and second.is_finished)

    assert not listening.is_finished
    background.may_end.set()
    qtbot.waitUntil(lambda: listening.is_finished)
    assert "succeeded" in listening.names


def test_steady_work_gives_way_to_what_is_asked_for_later_and_not_to_suggestions(qtbot, runner):
    steady = Gate()
    looking = started(runner, steady.request(), urgency=Urgency.STEADY)
    assert steady.has_begun.wait(10)
    listening = started(runner, answering("words"), urgency=Urgency.BACKGROUND)

    separation = started(runner, answering("separation"))
    qtbot.waitUntil(lambda: separation.is_finished)

    assert not looking.is_finished
    assert not listening.is_finished
    steady.may_end.set()
    qtbot.waitUntil(lambda: looking.is_finished and listening.is_finished)


def test_what_nobody_asked_for_leaves_no_row_behind(qtbot, runner, caplog):
    wrong = EngineError("no weights", advice="Install them.")
    ended = [
        started(runner, request, urgency=Urgency.BACKGROUND)
        for request in (answering("words"), failing(wrong))
    ]
    qtbot.waitUntil(lambda: all(listener.is_finished for listener in ended))

    assert runner.rows() == ()


def test_urgent_work_waits_its_turn_inside_urgent_work(qtbot, runner):
    depth, deepest = 0, []

    def act(report: Report, cancel: CancelToken) -> object:
        nonlocal depth
        depth += 1
        for _ in range(200):
            cancel.raise_if_cancelled()
        deepest.append(depth)
        depth -= 1
        return None

    gate = Gate()
    started(runner, gate.request())
    assert gate.has_begun.wait(10)
    for _ in range(8):
        started(runner, Request(act), is_urgent=True)
    gate.may_end.set()
    qtbot.waitUntil(lambda: not runner.is_busy)

    assert deepest == [1] * 8


def test_a_helper_thread_of_an_engine_never_runs_urgent_work(qtbot, runner):
    has_begun, go, ran = threading.Event(), threading.Event(), []
    seen_by_helper: list[list[int]] = []

    def act(report: Report, cancel: CancelToken) -> object:
        def look() -> None:
            go.wait(10)
            cancel.raise_if_cancelled()
            seen_by_helper.append(list(ran))

        helper = threading.Thread(target=look)
        helper.start()
        has_begun.set()
        helper.join()
        return None

    started(runner, Request(act))
    assert has_begun.wait(10)
    started(runner, Request(lambda report, cancel: ran.append(1)), is_urgent=True)
    go.set()
    qtbot.waitUntil(lambda: not runner.is_busy)

    assert seen_by_helper == [[]]
    assert ran == [1]


def test_the_panel_sees_every_job_with_its_state(qtbot, runner):
    gate = Gate()
    changes: list[tuple[str, ...]] = []
    runner.jobs_changed.connect(lambda: changes.append(tuple(r.state for r in runner.rows())))
    long = started(runner, gate.request("Separate Dog"))
    started(runner, answering(1, "Separate Rain"))
    qtbot.waitUntil(lambda: runner.rows()[0].fraction == 0.25)

    first, second = runner.rows()
    assert (first.label, first.stage, first.state) == ("Separate Dog", "Working", "running")
    assert (second.label, second.state) == ("Separate Rain", "waiting")

    runner.cancel(long.job.job_id)
    assert runner.rows()[0].state == "stopping"
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert [(row.label, row.state) for row in runner.rows()] == [("Separate Rain", "done")]
    assert changes[-1] == ("done",)
    runner.forget_ended()
    assert runner.rows() == ()


def test_the_same_job_cannot_be_started_twice(qtbot, runner):
    listener = started(runner, answering(1))

    with pytest.raises(ValueError, match="twice"):
        runner.start(listener.job)

    qtbot.waitUntil(lambda: listener.is_finished)
    with pytest.raises(ValueError, match="twice"):
        runner.start(listener.job)


def test_shutdown_leaves_no_thread_and_ends_every_job(qtbot):
    runner, gate = JobRunner(), Gate()
    running = started(runner, gate.request())
    waiting = started(runner, answering(1))
    reading = started(runner, Gate().request(), Lane.IO)
    assert gate.has_begun.wait(10)

    assert runner.shutdown()

    for listener in (running, waiting, reading):
        assert [name for name in listener.names if name != "progressed"] == [
            "cancelled",
            "finished",
        ]
    assert not [thread for thread in runner.findChildren(QThread) if thread.isRunning()]


def test_a_job_started_after_shutdown_is_cancelled(qtbot):
    runner = JobRunner()
    runner.shutdown()

    late = started(runner, answering(1))
    qtbot.waitUntil(lambda: late.is_finished)

    assert late.names == ["cancelled", "finished"]


def test_shutdown_says_when_a_worker_does_not_stop(qtbot, caplog):
    runner, stop, begun = JobRunner(), threading.Event(), threading.Event()

    def deaf(report: Report, cancel: CancelToken) -> object:
        begun.set()
        stop.wait(10)
        return None

    listener = started(runner, Request(deaf))
    assert begun.wait(10)

    assert not runner.shutdown(timeout_ms=1)

    assert "did not stop" in caplog.text
    stop.set()
    assert runner.shutdown()
    assert not listener.names, "the window has gone by then"


def test_after_shutdown_nothing_is_said_of_jobs_to_a_window_that_has_gone(qtbot):
    runner, told = JobRunner(), []
    assert runner.shutdown()
    runner.jobs_changed.connect(lambda: told.append(True))

    # Something that was still on its way asks for work: it is withdrawn when events run again.
    listener = started(runner, answering(1))
    qtbot.waitUntil(lambda: listener.is_finished)

    assert not told


def test_running_jobs_needs_no_torch():
    code = (
        "import sys, app.job_runner, app.document\n"
        "assert not {'torch', 'av', 'sounddevice'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
