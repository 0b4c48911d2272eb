"""Pictures are found by class, split by what they show, and known by their outlines."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import MediaError
from core.progress import Cancelled, CancelToken, ignore
from core.scenes.plain_ground import outline_of
from core.training.pictures import (
    Picture,
    find_pictures,
    origin_of,
    split_pictures,
    words_of,
)
from core.training.pictures_attributions import write_picture_attributions
from core.training.pictures_bank import LONGEST_PX, read_pictures
from core.training.recordings import Part
from tests.helpers.shapes import ground, shape, write_pictures


def pictures(label: str, stems: list[str]) -> list[Picture]:
    return [Picture(label, Path(label) / f"{stem}.jpg", origin_of(stem)) for stem in stems]


def test_a_folder_of_pictures_is_read_by_class(tmp_path):
    found = find_pictures(write_pictures(tmp_path, 3))

    assert [one.label for one in found] == ["_background"] * 3 + ["bar"] * 3 + ["disc"] * 3
    assert [one.is_of_nothing for one in found] == [True] * 3 + [False] * 6
    assert words_of(tmp_path, found) == ("bar", "disc")


def test_only_classes_that_have_recordings_are_words(tmp_path):
    write_pictures(tmp_path, 1)
    (tmp_path / "audio" / "disc").mkdir(parents=True)
    (tmp_path / "audio" / "whistle").mkdir()

    assert words_of(tmp_path, find_pictures(tmp_path)) == ("disc",)


def test_a_folder_without_classes_is_refused_with_advice(tmp_path):
    with pytest.raises(MediaError, match="fewer than two classes") as caught:
        find_pictures(tmp_path)

    assert "images/<class>" in caught.value.advice


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("art_fluentflat_1f436", "art_fluent3d_1f436"),  # one design, drawn twice
        ("coco_000000358083_47564", "coco_000000358083_49708"),  # crops of one photograph
        ("caltech_ibis_0041", "caltech_ibis_0049"),  # neighbours in a series
        ("caltech_faces_0021", "caltech_faces_0039"),  # one person sits for longer
    ],
)
def test_pictures_of_one_thing_have_one_origin(one, other):
    assert origin_of(one) == origin_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("art_noto_1f436", "art_fluent3d_1f436"),
        ("art_noto_1f436", "art_noto_1f415"),
        ("caltech_ibis_0041", "caltech_ibis_0051"),
        ("caltech_ibis_0041", "caltech_flamingo_0041"),
        ("mine", "yours"),
    ],
)
def test_other_things_have_other_origins(one, other):
    assert origin_of(one) != origin_of(other)


def test_a_table_of_sources_overrules_names(tmp_path):
    write_pictures(tmp_path, 2)
    (tmp_path / "SOURCES.csv").write_text(
        "file,origin_id\nimages/disc/disc00.png,shoot 7\nimages/disc/disc01.png,\n",
        encoding="utf-8",
    )

    origins = {one.path.name: one.origin_id for one in find_pictures(tmp_path)}

    assert (origins["disc00.png"], origins["disc01.png"]) == ("shoot 7", "disc01")


def test_no_origin_is_on_two_sides_and_both_kinds_are_held_out():
    shown = pictures("dog", [f"caltech_dalmatian_{k:04}" for k in range(200)])
    shown += pictures("dog", [f"art_{style}_{k:x}" for style in ("noto", "fx") for k in range(10)])

    parts = split_pictures(shown)

    origins = [{one.origin_id for one in parts[part]} for part in Part]
    assert sum(map(len, origins)) == len(set.union(*origins)) == 40
    for part, share in ((Part.VALIDATION, 0.1), (Part.TEST, 0.2)):
        photographs = [one for one in parts[part] if not one.is_drawing]
        assert len(photographs) == share * 200
        assert len(parts[part]) - len(photographs) == share * 20
    assert split_pictures(shown) == parts != split_pictures(shown, seed=1)


def test_what_there_is_little_of_is_for_training():
    parts = split_pictures(pictures("harp", ["art_noto_1", "art_noto_2"]))

    assert [len(parts[part]) for part in Part] == [2, 0, 0]
    parts = split_pictures(pictures("bell", ["art_noto_1", "art_noto_2", "art_fx_1"]))
    assert [len(parts[part]) for part in Part] == [2, 0, 1]


def test_an_object_before_a_plain_ground_gives_its_outline_away():
    pixels, truth = shape("disc", 1)
    slope = np.linspace(0, 60, pixels.shape[1])[None, :, None]
    pixels = np.clip(pixels + slope, 0, 255).astype(np.uint8)

    found = outline_of(pixels)

    assert found is not None
    assert np.count_nonzero(found & truth) / np.count_nonzero(found | truth) > 0.9


def test_a_scene_or_an_empty_ground_has_no_outline():
    assert outline_of(ground(3)) is None
    assert outline_of(np.full((48, 48, 3), 90, np.uint8)) is None


def test_pictures_are_kept_small_and_in_rgb(tmp_path):
    (tmp_path / "large.png").parent.mkdir(exist_ok=True)
    blue = np.zeros((300, 600, 3), np.uint8)
    blue[..., 0] = 200  # OpenCV writes BGR
    cv2.imwrite(str(tmp_path / "large.png"), blue)

    (kept,) = read_pictures(
        [Picture("sky", tmp_path / "large.png", "1")], report=ignore, cancel=CancelToken()
    )

    assert kept.pixels.shape == (LONGEST_PX // 2, LONGEST_PX, 3)
    assert kept.pixels[0, 0].tolist() == [0, 0, 200]


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "notes.jpg").write_text("not a picture", encoding="utf-8")

    with pytest.raises(MediaError) as caught:
        read_pictures(
            [Picture("dog", tmp_path / "notes.jpg", "1")], report=ignore, cancel=CancelToken()
        )

    assert "notes.jpg" in caught.value.advice


def test_reading_can_be_stopped(tmp_path):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        read_pictures(find_pictures(write_pictures(tmp_path, 1)), report=ignore, cancel=cancel)


def test_who_made_a_picture_is_listed_or_said_to_be_unknown(tmp_path):
    write_pictures(tmp_path, 1)
    (tmp_path / "SOURCES.csv").write_text(
        "file,origin_id,licence,attribution,source_repo,source_path\n"
        "images/disc/disc00.png,,CC0-1.0,A. Draw,draw/discs,a/b.png\n",
        encoding="utf-8",
    )
    found = find_pictures(tmp_path)

    write_picture_attributions({Part.TEST: found}, tmp_path, tmp_path / "who.csv")

    with (tmp_path / "who.csv").open(encoding="utf-8") as file:
        rows = {row["class"]: row for row in csv.DictReader(file)}
    assert rows["disc"] == {
        "file": "disc/disc00.png",
        "class": "disc",
        "part": "test",
        "licence": "CC0-1.0",
        "attribution": "A. Draw",
        "origin": "draw/discs/a/b.png",
    }
    assert (rows["bar"]["licence"], rows["bar"]["origin"]) == ("unknown", "bar00")
