"""What a benchmark is made of: recordings and pictures by class, all of a folder or a part of it.

A part is chosen by whoever knows what an engine was trained on, which is not this package.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import MediaError

SOUND_SUFFIXES = frozenset({".ogg", ".wav", ".flac", ".mp3"})
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

Files = Mapping[str, tuple[Path, ...]]
"""Sorted files of each class, classes sorted; no class without any."""


@dataclass(frozen=True, slots=True)
class Material:
    """Recordings to mix, and pictures of what sounds in them."""

    folder: Path
    sounds: Files
    pictures: Files = field(default_factory=dict)
    part: str = "all"
    """What the table calls it: "all" files of the folder, or those held out for "test"."""
    left_out: tuple[str, ...] = ()
    """Classes of the folder that have no recording in this part."""

    def __post_init__(self) -> None:
        if len(self.sounds) < 2:
            raise MediaError(
                f"{self.folder} holds recordings of {len(self.sounds)} classes ({self.part} files)",
                advice="Give a folder with the layout audio/<class>/<recording>.wav "
                "and at least two classes.",
            )


def everything_in(folder: Path) -> Material:
    """Return all recordings under `folder/audio` (or `folder`) and pictures under `folder/images`.

    Raises:
        MediaError: fewer than two classes hold recordings.
    """
    audio = folder / "audio"
    sounds = _by_class(audio if audio.is_dir() else folder, SOUND_SUFFIXES)
    return Material(folder, sounds, _by_class(folder / "images", PICTURE_SUFFIXES))


def _by_class(root: Path, suffixes: frozenset[str]) -> Files:
    classes = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    found = {
        path.name: tuple(sorted(one for one in path.iterdir() if one.suffix.lower() in suffixes))
        for path in classes
    }
    return {name: files for name, files in found.items() if files}
