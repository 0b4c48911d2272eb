"""No test of the app may leave a thread or a timer running behind it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread, QTimer
from shiboken6 import isValid


@pytest.fixture(autouse=True)
def _nothing_keeps_running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads: list[QThread] = []
    timers: list[QTimer] = []
    start_thread, start_timer = QThread.start, QTimer.start

    def starting_thread(self: QThread, *args: object) -> None:
        threads.append(self)
        start_thread(self, *args)

    def starting_timer(self: QTimer, *args: object) -> None:
        timers.append(self)
        start_timer(self, *args)

    monkeypatch.setattr(QThread, "start", starting_thread)
    monkeypatch.setattr(QTimer, "start", starting_timer)
    yield
    left_threads = [thread for thread in threads if isValid(thread) and thread.isRunning()]
    left_timers = [timer for timer in timers if isValid(timer) and timer.isActive()]
    for timer in left_timers:
        timer.stop()
    assert not left_threads, "threads left running"
    assert not left_timers, "timers left running"
