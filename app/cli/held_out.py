"""Chooses what of a folder an engine is measured on: all of it, or what it was not trained on.

The split is the one of training, by original recording and by original picture.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from core.errors import MediaError
from core.evaluation.material import Files, Material, everything_in
from core.training.pictures import Picture, find_pictures, split_pictures
from core.training.recordings import Part, Recording, find_recordings, split

TRAINED_HERE = frozenset({"mini", "ddavs"})
"""Engines whose training data a folder with a table may be."""


class PartChoice(StrEnum):
    """Which files of a folder are used."""

    AUTO = "auto"
    """The test part for engines trained here, where there is a table of originals; else all."""
    TEST = "test"
    VALIDATION = "validation"
    """Files on which choices may be made, so that those for testing stay unseen."""
    ALL = "all"


def material_for(engine: str, folder: Path, part: PartChoice = PartChoice.AUTO) -> Material:
    """Return the recordings and pictures in `folder` that `engine` is to be measured on.

    Raises:
        MediaError: there are too few recordings, or no table to tell originals apart by.
    """
    is_for_all = part is PartChoice.AUTO and engine not in TRAINED_HERE
    if part is PartChoice.ALL or is_for_all:
        return everything_in(folder)
    if not _has_table(folder):
        if part is PartChoice.AUTO:
            return everything_in(folder)
        raise MediaError(
            f"no SOURCES.csv in or above {folder} says which files are of one recording",
            advice="Leave out --part: without the table all files are used.",
        )
    return held_out(folder, Part.VALIDATION if part is PartChoice.VALIDATION else Part.TEST)


def held_out(folder: Path, part: Part = Part.TEST) -> Material:
    """Return what `folder` keeps from training, for testing or for validation.

    Raises:
        MediaError: fewer than two classes have such recordings.
    """
    recordings = find_recordings(folder)
    sounds = _by_class(split(recordings)[part])
    left_out = {one.label for one in recordings} - set(sounds)
    pictures = _held_out_pictures(folder, part)
    return Material(folder, sounds, pictures, part.value, tuple(sorted(left_out)))


def _held_out_pictures(folder: Path, part: Part) -> Files:
    try:
        pictures = find_pictures(folder)
    except MediaError:
        return {}  # sound alone can be measured too
    return _by_class(split_pictures(pictures)[part])


def _has_table(folder: Path) -> bool:
    """Return whether a table names the original of recordings in `folder`, not only of others."""
    # Where it does not, a recording is its own original.
    return any(one.origin_id != "/".join(one.path.parts[-2:]) for one in find_recordings(folder))


def _by_class(files: Iterable[Recording] | Iterable[Picture]) -> Files:
    found: dict[str, tuple[Path, ...]] = {}
    for one in files:
        found[one.label] = (*found.get(one.label, ()), one.path)
    return dict(sorted(found.items()))
