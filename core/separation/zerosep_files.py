"""Which text-to-sound model each ZeroSep engine separates with, and what to say where it isn't."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import ModelError
from core.store import installed, needs

PIPELINES: Mapping[str, str] = {
    "zerosep-audioldm2": "audioldm2",
    "zerosep-audioldm2-large": "audioldm2-large",
    "zerosep-audioldm2-music": "audioldm2-music",
    "zerosep-audioldm-s": "audioldm-s-full-v2",
    "zerosep-audioldm-l": "audioldm-l-full",
    "zerosep-tango": "tango",
    "zerosep-tango-full": "tango-full-ft-audiocaps",
    "zerosep-tango-music": "tango-full-ft-audio-music-caps",
    "zerosep-stable-audio": "stable-audio-open",
}
"""Engine to the model it separates with, as the model store calls it."""


def zerosep_needs(engine: str) -> Mapping[str, str]:
    """Return what is still missing of `engine`, title to how it is got; empty if it is there."""
    return needs(PIPELINES[engine])


def find_pipeline(engine: str) -> Path:
    """Return the folder of the pipeline that `engine` separates with.

    Raises:
        ModelError: it isn't installed; the advice says how to get it.
    """
    folder, lacking = installed(PIPELINES[engine]), zerosep_needs(engine)
    if folder is None or lacking:
        missing = "; ".join(f"{title}: {how}" for title, how in lacking.items())
        raise ModelError(
            f"{engine} needs {PIPELINES[engine]}, which is not installed, or not all of it",
            advice=f"This engine separates with a model that is not here yet. {missing}.",
        )
    return folder
