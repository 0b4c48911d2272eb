"""What SAM 2.1 and EdgeTAM say of themselves, and which of their models is there. Loads nothing."""

from collections.abc import Mapping
from pathlib import Path

from core.segmentation.protocol import SegmenterInfo
from core.store import installed, needs

SAM2 = SegmenterInfo(
    name="sam2",
    title="SAM 2.1",
    summary="Finds nearly any object from one click, and follows it well; wants a GPU.",
    licence="Apache-2.0",
)

EDGETAM = SegmenterInfo(
    name="edgetam",
    title="EdgeTAM",
    summary="Close to SAM 2.1 at a fraction of its cost; usable without a GPU.",
    licence="Apache-2.0",
)

MODELS: Mapping[str, tuple[str, ...]] = {
    SAM2.name: ("sam2.1-hiera-small", "sam2.1-hiera-tiny"),
    EDGETAM.name: ("edgetam",),
}
"""By segmenter the models that will do, the best first."""


def find_sam(name: str) -> Path | None:
    """Return the folder of the best installed model of segmenter `name`."""
    return next((folder for model in MODELS[name] if (folder := installed(model))), None)


def sam_needs(name: str) -> Mapping[str, str]:
    """Return what is still missing of segmenter `name`: the smallest model that will do."""
    return {} if find_sam(name) else needs(MODELS[name][-1])
