"""Find recordings by class in a folder, and keep copies of one recording on one side of a split.

The folder has the layout `audio/<class>/<recording>`. A table `SOURCES.csv` in it or above it
may say which files come from the same original (`file`, `origin_id`): a model that was trained on
one part of a recording knows the others, so a split goes by origin, never by file.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.errors import MediaError

SUFFIXES = frozenset({".ogg", ".wav", ".flac", ".mp3"})


class Part(Enum):
    """What a recording is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True, order=True)
class Recording:
    """One file of one class."""

    label: str
    path: Path
    origin_id: str
    """The same for all files cut from one original."""


def find_recordings(folder: Path) -> list[Recording]:
    """Return the recordings under `folder`, sorted by class and path.

    Raises:
        MediaError: fewer than two classes hold recordings.
    """
    root = folder / "audio" if (folder / "audio").is_dir() else folder
    known = sources(folder)
    found = [
        Recording(path.parent.name, path, _origin(path, known))
        for path in sorted(root.glob("*/*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if len({recording.label for recording in found}) < 2:
        raise MediaError(
            f"{root} holds {len(found)} recordings of fewer than two classes",
            advice="Give a folder with the layout audio/<class>/<recording>.ogg "
            "and at least two classes.",
        )
    return found


def split(
    recordings: Iterable[Recording], seed: int = 0, held_out: tuple[float, float] = (0.1, 0.2)
) -> dict[Part, list[Recording]]:
    """Deal the origins of each class to the three parts.

    Where a class has fewer originals than parts, training comes first and testing second: a class
    of one original is only trained on.

    Args:
        recordings: of any classes.
        seed: another seed is another deal; adding recordings to one class moves no other's.
        held_out: share of each class's origins for validation and for testing.
    """
    parts: dict[Part, list[Recording]] = {part: [] for part in Part}
    by_class: dict[str, dict[str, list[Recording]]] = defaultdict(lambda: defaultdict(list))
    # An origin in two classes goes where its first class sends it.
    sent: dict[str, Part] = {}
    for recording in sorted(recordings):
        by_class[recording.label][recording.origin_id].append(recording)
    for origins in by_class.values():
        names = sorted(origins, key=lambda name: _shuffled(name, seed))
        for rank, name in enumerate(names):
            part = sent.setdefault(name, _dealt(rank, len(names), held_out))
            parts[part] += origins[name]
    return {part: sorted(dealt) for part, dealt in parts.items()}


def _dealt(rank: int, n_origins: int, held_out: tuple[float, float]) -> Part:
    n_test = min(max(1, round(held_out[1] * n_origins)), n_origins - 1)
    n_validation = min(max(1, round(held_out[0] * n_origins)), max(0, n_origins - n_test - 1))
    if rank < n_test:
        return Part.TEST
    return Part.VALIDATION if rank < n_test + n_validation else Part.TRAIN


def _shuffled(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


def _origin(path: Path, known: Mapping[str, Mapping[str, str]]) -> str:
    name = class_and_file(path)
    return known.get(name, {}).get("origin_id") or name


def class_and_file(path: Path) -> str:
    """Return what names a recording in any copy of its folder: `<class>/<file>`."""
    return "/".join(path.parts[-2:])


def sources(folder: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the nearest `SOURCES.csv` in or above `folder`, by `class_and_file`."""
    for place in (folder, *folder.resolve().parents[:2]):
        table = place / "SOURCES.csv"
        if table.is_file():
            with table.open(newline="", encoding="utf-8") as rows:
                return {class_and_file(Path(row["file"])): row for row in csv.DictReader(rows)}
    return {}
