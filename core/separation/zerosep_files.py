"""Which pipeline each ZeroSep engine needs, where it lies, and what to say where it doesn't."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import ModelError
from core.store.places import models_folder

PIPELINES: Mapping[str, str] = {
    "zerosep-audioldm2": "audioldm2",
    "zerosep-audioldm2-large": "audioldm2-large",
    "zerosep-audioldm2-music": "audioldm2-music",
    "zerosep-audioldm-s": "audioldm-s-full-v2",
    "zerosep-audioldm-l": "audioldm-l-full",
    "zerosep-stable-audio": "stable-audio-open",
}
"""Engine to the model it separates with, as the model store calls it."""

REPOSITORIES: Mapping[str, str] = {
    "audioldm2": "cvssp/audioldm2",
    "audioldm2-large": "cvssp/audioldm2-large",
    "audioldm2-music": "cvssp/audioldm2-music",
    "audioldm-s-full-v2": "cvssp/audioldm-s-full-v2",
    "audioldm-l-full": "cvssp/audioldm-l-full",
    "stable-audio-open": "stabilityai/stable-audio-open-1.0",
}

_INDEX = "model_index.json"


def zerosep_needs(engine: str) -> dict[str, str]:
    """Return what is still missing of `engine`, title to how it is got; empty if it is there."""
    model = PIPELINES[engine]
    if installed(model) is not None:
        return {}
    return {model: f"all of {REPOSITORIES[model]}, as it is there, in models/{model}"}


def find_pipeline(engine: str) -> Path:
    """Return the folder of the pipeline that `engine` separates with.

    Raises:
        ModelError: it isn't installed; the advice says where it belongs.
    """
    model = PIPELINES[engine]
    folder = installed(model)
    if folder is None:
        raise ModelError(
            f"no {_INDEX} in {models_folder() / model}",
            advice=f"Put all of {REPOSITORIES[model]}, as it is there, into "
            f"{models_folder() / model}.",
        )
    return folder


def installed(model: str) -> Path | None:
    """Return the folder of a model that is there, else None."""
    folder = models_folder() / model
    return folder if (folder / _INDEX).is_file() else None
