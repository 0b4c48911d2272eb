"""Where the wanted segmenter cannot be used, another goes on, and the person hears why."""

import pytest

from core.domain.prompts import Click
from core.errors import EngineError, ModelError, PromptError
from core.progress import CancelToken, ignore
from core.segmentation.classic import ClassicSegmenter
from core.segmentation.fallback import WithFallback
from core.segmentation.protocol import Anchor, SegmenterInfo
from tests.core.segmentation.scenes import disc_scene, frame_of, overlap, track
from tests.helpers.pictures import ArrayPictures, moving_disc

WANTED = SegmenterInfo("wanted", "Wanted", "", "")


class Failing(ClassicSegmenter):
    """Works for a while, and then its device is full."""

    def __init__(self, n_good=0):
        self.n_asked, self._n_good = 0, n_good

    def segment(self, *_args, **_options):
        self.n_asked += 1
        raise EngineError("full", advice="Close other programs.")

    def track(self, *args, **options):
        for number, mask in enumerate(super().track(*args, **options)):
            if number == self._n_good:
                raise EngineError("full", advice="Close other programs.")
            yield mask


def _missing():
    raise ModelError("not there", advice="Install it first.")


def test_a_missing_segmenter_is_stood_in_for_with_a_notice():
    pixels, true = disc_scene()
    segmenter = WithFallback(WANTED, _missing, ClassicSegmenter())

    mask = segmenter.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert overlap(mask, true) > 0.9
    assert segmenter.notice == "“Classic” found the object instead. Install it first."
    assert segmenter.info.name == "classic"


def test_one_that_has_failed_is_not_asked_again():
    pixels, _ = disc_scene()
    failing = Failing()
    segmenter = WithFallback(WANTED, lambda: failing, ClassicSegmenter())

    for _ in range(3):
        segmenter.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert failing.n_asked == 1
    assert "Close other programs" in segmenter.notice


def test_a_track_that_breaks_off_is_made_whole():
    frames, masks = moving_disc(12)
    segmenter = WithFallback(WANTED, lambda: Failing(n_good=5), ClassicSegmenter())

    found = track(segmenter, frames, [(3, masks[3])])

    assert all(overlap(a.unpack(), b) > 0.9 for a, b in zip(found, masks, strict=True))
    assert segmenter.notice


def test_where_all_is_well_nothing_is_said():
    frames, masks = moving_disc(4)
    segmenter = WithFallback(WANTED, ClassicSegmenter, ClassicSegmenter())
    picture = ArrayPictures(frames)

    found = list(
        segmenter.track(picture, [Anchor(0, masks[0])], report=ignore, cancel=CancelToken())
    )

    assert len(found) == 4
    assert not segmenter.notice
    assert segmenter.info is WANTED


def test_a_mark_that_cannot_be_used_is_still_refused():
    pixels, _ = disc_scene()
    segmenter = WithFallback(WANTED, ClassicSegmenter, ClassicSegmenter())

    with pytest.raises(PromptError):
        segmenter.segment(frame_of(pixels), [Click(999, 1, 0)], [], cancel=CancelToken())

    assert not segmenter.notice
