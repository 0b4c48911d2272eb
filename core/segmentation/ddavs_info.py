"""What the DDAVS segmenter says of itself; apart from its code, so that a look-up stays light."""

from core.segmentation.sounding_protocol import SoundingInfo

DDAVS = SoundingInfo(
    name="ddavs",
    title="DDAVS",
    summary="Sees which pixels make the sound; a small one comes with Soloist.",
    licence="MIT",
    sample_rate_hz=16_000,
    frame_samples=16_000,
)
