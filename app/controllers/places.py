"""Which folder to suggest for a person's files."""

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths


def folder_beside(path: Path, program_folder: Path) -> Path:
    """Return the folder of `path`, or else the person's documents.

    What ships with the program is no place for a person's files, nor is a read-only disk.
    """
    beside = path.parent
    if not beside.is_relative_to(program_folder) and os.access(beside, os.W_OK):
        return beside
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    place = Path(QStandardPaths.writableLocation(documents) or Path.home())
    return place if place.is_dir() else Path.home()
