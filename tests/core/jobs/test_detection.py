"""Words looked for as a job, from words to a box to a mask to its track, on untaught networks."""

import subprocess
import sys

import pytest

from core.detection.protocol import Thresholds
from core.domain.pictures import Frame
from core.domain.prompts import Click, RegionPrompt
from core.errors import ModelError, PromptError
from core.jobs.detection import FindJob
from core.jobs.masking import MaskJob, TrackJob
from core.media.probe import probe
from core.media.pts_table import read_pts_table
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.store.places import models_folder
from tests.helpers.finders import install_detector, install_edgetam, install_sam2
from tests.helpers.pictures import moving_disc
from tests.helpers.scenes import write_scene

EASY = Thresholds(0.05, 0.05)  # what untaught networks can reach


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    info = probe(write_scene(tmp_path_factory.mktemp("clip") / "scene.mkv"))
    return info, read_pts_table(info, report=ignore, cancel=CancelToken())


def _frame(table, place=0) -> Frame:
    pts = int(table.pts[place])
    return Frame(moving_disc(20)[0][place], pts, table.time_s(pts))


@pytest.mark.parametrize(
    ("segmenter", "install"), [("sam2", install_sam2), ("edgetam", install_edgetam)]
)
def test_words_become_a_box_the_box_a_mask_and_the_mask_a_track(clip, segmenter, install):
    info, table = clip
    install_detector(models_folder())
    install(models_folder())

    found = FindJob(info, table, "Dog, piano", _frame(table, 3), thresholds=EASY)(
        ignore, CancelToken()
    )
    assert found.view is not None
    box = found.view.findings[0].box
    assert box.pts == int(table.pts[3])
    region = RegionPrompt(boxes=(box,))
    mask = MaskJob(info, table, region, box.pts, segmenter=segmenter)(ignore, CancelToken())
    track = TrackJob(info, table, region, segmenter=segmenter)(ignore, CancelToken())

    assert (mask.notice, track.notice) == ("", "")
    assert mask.mask.unpack().any()
    assert [one.pts for one in track.track] == table.pts.tolist()
    assert track.track.at(box.pts) == mask.mask


def test_where_the_frame_on_screen_shows_nothing_the_clip_is_looked_through(clip):
    info, table = clip
    install_detector(models_folder())
    told: list[Progress] = []

    found = FindJob(info, table, "dog", thresholds=EASY)(told.append, CancelToken())

    assert found.view is not None
    assert found.view.pts in table.pts
    assert found.time_s == table.time_s(found.view.pts)
    assert told[-1].fraction == 1.0


def test_what_is_nowhere_is_said_to_be_nowhere(clip):
    info, table = clip
    install_detector(models_folder())

    found = FindJob(info, table, "dog", _frame(table), thresholds=Thresholds(1.0, 1.0))(
        ignore, CancelToken()
    )

    assert found.view is None


def test_a_search_can_be_cancelled(clip):
    info, table = clip
    install_detector(models_folder())
    cancel = CancelToken()

    def report(progress):
        if progress.done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        FindJob(info, table, "dog", thresholds=EASY)(report, cancel)


def test_without_a_detector_the_search_says_what_to_install(clip):
    info, table = clip

    with pytest.raises(ModelError) as refused:
        FindJob(info, table, "dog")(ignore, CancelToken())

    assert "grounding-dino-tiny" in refused.value.advice


def test_words_that_name_nothing_are_refused_before_anything_is_loaded(clip):
    info, table = clip

    with pytest.raises(PromptError):
        FindJob(info, table, "…!")(ignore, CancelToken())


def test_a_segmenter_that_is_missing_is_stood_in_for_with_a_notice(clip):
    info, table = clip
    pts = int(table.pts[0])
    region = RegionPrompt((Click(40, 60, pts),))

    mask = MaskJob(info, table, region, pts, segmenter="sam2")(ignore, CancelToken())
    track = TrackJob(info, table, region, segmenter="sam2")(ignore, CancelToken())

    assert mask.mask.unpack()[60, 40]
    assert len(track.track) == len(table)
    for notice in (mask.notice, track.notice):
        assert "“Classic” found the object instead" in notice
        assert "sam2.1-hiera-tiny" in notice


def test_importing_the_job_loads_neither_torch_nor_the_detector():
    code = "import sys, core.jobs.detection, core.jobs.masking; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"torch", "transformers", "core.detection.grounding_dino"} & set(loaded)
