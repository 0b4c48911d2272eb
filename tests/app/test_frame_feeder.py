"""The frame on screen is always the newest wanted one, and the thread ends when told."""

import threading

import pytest

from app.frame_feeder import FrameFeeder
from core.domain.pictures import Frame
from core.errors import MediaError
from tests.helpers.pictures import ArrayPictures, background


@pytest.fixture
def feeder(qtbot):
    feeder = FrameFeeder()
    feeder.start()
    yield feeder
    feeder.shutdown()


def _pictures(n_frames: int = 10) -> ArrayPictures:
    return ArrayPictures([background(16, 12, seed) for seed in range(n_frames)])


class _Slow(ArrayPictures):
    """Waits at each frame until it is let go, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__([background(16, 12, seed) for seed in range(10)])
        self.has_begun, self.may_go = threading.Event(), threading.Event()
        self.asked: list[int] = []

    def frame_at(self, pts: int) -> Frame:
        self.asked.append(pts)
        self.has_begun.set()
        self.may_go.wait(5)
        return super().frame_at(pts)


class _Broken(ArrayPictures):
    def frame_at(self, pts: int) -> Frame:
        raise MediaError("packet 7 is corrupt", advice="Try another place.")


def test_the_frame_at_a_time_is_delivered(feeder, qtbot):
    pictures = _pictures()
    feeder.show_clip(lambda: pictures)

    with qtbot.waitSignal(feeder.frame_ready) as ready:
        feeder.request(0.09)

    assert ready.args[0].pts == pictures.pts_at(0.09)


def test_a_frame_already_on_screen_is_not_delivered_again(feeder, qtbot):
    feeder.show_clip(_pictures)
    with qtbot.waitSignal(feeder.frame_ready):
        feeder.request(0.0)

    shown = []
    feeder.frame_ready.connect(shown.append)
    feeder.request(0.01)  # the same frame
    with qtbot.waitSignal(feeder.frame_ready):
        feeder.request(0.2)

    assert [frame.time_s for frame in shown] == [0.2]


def test_wishes_overtaken_while_decoding_are_never_decoded(feeder, qtbot):
    slow = _Slow()
    feeder.show_clip(lambda: slow)
    feeder.request(0.0)
    assert slow.has_begun.wait(5)
    for time_s in (0.04, 0.08, 0.12, 0.36):
        feeder.request(time_s)

    with qtbot.waitSignals([feeder.frame_ready, feeder.frame_ready]):
        slow.may_go.set()

    assert slow.asked == [slow.pts_at(0.0), slow.pts_at(0.36)]


def test_a_frame_that_cannot_be_read_is_told_and_the_feeder_goes_on(feeder, qtbot):
    feeder.show_clip(lambda: _Broken([background(16, 12)]))
    with qtbot.waitSignal(feeder.failed) as failed:
        feeder.request(0.0)
    feeder.show_clip(_pictures)

    with qtbot.waitSignal(feeder.frame_ready):
        feeder.request(0.0)

    assert failed.args[0].advice == "Try another place."


def test_a_clip_that_cannot_be_opened_is_told(feeder, qtbot):
    def refuse() -> ArrayPictures:
        raise MediaError("gone", advice="Where is it?")

    with qtbot.waitSignal(feeder.failed):
        feeder.show_clip(refuse)


def test_after_closing_the_clip_nothing_is_delivered(feeder, qtbot):
    feeder.show_clip(_pictures)
    with qtbot.waitSignal(feeder.frame_ready):
        feeder.request(0.0)
    feeder.show_clip(None)

    with qtbot.assertNotEmitted(feeder.frame_ready, wait=50):
        feeder.request(0.2)
