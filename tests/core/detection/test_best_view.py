"""The frame that shows best what was asked for is found among frames from all over the clip."""

import weakref

import numpy as np
import pytest

from core.detection.best_view import best_view, spread
from core.domain.findings import Finding, View
from core.domain.pictures import Frame
from core.domain.prompts import Box
from core.progress import Cancelled, CancelToken, Progress, ignore
from tests.helpers.pictures import ArrayPictures


class ByBrightness:
    """Finds one thing, the surer the brighter the frame; nothing on dark ones."""

    def __init__(self):
        self.seen: list[int] = []

    def detect(self, frame, phrases, thresholds, *, cancel):
        self.seen.append(frame.pts)
        score = float(frame.pixels.mean()) / 255
        return (Finding(Box(0, 0, 4, 4, frame.pts), score, phrases[0]),) if score > 0.3 else ()


def _clip(brightness):
    return ArrayPictures([np.full((8, 8, 3), level, np.uint8) for level in brightness])


def test_the_best_frame_wins_wherever_it_lies():
    picture = _clip([0] * 60 + [200] * 20 + [120] * 20)

    view = best_view(
        ByBrightness(), picture, ["dog"], n_frames=10, report=ignore, cancel=CancelToken()
    )

    assert view is not None
    assert 60 <= np.searchsorted(picture.pts_table, view.pts) < 80
    assert view.findings[0].box.pts == view.pts


def test_where_nothing_is_found_there_is_no_view():
    view = best_view(ByBrightness(), _clip([0] * 9), ["dog"], report=ignore, cancel=CancelToken())

    assert view is None


@pytest.mark.parametrize(("n_there", "n_wanted"), [(1, 12), (5, 12), (100, 12), (3000, 12)])
def test_frames_are_spread_evenly_and_none_is_looked_at_twice(n_there, n_wanted):
    places = spread(n_there, n_wanted)

    assert len(places) == min(n_there, n_wanted)
    assert places == sorted(set(places))
    assert places[0] >= 0
    assert places[-1] < n_there
    gaps = np.diff([-1, *places, n_there])
    assert gaps.max() <= 2 * n_there / len(places) + 1


def test_a_search_tells_how_far_it_is_and_stops_when_cancelled():
    told: list[Progress] = []
    cancel = CancelToken()

    def report(progress):
        told.append(progress)
        if progress.done == 3:
            cancel.cancel()

    detector = ByBrightness()
    with pytest.raises(Cancelled):
        best_view(detector, _clip([90] * 50), ["dog"], report=report, cancel=cancel)

    assert [progress.done for progress in told] == [0, 1, 2, 3]
    assert len(detector.seen) <= 4


def test_frames_are_forgotten_as_soon_as_they_were_looked_at():
    made: list[weakref.ref] = []
    most = 0

    class Fleeting(ArrayPictures):
        def frame_at(self, pts):
            nonlocal most
            kept = super().frame_at(pts)
            fresh = Frame(kept.pixels.copy(), kept.pts, kept.time_s)
            made.append(weakref.ref(fresh.pixels))
            most = max(most, sum(one() is not None for one in made))
            return fresh

    picture = Fleeting([np.full((8, 8, 3), 90, np.uint8)] * 40)

    best_view(ByBrightness(), picture, ["dog"], report=ignore, cancel=CancelToken())

    assert most <= 2


def test_a_view_is_worth_the_best_of_each_phrase():
    box = Box(0, 0, 4, 4, 0)
    findings = (Finding(box, 0.9, "dog"), Finding(box, 0.8, "dog"), Finding(box, 0.4, "cat"))

    assert View(0, findings).worth == pytest.approx(1.3)
