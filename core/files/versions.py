"""Which versions made a file: Soloist's own and those of the libraries that shape the result."""

import platform
import tomllib
from importlib import metadata
from pathlib import Path

_SHAPING = ("torch", "torchaudio", "numpy", "scipy", "av", "soundfile", "opencv-python-headless")
_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_UNKNOWN = "unknown"


def soloist_version() -> str:
    """Return the version in `pyproject.toml`, the one place where it stands."""
    try:
        project = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]
        return str(project["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return _UNKNOWN


def versions() -> dict[str, str]:
    """Return name to version, read from what is installed; nothing is imported."""
    found = {"soloist": soloist_version(), "python": platform.python_version()}
    for name in _SHAPING:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = _UNKNOWN
    return found
