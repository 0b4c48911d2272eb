"""Where the program keeps its own files: settings, what it can make again, what it must not lose.

`SOLOIST_HOME` puts everything under one folder, for tests, portable copies and shared machines.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APP_NAME = "soloist"


@dataclass(frozen=True, slots=True)
class Home:
    """The three folders; they exist once `make` has been called."""

    config: Path
    """Settings of the person."""
    cache: Path
    """Decoded media and analyses: may be deleted at any time, only costs time."""
    data: Path
    """Recovery copies and stems of unsaved projects: must not be lost."""

    def make(self) -> "Home":
        """Create the folders that are missing, and return this home."""
        for folder in (self.config, self.cache, self.data):
            folder.mkdir(parents=True, exist_ok=True)
        return self


def home() -> Home:
    """Return the folders for this person; `SOLOIST_HOME` overrides the system's own places."""
    chosen = os.environ.get("SOLOIST_HOME", "").strip()
    if chosen:
        root = Path(chosen).expanduser().absolute()
        return Home(root / "config", root / "cache", root / "data")
    dirs = platformdirs.PlatformDirs(_APP_NAME, appauthor=False)
    return Home(dirs.user_config_path, dirs.user_cache_path, dirs.user_data_path)
