"""Cut-outs are made once, kept, and found again."""

import cv2
import numpy as np
import pytest

from core.errors import MediaError
from core.progress import Cancelled, CancelToken, ignore
from core.scenes.cutout_bank import open_cutouts
from tests.helpers.cutouts import COLOURS, write_folder


def _files(folder):
    return {
        place.name: tuple(sorted(place.iterdir()))
        for place in sorted((folder / "images").iterdir())
    }


def test_each_drawing_gives_a_tight_cutout_of_its_class(tmp_path):
    files = _files(write_folder(tmp_path / "data", n_each=2))

    bank = open_cutouts(files, tmp_path / "cache", report=ignore, cancel=CancelToken())

    assert {label: len(found) for label, found in bank.by_class().items()} == dict.fromkeys(
        COLOURS, 2
    )
    for cutout in bank.cutouts:
        middle = cutout.pixels[cutout.share.shape[0] // 2, cutout.share.shape[1] // 2]
        assert tuple(middle) == COLOURS[cutout.label]
        # A disc fills π / 4 of its own box; the soft edge adds a pixel around it.
        assert 0.55 < (cutout.share > 127).mean() < 0.8


def test_what_was_cut_is_read_again_and_not_cut_again(tmp_path, monkeypatch):
    files = _files(write_folder(tmp_path / "data", n_each=1))
    first = open_cutouts(files, tmp_path / "cache", report=ignore, cancel=CancelToken())
    monkeypatch.setattr("core.scenes.cutout_bank.cut_out", _fail)

    again = open_cutouts(files, tmp_path / "cache", report=ignore, cancel=CancelToken())

    for one, other in zip(first.cutouts, again.cutouts, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


def _fail(*_args, **_kwargs):
    raise AssertionError("cut again")


def test_pictures_of_nothing_are_grounds_and_never_things(tmp_path):
    pixels = np.full((40, 50, 3), 90, np.uint8)
    pixels[10:30, 10:40] = 200
    path = tmp_path / "scene.png"
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())

    bank = open_cutouts(
        {"_background": (path,)}, tmp_path / "cache", report=ignore, cancel=CancelToken()
    )

    assert not bank.cutouts
    assert len(bank.nothing) == 1


def test_a_file_that_is_no_picture_is_named(tmp_path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture")

    with pytest.raises(MediaError) as failure:
        open_cutouts({"dog": (path,)}, tmp_path / "cache", report=ignore, cancel=CancelToken())

    assert "broken.jpg" in failure.value.advice


def test_a_stop_leaves_nothing_half_made(tmp_path):
    files = _files(write_folder(tmp_path / "data", n_each=1))
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        open_cutouts(files, tmp_path / "cache", report=ignore, cancel=cancel)

    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
