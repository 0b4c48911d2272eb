"""The sounding segmenters there are, by name. Looking one up loads nothing."""

from pathlib import Path

from core.errors import ModelError
from core.segmentation.ddavs_info import DDAVS
from core.segmentation.sounding_protocol import SoundingInfo, SoundingSegmenter


def sounding_segmenters() -> tuple[SoundingInfo, ...]:
    """Return all of them, the default first."""
    return (DDAVS,)


def info(name: str) -> SoundingInfo:
    """Return what is known of a sounding segmenter.

    Raises:
        ModelError: there is none of that name.
    """
    for one in sounding_segmenters():
        if one.name == name:
            return one
    known = ", ".join(one.name for one in sounding_segmenters())
    raise ModelError(
        f"no sounding segmenter is called {name!r}; known: {known}", advice=f"Choose {known}."
    )


def build(name: str, device: str = "auto", weights: Path | None = None) -> SoundingSegmenter:
    """Return a new sounding segmenter.

    Args:
        name: as in its info.
        device: "auto", "cpu", "cuda" or "mps".
        weights: a file of its own; what comes with the program if None.

    Raises:
        ModelError: there is none of that name, its weights are missing, or the device is.
    """
    info(name)  # refuses one that there is not
    from core.segmentation.ddavs import BUNDLED, DdavsSegmenter

    return DdavsSegmenter(weights or BUNDLED, device)
