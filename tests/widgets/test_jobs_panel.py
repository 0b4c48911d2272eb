import pytest

from widgets.jobs_panel import JobRow, JobsPanel

RUNNING = JobRow(1, "Separate Dog", "Separating", 0.25, 75.0, "running")
WAITING = JobRow(2, "Export")


@pytest.fixture
def panel(qtbot):
    widget = JobsPanel(linger_ms=0)
    qtbot.addWidget(widget)
    return widget


def test_with_nothing_to_do_it_says_so(panel):
    assert panel.hint == "Nothing is running."
    assert panel.lines == ()


def test_a_running_job_tells_stage_share_and_time_left(panel):
    panel.set_jobs((RUNNING,))

    [line] = panel.lines
    assert line.label.text() == "Separate Dog"
    assert line.detail.text() == "Separating · 25% · 1 min 15 s left"
    assert line.bar.value() == line.bar.maximum() // 4


def test_a_job_of_unknown_length_shows_a_bar_without_an_end(panel):
    panel.set_jobs((JobRow(1, "Read", "Reading", None, None, "running"),))

    assert (panel.lines[0].bar.minimum(), panel.lines[0].bar.maximum()) == (0, 0)


def test_the_button_of_a_job_asks_for_its_end(panel):
    asked: list[int] = []
    panel.cancel_requested.connect(asked.append)
    panel.set_jobs((RUNNING, WAITING))

    panel.lines[1].button.click()
    panel.lines[0].button.click()

    assert asked == [2, 1]


def test_a_job_that_is_stopping_is_not_asked_twice(panel):
    panel.set_jobs((JobRow(1, "Separate", "", 0.5, None, "stopping"),))

    assert not panel.lines[0].button.isEnabled()
    assert panel.lines[0].detail.text() == "Stopping…"


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_ended_work_goes_after_a_moment_and_does_not_come_back(panel, qtbot, state):
    ended = JobRow(1, "Separate", "", 1.0, None, state)

    panel.set_jobs((ended, WAITING))
    assert len(panel.lines) == 2
    qtbot.waitUntil(lambda: len(panel.lines) == 1)
    panel.set_jobs((ended, WAITING))

    assert [line.label.text() for line in panel.lines] == ["Export"]


def test_what_failed_stays_with_its_reason_until_it_is_dismissed(panel):
    asked: list[int] = []
    panel.cancel_requested.connect(asked.append)
    panel.set_jobs((JobRow(1, "Export", "The disk is full", None, None, "failed"),))
    assert panel.lines[0].detail.text() == "Failed: The disk is full"

    panel.lines[0].button.click()

    assert panel.lines == ()
    assert asked == []


def test_a_line_is_kept_while_its_job_goes_on(panel):
    panel.set_jobs((RUNNING,))
    before = panel.lines[0]

    panel.set_jobs((JobRow(1, "Separate Dog", "Blending", 0.9, 3.0, "running"), WAITING))

    assert panel.lines[0] is before
    assert before.detail.text() == "Blending · 90% · 3 s left"
