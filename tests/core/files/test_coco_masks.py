"""Masks as COCO's run lengths: what other tools read is what was seen."""

import json

import numpy as np
import pytest

from core.files.coco_masks import rle_counts, write_masks
from core.progress import Cancelled, CancelToken, ignore
from tests.helpers.soundings import mask_from_rle, rectangle, sounding_frame, sounding_track

LEFT = rectangle(5, 20, 4, 20)


def test_a_mask_comes_back_as_it_was():
    mask = np.random.default_rng(0).random((45, 80)) > 0.5

    assert (mask_from_rle(rle_counts(mask), 45, 80) == mask).all()


def test_the_string_is_that_of_the_published_format():
    mask = np.zeros((5, 6), np.bool_)
    mask[1:3, 2:5] = True
    # Down the columns: 11 off, 2 on, 3 off, 2 on, 3 off, 2 on, 7 off; from the third run on the
    # difference to the run two before, each number plus 48 as a character.
    assert rle_counts(mask) == ";230004"


def test_the_file_says_size_times_numbers_scores_and_labels(tmp_path):
    track = sounding_track(
        sounding_frame(0, 0.0, {"church_bell": LEFT}), sounding_frame(200, 0.2, {})
    )

    path = tmp_path / "masks.json"
    write_masks(track, (270, 480), path, report=ignore, cancel=CancelToken())

    said = json.loads(path.read_text("utf-8"))

    assert said["size"] == [270, 480]
    assert [frame["time_s"] for frame in said["frames"]] == [0.0, 0.2]
    (source,) = said["frames"][0]["sources"]
    assert source["label"] == "church_bell"
    assert (source["number"], source["score"]) == (0, 0.9)
    mask = mask_from_rle(source["counts"], 270, 480)
    assert (mask == track.frames[0].mask(track.frames[0].sources[0], 270, 480)).all()
    assert said["frames"][1]["sources"] == []


def test_a_track_of_nothing_is_a_file_of_nothing(tmp_path):
    path = tmp_path / "masks.json"
    write_masks(sounding_track(), (4, 6), path, report=ignore, cancel=CancelToken())

    assert json.loads(path.read_text("utf-8")) == {"size": [4, 6], "frames": []}


def test_frames_are_written_as_they_come_and_it_stops_when_asked(tmp_path):
    frames = [sounding_frame(200 * place, 0.2 * place, {"dog": LEFT}) for place in range(200)]
    path, cancel, sizes = tmp_path / "masks.json", CancelToken(), []

    def report(progress):
        sizes.append(path.stat().st_size)
        if len(sizes) == 150:
            cancel.cancel()

    with pytest.raises(Cancelled):
        write_masks(sounding_track(*frames), (270, 480), path, report=report, cancel=cancel)

    assert len(sizes) == 150
    assert sizes[-1] > 10_000
