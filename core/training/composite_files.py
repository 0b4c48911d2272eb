"""What the folder of a composite run tells of where its knowledge comes from.

Which recordings and pictures each part holds, by whom and under which licence, and which files of
the bundled networks the run began with.
"""

import hashlib
import json
from pathlib import Path

from core.training.attributions import write_attributions
from core.training.pictures import find_pictures, split_pictures
from core.training.pictures_attributions import write_picture_attributions
from core.training.recordings import Part, find_recordings, split

SOUNDS_FILE, PICTURES_FILE = "attributions.csv", "attributions_pictures.csv"
FACTS_FILE = "facts.json"

_BEGUN_WITH = ("mini.safetensors", "seeing.safetensors")


def write_composite_files(data: Path, bundled: Path, folder: Path) -> None:
    """Write the attributions and the facts of a run over `data` that began with `bundled`.

    Raises:
        MediaError: there is too little in `data`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recordings, pictures = split(find_recordings(data)), split_pictures(find_pictures(data))
    write_attributions(recordings[Part.TRAIN], data, folder / SOUNDS_FILE)
    write_picture_attributions(pictures, data, folder / PICTURES_FILE)
    facts = {
        "recordings": {part.value: len(found) for part, found in recordings.items()},
        "pictures": {part.value: len(found) for part, found in pictures.items()},
        "begun_with": {name: _sha256(bundled / name) for name in _BEGUN_WITH},
    }
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
