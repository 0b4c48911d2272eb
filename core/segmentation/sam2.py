"""Builds the segmenter that runs SAM 2.1 of Meta (arXiv 2408.00714), through `transformers`."""

from transformers import Sam2VideoInferenceSession, Sam2VideoModel

from core.segmentation.sam_info import SAM2
from core.segmentation.sam_segmenter import SamSegmenter, build_sam


def build(device: str) -> SamSegmenter:
    """Return the segmenter on a device ("auto", "cpu", "cuda", "mps").

    Raises:
        ModelError: it is not installed, its files do not fit, or there is no such device.
    """
    return build_sam(SAM2, Sam2VideoModel, Sam2VideoInferenceSession, device)
