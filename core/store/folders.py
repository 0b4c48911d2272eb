"""Whether a model lies in the person's folder of models, and what to put where if it doesn't.

A look at file names only: nothing is read, nothing is checked, nothing is fetched.
"""

from collections.abc import Mapping
from pathlib import Path

from core.store.places import models_folder

_CONFIG = "config.json"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def installed(name: str) -> Path | None:
    """Return the folder of model `name`, or None while its description or weights are missing."""
    folder = models_folder() / name
    has_weights = any((folder / weights).is_file() for weights in _WEIGHTS)
    return folder if has_weights and (folder / _CONFIG).is_file() else None


def needs(*names: str) -> Mapping[str, str]:
    """Return what is missing of these models, name to how to get it; empty when all are there."""
    where = {name: f"{_CONFIG} and {_WEIGHTS[0]} in models/{name}" for name in names}
    return {name: how for name, how in where.items() if installed(name) is None}
