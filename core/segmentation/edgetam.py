"""Builds the segmenter that runs EdgeTAM of Meta (arXiv 2501.07256), through `transformers`."""

from transformers import EdgeTamVideoInferenceSession, EdgeTamVideoModel

from core.segmentation.sam_info import EDGETAM
from core.segmentation.sam_segmenter import SamSegmenter, build_sam


def build(device: str) -> SamSegmenter:
    """Return the segmenter on a device ("auto", "cpu", "cuda", "mps").

    Raises:
        ModelError: it is not installed, its files do not fit, or there is no such device.
    """
    return build_sam(EDGETAM, EdgeTamVideoModel, EdgeTamVideoInferenceSession, device)
