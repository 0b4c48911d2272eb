"""The published splits are read as they are, and what stands on both sides of one is found."""

from pathlib import Path

import pytest

from core.errors import MediaError
from core.training.films import Film, has_splits, leaks, read_films, read_splits, without_leaks

MUSIC = (
    "/cello/aBc.wav,/cello/aBc.mp4,1200\n/acoustic_guitar/-x_1.wav,/acoustic_guitar/-x_1.mp4,80\n"
)
AVE = 'PId.wav,PId.mp4,12,Church bell\n-C8l.wav,-C8l.mp4,12,"Male speech, man speaking"\n\n'


def listed(tmp_path: Path, text: str) -> list[Film]:
    path = tmp_path / "train.csv"
    path.write_text(text, encoding="utf-8")
    return read_films(path)


def test_rows_of_music_name_class_sound_and_frames(tmp_path):
    films = listed(tmp_path, MUSIC)

    assert films == [
        Film("cello", "cello/aBc.wav", "cello/aBc.mp4", 1200),
        Film("acoustic_guitar", "acoustic_guitar/-x_1.wav", "acoustic_guitar/-x_1.mp4", 80),
    ]
    assert films[0].name == "aBc"


def test_rows_of_ave_do_too_and_classes_may_hold_commas(tmp_path):
    assert listed(tmp_path, AVE) == [
        Film("Church bell", "PId.wav", "PId.mp4", 12),
        Film("Male speech, man speaking", "-C8l.wav", "-C8l.mp4", 12),
    ]


def test_frames_of_a_film_are_counted_from_one(tmp_path):
    paths = listed(tmp_path, AVE)[0].frame_paths(Path("data"))

    assert len(paths) == 12
    assert paths[0] == Path("data/frames/PId.mp4/000001.jpg")
    assert paths[-1].name == "000012.jpg"


@pytest.mark.parametrize(
    "row", ["a.wav,a.mp4", "a.wav,a.mp4,many,Bark", "/cello/a.wav,a.mp4,0", "a.wav,a.mp4,7", ""]
)
def test_other_tables_are_refused_and_the_line_is_named(tmp_path, row):
    with pytest.raises(MediaError, match=r"line 3|lists no films") as caught:
        listed(tmp_path, f"{MUSIC}{row}\n" if row else "\n")

    assert "MUSIC" in caught.value.advice


def test_only_the_splits_that_are_there_are_read(tmp_path):
    assert not has_splits(tmp_path)
    listed(tmp_path, MUSIC)
    (tmp_path / "test.csv").write_text(MUSIC, encoding="utf-8")

    assert has_splits(tmp_path)
    assert list(read_splits(tmp_path)) == ["train", "test"]


def film(name: str, label: str = "cello") -> Film:
    return Film(label, f"{label}/{name}.wav", f"{label}/{name}.mp4", 10)


def test_films_in_two_splits_are_found_even_under_another_class():
    splits = {
        "train": [film("a"), film("b")],
        "val": [film("c"), film("d")],
        "test": [film("d"), film("b", "viola"), film("e")],
    }

    assert leaks(splits) == {("train", "test"): ("b",), ("val", "test"): ("d",)}
    kept = without_leaks(splits)
    assert leaks(kept) == {}
    assert kept["train"] == [film("a")]
    assert kept["val"] == [film("c")]
    assert kept["test"] == splits["test"]
