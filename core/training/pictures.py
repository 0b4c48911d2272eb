"""Find pictures by class in a folder, and keep pictures of one subject on one side of a split.

The folder has the layout `images/<class>/<picture>`. A class whose name begins with an underscore
holds pictures of nothing that sounds. A table `SOURCES.csv` may name origins, as for recordings;
where it names none, the file's name does: drawings of one design by one house (`art_fluentflat_...`
and `art_fluent3d_...`) are one origin, and so are crops of one photograph and near neighbours in
a numbered series, which often show one sitting of one person.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import MediaError
from core.training.recordings import Part, class_and_file, sources

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

_RUN = 10
"""Numbers of a series that are taken as one origin."""

_LONG_RUNS = {"faces": 20}
"""Series in which one subject stays longer."""


@dataclass(frozen=True, slots=True, order=True)
class Picture:
    """One file of one class."""

    label: str
    path: Path
    origin_id: str
    """The same for pictures that show one thing at one time."""

    @property
    def is_drawing(self) -> bool:
        return self.path.name.startswith("art_")

    @property
    def is_of_nothing(self) -> bool:
        """It shows nothing that sounds."""
        return self.label.startswith("_")


def find_pictures(folder: Path) -> list[Picture]:
    """Return the pictures under `folder`, sorted by class and path.

    Raises:
        MediaError: fewer than two classes hold pictures.
    """
    root = folder / "images" if (folder / "images").is_dir() else folder
    known = sources(folder)
    found = [
        Picture(path.parent.name, path, _given(known, path) or origin_of(path.stem))
        for path in sorted(root.glob("*/*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if len({picture.label for picture in found}) < 2:
        raise MediaError(
            f"{root} holds {len(found)} pictures of fewer than two classes",
            advice="Give a folder with the layout images/<class>/<picture>.jpg "
            "and at least two classes.",
        )
    return found


def words_of(folder: Path, pictures: Iterable[Picture]) -> tuple[str, ...]:
    """Return the classes a picture can name, sorted: those that have recordings, if any do."""
    seen = {picture.label for picture in pictures if not picture.is_of_nothing}
    audio = folder / "audio"
    heard = {path.name for path in audio.iterdir()} if audio.is_dir() else seen
    return tuple(sorted(seen & heard))


def split_pictures(
    pictures: Iterable[Picture], seed: int = 0, held_out: tuple[float, float] = (0.1, 0.2)
) -> dict[Part, list[Picture]]:
    """Deal the origins of each class's photographs, and of its drawings, to the three parts.

    Three origins are needed before one is held out for testing, five before one is for validation.

    Args:
        pictures: of any classes.
        seed: another seed is another deal; adding pictures to one class moves no other's.
        held_out: share of the origins for validation and for testing.
    """
    parts: dict[Part, list[Picture]] = {part: [] for part in Part}
    piles: dict[tuple[str, bool], dict[str, list[Picture]]] = defaultdict(lambda: defaultdict(list))
    # An origin in two classes goes where its first class sends it.
    sent: dict[str, Part] = {}
    for picture in sorted(pictures):
        piles[picture.label, picture.is_drawing][picture.origin_id].append(picture)
    for origins in piles.values():
        names = sorted(origins, key=lambda name: _shuffled(name, seed))
        for rank, name in enumerate(names):
            part = sent.setdefault(name, _dealt(rank, len(names), held_out))
            parts[part] += origins[name]
    return {part: sorted(dealt) for part, dealt in parts.items()}


def origin_of(stem: str) -> str:
    """Return the origin that a file's name tells of; the name itself where it tells nothing."""
    drawing = re.fullmatch(r"art_(fluent|[a-z]+)[a-z0-9]*_([0-9a-f-]+)", stem)
    if drawing:
        return f"art_{drawing[1]}_{drawing[2]}"
    crop = re.fullmatch(r"(coco_\d+)(_\d+)?", stem)
    if crop:
        return crop[1]
    series = re.fullmatch(r"caltech_(.+)_(\d+)", stem)
    if series:
        return f"caltech_{series[1]}_{int(series[2]) // _LONG_RUNS.get(series[1], _RUN)}"
    return stem


def _given(known: Mapping[str, Mapping[str, str]], path: Path) -> str:
    return known.get(class_and_file(path), {}).get("origin_id", "")


def _dealt(rank: int, n_origins: int, held_out: tuple[float, float]) -> Part:
    n_test = max(1, round(held_out[1] * n_origins)) if n_origins >= 3 else 0
    n_validation = max(1, round(held_out[0] * n_origins)) if n_origins >= 5 else 0
    if rank < n_test:
        return Part.TEST
    return Part.VALIDATION if rank < n_test + n_validation else Part.TRAIN


def _shuffled(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()
