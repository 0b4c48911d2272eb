"""Masks of sources as COCO writes them: run lengths of columns, packed into a short string.

Format: `{"size": [H, W], "frames": [{"time_s": …, "sources": [{"counts": …, "score": …,
"label": …}]}]}`, in pixels of the upright picture. COCO's own package makes the strings.

Letters in shapes: H, W pixels.
"""

import json

import numpy as np
from pycocotools import mask as coco

from core.domain.masks import Mask
from core.domain.soundings import SoundingFrame, SoundingTrack
from core.progress import CancelToken, Progress, Report


def rle_counts(mask: Mask) -> str:
    """Return the run lengths of a mask (H, W) as a string."""
    counts: bytes = coco.encode(np.asfortranarray(mask, np.uint8))["counts"]
    return counts.decode("ascii")


def masks_text(
    track: SoundingTrack, size_px: tuple[int, int], *, report: Report, cancel: CancelToken
) -> str:
    """Return the file's text for the frames that were looked at.

    Args:
        track: what sounds.
        size_px: height and width of the upright picture.
        report: told of each frame.
        cancel: looked at between frames.

    Raises:
        Cancelled: asked to stop.
    """
    frames = []
    for done, frame in enumerate(track):
        cancel.raise_if_cancelled()
        report(Progress("Write the masks", done, len(track)))
        frames.append(_frame_record(frame, *size_px))
    document = {"size": list(size_px), "frames": frames}
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _frame_record(frame: SoundingFrame, height_px: int, width_px: int) -> dict[str, object]:
    sources = [
        {
            "counts": rle_counts(frame.mask(source, height_px, width_px)),
            "score": round(source.score, 4),
            "label": source.label,
        }
        for source in frame.sources
    ]
    return {"time_s": round(frame.time_s, 6), "sources": sources}
