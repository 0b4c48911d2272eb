"""Reads the published splits of MUSIC and AVE, and finds what stands on both sides of one.

MUSIC's rows are `/<class>/<id>.wav,/<class>/<id>.mp4,<frames>`, AVE's are
`<id>.wav,<id>.mp4,<frames>,<class>`. Sounds lie under `audio`, and the pictures of a film under
`frames`, in a folder named like the film, as `000001.jpg` and so on.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NoReturn

from core.errors import MediaError

SPLITS = ("train", "val", "test")

_ADVICE = (
    "Rows are “/class/name.wav,/class/name.mp4,frames” (MUSIC) or "
    "“name.wav,name.mp4,frames,class” (AVE)."
)


@dataclass(frozen=True, slots=True, order=True)
class Film:
    """One film of a split."""

    label: str
    sound: str
    """Under `audio`."""
    frames: str
    """Folder under `frames`."""
    n_frames: int

    @property
    def name(self) -> str:
        """The same wherever the film is listed, whichever class it is listed under."""
        return Path(self.sound).stem

    def frame_paths(self, data: Path) -> list[Path]:
        """Return where its pictures lie, in the order of time."""
        folder = data / "frames" / self.frames
        return [folder / f"{number:06d}.jpg" for number in range(1, self.n_frames + 1)]


def has_splits(data: Path) -> bool:
    """Return whether a folder holds a published data set rather than folders of classes."""
    return (data / "train.csv").is_file()


def read_films(path: Path) -> list[Film]:
    """Return the films of one split, in its order.

    Raises:
        MediaError: a row has another form, or there is none.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file), 1) if len(row) > 1]
    except (OSError, UnicodeDecodeError) as error:
        raise MediaError(f"can't read {path}: {error}", advice=_ADVICE) from error
    if not rows:
        raise MediaError(f"{path} lists no films", advice=_ADVICE)
    return [_film(path, number, [cell.strip().lstrip("/") for cell in row]) for number, row in rows]


def read_splits(data: Path) -> dict[str, list[Film]]:
    """Return the films of `train.csv`, `val.csv` and `test.csv`, as far as they are there."""
    return {
        name: read_films(data / f"{name}.csv")
        for name in SPLITS
        if (data / f"{name}.csv").is_file()
    }


def leaks(splits: Mapping[str, Iterable[Film]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the films that two splits share, by the names of both; pairs without any are left out.

    What is measured on such films is no measure of what was learnt.
    """
    names = {split: {film.name for film in films} for split, films in splits.items()}
    shared = {
        (one, other): tuple(sorted(names[one] & names[other]))
        for one, other in combinations(names, 2)
    }
    return {pair: films for pair, films in shared.items() if films}


def without_leaks(splits: Mapping[str, Iterable[Film]]) -> dict[str, list[Film]]:
    """Return the splits with every film in the last one that lists it, as the test comes last."""
    last = {film.name: split for split, films in splits.items() for film in films}
    return {
        split: [film for film in films if last[film.name] == split]
        for split, films in splits.items()
    }


def _film(path: Path, number: int, row: list[str]) -> Film:
    try:
        if len(row) == 3:
            label, _, _ = row[0].rpartition("/")
            return Film(label or _fail(), row[0], row[1], _count(row[2]))
        sound, frames, n_frames, label = row
        return Film(label or _fail(), sound, frames, _count(n_frames))
    except ValueError as error:
        raise MediaError(
            f"line {number} of {path} is no film: {','.join(row)}", advice=_ADVICE
        ) from error


def _count(text: str) -> int:
    count = int(text)
    return count if count > 0 else _fail()


def _fail() -> NoReturn:
    raise ValueError
