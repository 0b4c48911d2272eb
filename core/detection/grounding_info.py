"""What the GroundingDINO detectors say of themselves. Data only, so that a look-up stays light."""

from core.detection.protocol import DetectorInfo

_LICENCE = "Apache-2.0"

MM_TINY = DetectorInfo(
    name="mm-grounding-dino-tiny",
    title="MM-GroundingDINO tiny",
    summary="Finds what you name in the picture; taught on more data than GroundingDINO tiny.",
    licence=_LICENCE,
)

BASE = DetectorInfo(
    name="grounding-dino-base",
    title="GroundingDINO base",
    summary="Finds what you name in the picture; better and slower than tiny.",
    licence=_LICENCE,
)

TINY = DetectorInfo(
    name="grounding-dino-tiny",
    title="GroundingDINO tiny",
    summary="Finds what you name in the picture.",
    licence=_LICENCE,
)
