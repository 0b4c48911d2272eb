"""What the classic segmenter says of itself; apart from its code, so that a look-up stays light."""

from core.segmentation.protocol import SegmenterInfo

CLASSIC = SegmenterInfo(
    name="classic",
    title="Classic",
    summary="Colours, edges and motion; needs no download and runs on any machine.",
    licence="MIT",
)
