"""Masks as COCO's run lengths: what other tools read is what was seen."""

import json

import numpy as np

from core.files.coco_masks import masks_text, rle_counts
from core.progress import CancelToken, ignore
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


def test_the_file_says_size_times_scores_and_labels():
    track = sounding_track(
        sounding_frame(0, 0.0, {"church_bell": LEFT}), sounding_frame(200, 0.2, {})
    )

    said = json.loads(masks_text(track, (270, 480), report=ignore, cancel=CancelToken()))

    assert said["size"] == [270, 480]
    assert [frame["time_s"] for frame in said["frames"]] == [0.0, 0.2]
    (source,) = said["frames"][0]["sources"]
    assert source["label"] == "church_bell"
    assert source["score"] == 0.9
    mask = mask_from_rle(source["counts"], 270, 480)
    assert (mask == track.frames[0].mask(track.frames[0].sources[0], 270, 480)).all()
    assert said["frames"][1]["sources"] == []
