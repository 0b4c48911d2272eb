"""No part of a recording that was learnt from is ever tested on."""

from pathlib import Path

import pytest

from core.errors import MediaError
from core.training.recordings import Part, Recording, find_recordings, split
from tests.core.training.bank import write_recordings


def many(label: str, n_origins: int, copies: int = 2) -> list[Recording]:
    return [
        Recording(label, Path(f"{label}/{origin}_{copy}.ogg"), f"{label}:{origin}")
        for origin in range(n_origins)
        for copy in range(copies)
    ]


def origins(recordings: list[Recording]) -> set[str]:
    return {recording.origin_id for recording in recordings}


def test_recordings_are_found_by_class_with_their_originals(tmp_path):
    found = find_recordings(write_recordings(tmp_path))

    assert {recording.label for recording in found} == {"bell", "flute", "rain"}
    assert origins([r for r in found if r.label == "flute"]) == {"flute:long", "flute/short"}


def test_without_a_table_every_file_is_its_own_original(tmp_path):
    write_recordings(tmp_path)
    (tmp_path / "SOURCES.csv").unlink()

    found = find_recordings(tmp_path)

    assert len(origins(found)) == len(found) == 6


def test_files_of_one_original_stay_together():
    parts = split(many("dog", 10) + many("rain", 7))

    train, validation, test = (origins(parts[part]) for part in Part)
    assert not train & validation
    assert not train & test
    assert not validation & test
    assert len(train | validation | test) == 17


def test_every_class_of_two_originals_is_both_learnt_and_tested():
    parts = split(many("dog", 2) + many("rain", 30))

    assert {r.label for r in parts[Part.TRAIN]} == {"dog", "rain"}
    assert {r.label for r in parts[Part.TEST]} == {"dog", "rain"}


def test_a_class_of_one_original_is_only_learnt():
    parts = split(many("tuba", 1) + many("rain", 9))

    assert [part for part in Part if origins(parts[part]) & {"tuba:0"}] == [Part.TRAIN]


def test_the_deal_depends_on_the_seed_alone():
    recordings = many("dog", 20) + many("rain", 20)

    assert split(recordings, 1) == split(list(reversed(recordings)), 1)
    assert split(recordings, 1) != split(recordings, 2)


def test_an_original_in_two_classes_is_on_one_side():
    shared = [
        Recording("cat", Path("cat/x.ogg"), "farm"),
        Recording("dog", Path("dog/x.ogg"), "farm"),
    ]

    for seed in range(20):
        parts = split(many("cat", 9) + many("dog", 9) + shared, seed)

        assert sum("farm" in origins(parts[part]) for part in Part) == 1


def test_a_folder_without_classes_is_refused_with_advice(tmp_path):
    with pytest.raises(MediaError) as caught:
        find_recordings(tmp_path)

    assert "audio/<class>/" in caught.value.advice
