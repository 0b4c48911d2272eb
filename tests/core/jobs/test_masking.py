"""Masks and tracks asked for as jobs, on clips that the test writes itself."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.domain.masks import Mask, TrackedMask
from core.domain.media import MediaInfo
from core.domain.pictures import Frame, Pixels
from core.domain.prompts import Box, Click, RegionPrompt
from core.errors import ModelError, PromptError
from core.jobs.masking import MaskJob, TrackJob, anchors_of
from core.media.probe import probe
from core.media.pts_table import PtsTable, read_pts_table
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.segmentation.classic import ClassicSegmenter
from tests.helpers.pictures import ArrayPictures, moving_disc

N_FRAMES = 14


def _written(path: Path, frames: list[Pixels]) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "8", "preset": "ultrafast"}
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[MediaInfo, PtsTable, list[Mask]]:
    frames, masks = moving_disc(N_FRAMES)
    info = probe(_written(tmp_path_factory.mktemp("clip") / "disc.mp4", frames))
    return info, read_pts_table(info, report=ignore, cancel=CancelToken()), masks


def _overlap(tracked: TrackedMask, true: Mask) -> float:
    mask = tracked.unpack()
    return np.count_nonzero(mask & true) / np.count_nonzero(mask | true)


def test_a_click_is_answered_with_the_mask_of_its_frame(clip):
    info, table, masks = clip
    pts = int(table.pts[6])
    region = RegionPrompt((Click(52, 60, pts),))
    job = MaskJob(info, table, region, pts)
    told: list[Progress] = []

    answer = job(told.append, CancelToken())

    assert (answer.job_id, answer.region, answer.mask.pts) == (job.job_id, region, pts)
    assert answer.mask.confidence == 1.0
    assert _overlap(answer.mask, masks[6]) > 0.9
    assert told[-1].fraction == 1.0


def test_a_click_on_the_frame_on_screen_reads_nothing_from_the_file(clip):
    info, table, masks = clip
    pts = int(table.pts[6])
    frames, _ = moving_disc(N_FRAMES)
    gone = replace(info, path=info.path.with_name("gone.mp4"))
    region = RegionPrompt((Click(52, 60, pts),))

    answer = MaskJob(gone, table, region, pts, frame=Frame(frames[6], pts, 0.24))(
        ignore, CancelToken()
    )

    assert _overlap(answer.mask, masks[6]) > 0.9


def test_a_frame_on_screen_that_is_not_the_clicked_one_is_not_mistaken_for_it(clip):
    info, table, masks = clip
    first, later = int(table.pts[0]), int(table.pts[13])
    frames, _ = moving_disc(N_FRAMES)
    region = RegionPrompt((Click(66, 60, later),))

    answer = MaskJob(info, table, region, later, frame=Frame(frames[0], first, 0.0))(
        ignore, CancelToken()
    )

    assert _overlap(answer.mask, masks[13]) > 0.9


def test_marks_on_other_frames_do_not_disturb_a_click(clip):
    info, table, masks = clip
    first, later = int(table.pts[0]), int(table.pts[13])
    clicks = (Click(40, 60, first), Click(66, 60, later), Click(20, 20, first, is_positive=False))

    answer = MaskJob(info, table, RegionPrompt(clicks), later)(ignore, CancelToken())

    assert _overlap(answer.mask, masks[13]) > 0.9


def test_a_region_is_tracked_through_every_frame_of_the_clip(clip):
    info, table, masks = clip
    region = RegionPrompt((Click(46, 60, int(table.pts[3])),))
    job = TrackJob(info, table, region)

    answer = job(ignore, CancelToken())

    assert (answer.job_id, answer.region) == (job.job_id, region)
    assert [mask.pts for mask in answer.track] == table.pts.tolist()
    assert answer.track.time_base == table.time_base
    assert all(_overlap(found, true) > 0.9 for found, true in zip(answer.track, masks, strict=True))


def test_what_is_new_is_told_while_tracking_goes_on(clip):
    info, table, _ = clip
    region = RegionPrompt((), (Box(21, 41, 59, 79, int(table.pts[0])),))
    news: list[tuple[TrackedMask, ...]] = []

    def on_masks(about: RegionPrompt, masks: tuple[TrackedMask, ...]) -> None:
        assert about == region
        news.append(masks)

    track = TrackJob(info, table, region, on_masks=on_masks)(ignore, CancelToken()).track

    told = [mask for masks in news for mask in masks]
    assert told[0].pts == int(table.pts[0])
    assert {mask.pts: mask for mask in told} == {mask.pts: mask for mask in track}


def test_a_cancelled_track_ends_as_cancelled(clip):
    info, table, _ = clip
    cancel = CancelToken()
    region = RegionPrompt((Click(40, 60, int(table.pts[0])),))

    def stop(_region: RegionPrompt, _masks: tuple[TrackedMask, ...]) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        TrackJob(info, table, region, on_masks=stop)(ignore, cancel)


def test_a_click_outside_the_picture_is_refused_with_advice(clip):
    info, table, _ = clip
    pts = int(table.pts[0])

    with pytest.raises(PromptError) as refused:
        MaskJob(info, table, RegionPrompt((Click(500, 60, pts),)), pts)(ignore, CancelToken())

    assert "inside the picture" in refused.value.advice


def test_an_unknown_segmenter_is_refused_before_anything_is_read(clip):
    info, table, _ = clip
    region = RegionPrompt((Click(40, 60, int(table.pts[0])),))

    with pytest.raises(ModelError):
        TrackJob(info, table, region, segmenter="sam9")(ignore, CancelToken())


def test_a_negative_click_on_a_later_frame_corrects_what_tracking_believes_there():
    frames, masks = moving_disc(8)
    for frame, mask in zip(frames, masks, strict=True):
        frame[5:25, 5:45] = (200, 40, 40)  # a second red thing
        mask[5:25, 5:45] = True
    picture = ArrayPictures(frames)
    first, later = int(picture.pts_table[0]), int(picture.pts_table[6])
    clicks = (
        Click(40, 60, first),
        Click(25, 15, first),
        Click(25, 15, later, is_positive=False),
    )

    anchors = anchors_of(ClassicSegmenter(), picture, RegionPrompt(clicks), cancel=CancelToken())

    assert [anchor.pts for anchor in anchors] == [first, later]
    assert anchors[0].mask[15, 25]
    assert not anchors[1].mask[15, 25]
    assert anchors[1].mask[60, 52]


def test_a_negative_click_where_nothing_is_believed_is_no_anchor():
    frames, masks = moving_disc(6)
    room = np.full_like(frames[0], 200)
    room[::3, :, 1] = 20
    picture = ArrayPictures(frames[:3] + [room] * 3)
    first, later = int(picture.pts_table[0]), int(picture.pts_table[5])
    clicks = (Click(40, 60, first), Click(80, 60, later, is_positive=False))

    anchors = anchors_of(ClassicSegmenter(), picture, RegionPrompt(clicks), cancel=CancelToken())

    assert [anchor.pts for anchor in anchors] == [first]
    assert anchors[0].mask[60, 40]
    assert masks[0].any()


@pytest.mark.parametrize(("confidence", "is_kept"), [(0.9, True), (0.2, False)])
def test_a_click_elsewhere_adds_to_a_sure_mask_and_replaces_a_drifted_one(
    clip, confidence, is_kept
):
    info, table, masks = clip
    pts = int(table.pts[0])
    believed = np.zeros_like(masks[0])
    believed[90:110, 120:150] = True
    previous = TrackedMask.pack(pts, believed, confidence)

    answer = MaskJob(info, table, RegionPrompt((Click(40, 60, pts),)), pts, previous)(
        ignore, CancelToken()
    )

    mask = answer.mask.unpack()
    assert mask[60, 40]
    assert bool(mask[95:105, 125:145].mean() > 0.5) == is_kept
