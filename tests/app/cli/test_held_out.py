import csv

import cv2
import numpy as np
import pytest

from app.cli.held_out import PartChoice, material_for
from core.errors import MediaError
from core.training.pictures import find_pictures, split_pictures
from core.training.recordings import Part, find_recordings, split


@pytest.fixture
def folder(tmp_path):
    """Ten recordings of five originals of each class, and one of a class of its own."""
    names = [f"{name}/{name}_{n}.wav" for name in ("dog", "cat") for n in range(10)]
    for name in [*names, "owl/owl_0.wav"]:
        path = tmp_path / "audio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name in ("dog", "cat"):
        for number in range(4):
            path = tmp_path / "images" / name / f"{name}_{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tobytes())
    return tmp_path


@pytest.fixture
def table(folder):
    rows = [
        {"file": str(path.relative_to(folder)), "origin_id": f"{path.stem[:-1]}{number // 2}"}
        for name in ("dog", "cat", "owl")
        for number, path in enumerate(sorted((folder / "audio" / name).iterdir()))
    ]
    with (folder / "SOURCES.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("file", "origin_id"))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_an_engine_trained_here_is_measured_on_what_training_held_out(table):
    found = material_for("mini", table)

    held_out = {one.path for one in split(find_recordings(table))[Part.TEST]}
    shown = {one.path for one in split_pictures(find_pictures(table))[Part.TEST]}
    assert found.part == "test"
    assert {path for files in found.sounds.values() for path in files} == held_out
    assert {path for files in found.pictures.values() for path in files} == shown
    assert list(found.sounds) == ["cat", "dog"]
    assert all(len(files) == 2 for files in found.sounds.values())


def test_a_class_without_a_held_out_recording_is_left_out_and_named(table):
    assert material_for("mini", table).left_out == ("owl",)


@pytest.mark.parametrize(
    ("engine", "part"), [("spectral", PartChoice.AUTO), ("mini", PartChoice.ALL)]
)
def test_other_engines_or_who_asks_for_it_get_all_files(table, engine, part):
    found = material_for(engine, table, part)

    assert found.part == "all"
    assert sum(map(len, found.sounds.values())) == 21


def test_any_engine_can_be_measured_on_the_test_part(table):
    assert material_for("spectral", table, PartChoice.TEST).part == "test"


def test_a_folder_without_a_table_is_used_whole(folder):
    assert material_for("mini", folder).part == "all"

    with pytest.raises(MediaError) as caught:
        material_for("mini", folder, PartChoice.TEST)
    assert "--part" in caught.value.advice


def test_a_table_of_other_recordings_counts_as_none(table):
    blind = table / "blind"
    (table / "audio").rename(table / "kept")
    for name in ("bell", "horn"):
        (blind / "audio" / name).mkdir(parents=True)
        (blind / "audio" / name / "one.wav").touch()

    assert material_for("mini", blind).part == "all"


def test_recordings_alone_can_be_held_out_too(table):
    for path in (table / "images").rglob("*.png"):
        path.unlink()

    found = material_for("mini", table)

    assert (found.part, found.pictures) == ("test", {})


def test_choices_can_be_made_on_files_that_are_neither_learnt_from_nor_tested_on(table):
    validation, test = (
        material_for("mini", table, part) for part in (PartChoice.VALIDATION, PartChoice.TEST)
    )

    assert validation.part == "validation"
    seen = {path for paths in validation.sounds.values() for path in paths}
    assert seen
    assert not seen & {path for paths in test.sounds.values() for path in paths}
