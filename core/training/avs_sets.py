"""Reads how the sets for audio-visual segmentation are published: AVSBench S4, MS3, AVSS, and VPO.

Each is a table and folders. What is common to all is a `Film`: pictures with masks, and
the sound around each. What the numbers in a mask mean is the set's own matter (`avs_masks`).
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.errors import MediaError
from core.training.avs_masks import VPO_WORDS, Classes, binary, of_coco_numbers, of_colours

Row = dict[str, str]


class AvsPart(Enum):
    """As the tables call them."""

    TRAIN = "train"
    VALIDATION = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class AvsFrame:
    """A picture whose mask is known."""

    picture: Path
    mask: Path
    second: int | None
    """Of the sound, that belongs to it; None for the one in the middle."""


@dataclass(frozen=True, slots=True)
class AvsFilm:
    """Pictures that share their sound."""

    name: str
    label: str
    """The class of the one source; empty where there may be several."""
    sounds: tuple[Path, ...]
    """Heard together."""
    frames: tuple[AvsFrame, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AvsSet:
    """A published set.

    Attributes:
        words: names of classes; where pixels have classes, the first one is silence.
        has_classes: whether pixels have classes.
        classes: makes classes (H, W) of the pixels of a mask file.
        films: reads a part.
    """

    words: tuple[str, ...]
    has_classes: bool
    classes: Classes
    films: Callable[[AvsPart], Sequence[AvsFilm]]


def find_avs_set(data: Path) -> AvsSet | None:
    """Return the set that lies in a folder, or None if no published one does.

    Raises:
        MediaError: its table can't be read.
    """
    readers = {
        "s4_meta_data.csv": _s4,
        "ms3_meta_data.csv": _ms3,
        "metadata.csv": _avss,
    }
    for name, reader in readers.items():
        if (data / name).is_file():
            return reader(data, _rows(data / name))
    for table in sorted(data.glob("*.csv")):
        if {"img_Id", "ann_Ids", "vgg_file", "split"} <= _columns(table):
            return _vpo(data, _rows(table))
    return None


def _s4(data: Path, rows: Sequence[Row]) -> AvsSet:
    """Single source: five pictures of a film; of those to be trained on the first has a mask."""
    root = data / "s4_data"
    columns = list(rows[0])

    def films(part: AvsPart) -> list[AvsFilm]:
        found = []
        for row in _of_part(rows, part):
            name, label = row[columns[0]], row[columns[2]]
            place = Path(part.value) / label
            frames = [
                AvsFrame(
                    root / "visual_frames" / place / name / f"{name}_{number}.png",
                    root / "gt_masks" / place / name / f"{name}_{number}.png",
                    number - 1,
                )
                for number in range(1, 2 if part is AvsPart.TRAIN else 6)
            ]
            sound = root / "audio_wav" / place / f"{name}.wav"
            found.append(AvsFilm(name, label, (sound,), tuple(frames)))
        return found

    words = tuple(sorted({row[columns[2]] for row in rows}))
    return AvsSet(words, False, binary, films)


def _ms3(data: Path, rows: Sequence[Row]) -> AvsSet:
    """Several sources: five pictures of a film, all with masks."""
    root = data / "ms3_data"
    first = next(iter(rows[0]))

    def films(part: AvsPart) -> list[AvsFilm]:
        found = []
        for row in _of_part(rows, part):
            name = row[first]
            frames = [
                AvsFrame(
                    root / "visual_frames" / name / f"{name}.mp4_{number}.png",
                    root / "gt_masks" / part.value / name / f"{name}_{number}.png",
                    number - 1,
                )
                for number in range(1, 6)
            ]
            sound = root / "audio_wav" / part.value / f"{name}.wav"
            found.append(AvsFilm(name, "", (sound,), tuple(frames)))
        return found

    return AvsSet((), False, binary, films)


def _avss(data: Path, rows: Sequence[Row]) -> AvsSet:
    """Semantic: five or ten pictures of a film, with coloured masks where there are any."""
    numbers: dict[str, int] = json.loads((data / "label2idx.json").read_text(encoding="utf-8"))

    def films(part: AvsPart) -> list[AvsFilm]:
        found = []
        for row in _of_part(rows, part):
            folder = data / row["label"] / row["uid"]
            masks = sorted((folder / "labels_rgb").glob("*.png"), key=lambda path: int(path.stem))
            frames = [
                AvsFrame(folder / "frames" / f"{mask.stem}.jpg", mask, int(mask.stem))
                for mask in masks
            ]
            found.append(AvsFilm(row["uid"], "", (folder / "audio.wav",), tuple(frames)))
        return found

    words = tuple(sorted(numbers, key=lambda word: numbers[word]))
    return AvsSet(words, True, of_colours(len(words)), films)


def _vpo(data: Path, rows: Sequence[Row]) -> AvsSet:
    """Pictures of COCO with sounds of VGGSound; one row for each source of a picture."""

    def films(part: AvsPart) -> list[AvsFilm]:
        by_picture: dict[str, list[Row]] = {}
        for row in _of_part(rows, part):
            by_picture.setdefault(row["img_Id"], []).append(row)
        return [_vpo_film(data, name, sources) for name, sources in by_picture.items()]

    return AvsSet(VPO_WORDS, True, of_coco_numbers, films)


def _vpo_film(data: Path, name: str, sources: Sequence[Row]) -> AvsFilm:
    picture, marks = name.zfill(12), sources[0]["ann_Ids"].zfill(12)
    frame = AvsFrame(
        data / "data" / f"{picture}.jpg", data / "mask" / f"{picture}_{marks}.png", None
    )
    sounds = tuple(data / "audios" / f"{row['vgg_file']}.wav" for row in sources)
    label = sources[0].get("cateName", "") if len(sources) == 1 else ""
    return AvsFilm(name, label, sounds, (frame,))


def _of_part(rows: Sequence[Row], part: AvsPart) -> list[Row]:
    return [row for row in rows if row["split"] == part.value]


def _columns(table: Path) -> set[str]:
    """Return the names of a table's columns; none where it is no table of text."""
    try:
        with table.open(newline="", encoding="utf-8") as file:
            return set(next(csv.reader(file), []))
    except (UnicodeDecodeError, csv.Error):
        return set()


def _rows(table: Path) -> list[Row]:
    """Return the rows of a table that has a column "split".

    Raises:
        MediaError: it has none, or no rows.
    """
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MediaError(f"can't read {table}: {error}", advice="Download it again.") from error
    if not rows or "split" not in rows[0]:
        raise MediaError(
            f"{table} has no column “split”, or no rows",
            advice="Give the table as it was published, beside its folders.",
        )
    return rows
