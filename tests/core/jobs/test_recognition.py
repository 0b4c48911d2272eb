"""What a region shows asked for as a job, on a clip that the test writes itself."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from core.domain.beliefs import Belief
from core.domain.masks import Mask, MaskTrack, TrackedMask
from core.domain.media import MediaInfo
from core.domain.pictures import Frame, Pixels
from core.domain.prompts import Click, RegionPrompt
from core.errors import PromptError
from core.jobs.recognition import BeliefJob
from core.media.probe import probe
from core.media.pts_table import PtsTable, read_pts_table
from core.progress import Cancelled, CancelToken, Progress, ignore
from core.separation import seen_words
from tests.helpers.pictures import moving_disc

N_FRAMES = 14


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[MediaInfo, PtsTable, MaskTrack]:
    frames, masks = moving_disc(N_FRAMES)
    path = tmp_path_factory.mktemp("clip") / "disc.mp4"
    _write(path, frames)
    info = probe(path)
    table = read_pts_table(info, report=ignore, cancel=CancelToken())
    packed = tuple(
        TrackedMask.pack(int(pts), mask) for pts, mask in zip(table.pts, masks, strict=True)
    )
    return info, table, MaskTrack(Fraction(1, 12_800), Fraction(0), packed)


def _write(path: Path, frames: Sequence[Pixels]) -> None:
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


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Pixels, Mask]]:
    """What the network was shown; it believes in a red ball if all of that is red."""
    shown: list[tuple[Pixels, Mask]] = []

    def see(frames: Sequence[tuple[Pixels, Mask]], _device: torch.device) -> Belief:
        shown.extend(frames)
        if not any(mask.any() for _, mask in frames):
            raise PromptError("empty", advice="Click.")
        red = [pixels[mask].mean(0) for pixels, mask in frames]
        is_ball = all(one[0] > 2 * one[1] for one in red)
        return Belief((("ball", 0.9 if is_ball else 0.1),))

    monkeypatch.setattr(seen_words, "see", see)
    return shown


def job(clip: tuple[MediaInfo, PtsTable, MaskTrack], k: int) -> BeliefJob:
    info, table, track = clip
    mask = track.masks[k]
    region = RegionPrompt((Click(40 + 2 * k, 60, mask.pts),))
    return BeliefJob(info, table, region, mask, device="cpu")


def test_the_mask_is_looked_at_on_its_own_frame(clip, looked_at):
    asked = job(clip, 6)
    told: list[Progress] = []

    answer = asked(told.append, CancelToken())

    assert (answer.job_id, answer.region) == (asked.job_id, asked.region)
    assert (answer.belief.best, answer.belief.confidence) == ("ball", 0.9)
    assert len(looked_at) == 1
    assert told[-1].fraction == 1.0


def test_a_frame_that_is_on_screen_is_not_read_from_the_file(clip, looked_at):
    frames, _ = moving_disc(N_FRAMES)
    asked = job(clip, 6)
    gone = replace(asked.media, path=asked.media.path.with_name("gone.mp4"))
    on_screen = Frame(frames[6], asked.mask.pts, 0.24)

    answer = replace(asked, media=gone, frame=on_screen)(ignore, CancelToken())

    assert answer.belief.confidence == 0.9
    assert np.array_equal(looked_at[0][0], frames[6])


def test_of_a_track_a_few_sure_frames_are_looked_at_and_always_the_clicked_one(clip, looked_at):
    track = clip[2]
    lost = [TrackedMask(m.pts, m.height_px, m.width_px, m.packed, 0.1) for m in track.masks[9:]]

    replace(job(clip, 8), track=track.with_masks(lost))(ignore, CancelToken())

    middles = [int(np.nonzero(mask)[1].mean().round()) for _, mask in looked_at]
    assert middles == [40 + 2 * k for k in (0, 2, 5, 7, 8)]


def test_a_track_of_nothing_else_leaves_the_clicked_frame(clip, looked_at):
    asked = job(clip, 3)

    replace(asked, track=MaskTrack(Fraction(1, 12_800), Fraction(0), (asked.mask,)))(
        ignore, CancelToken()
    )

    assert len(looked_at) == 1


def test_an_empty_mask_is_refused(clip, looked_at):
    asked = job(clip, 3)
    nowhere = TrackedMask.pack(asked.mask.pts, np.zeros((120, 160), np.bool_))

    with pytest.raises(PromptError):
        replace(asked, mask=nowhere)(ignore, CancelToken())


def test_a_job_that_is_cancelled_asks_nothing(clip, looked_at):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        job(clip, 3)(ignore, cancel)

    assert looked_at == []


def test_the_job_can_be_asked_for_before_torch_is_loaded():
    code = "import sys, core.jobs.recognition; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
