"""Reads the small JSON files that describe a pipeline, and says so where one is of no use."""

import json
from pathlib import Path
from typing import Any

from core.errors import ModelError

UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError)
"""What is raised over descriptions that are damaged, missing or of another kind."""


def read_described(path: Path) -> dict[str, Any]:
    """Return what a file says, by key.

    Raises:
        ModelError: it is missing, damaged or no object.
    """
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return dict(config.items())
    except UNREADABLE as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> ModelError:
    """Return what to say of a description that is of no use."""
    return ModelError(
        f"can't read {path}: {error!r}",
        advice=f"{path.name} is missing, damaged or of another kind in {path.parent}. Get the "
        "model again, and put all of it there.",
    )
