"""Masks of sources as COCO writes them: run lengths of columns, packed into a short string.

Format: `{"size": [H, W], "frames": [{"time_s": …, "sources": [{"number": …, "counts": …,
"score": …, "label": …}]}]}`, in pixels of the upright picture; the same thing has the same number
in all frames. COCO's own package makes the strings.

Letters in shapes: H, W pixels.
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

from core.domain.masks import Mask
from core.domain.soundings import SoundingFrame, SoundingTrack
from core.progress import CancelToken, Progress, Report


def rle_counts(mask: Mask) -> str:
    """Return the run lengths of a mask (H, W) as a string."""
    counts: bytes = coco.encode(np.asfortranarray(mask, np.uint8))["counts"]
    return counts.decode("ascii")


def write_masks(
    track: SoundingTrack,
    size_px: tuple[int, int],
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write the frames that were looked at, one after the other: hours are never held as text.

    Args:
        track: what sounds.
        size_px: height and width of the upright picture.
        path: written over.
        report: told of each frame.
        cancel: looked at between frames.

    Raises:
        OSError: the disk is full or the file cannot be written.
        Cancelled: asked to stop; `path` then holds an unfinished file.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"size": {json.dumps(size_px)}, "frames": [')
        for done, frame in enumerate(track):
            cancel.raise_if_cancelled()
            report(Progress("Write the masks", done, len(track)))
            record = json.dumps(_frame_record(frame, *size_px), ensure_ascii=False, allow_nan=False)
            file.write(("," if done else "") + "\n" + record)
        file.write("]}\n")


def _frame_record(frame: SoundingFrame, height_px: int, width_px: int) -> dict[str, object]:
    sources = [
        {
            "number": source.number,
            "counts": rle_counts(frame.mask(source, height_px, width_px)),
            "score": round(source.score, 4),
            "label": source.label,
        }
        for source in frame.sources
    ]
    return {"time_s": round(frame.time_s, 6), "sources": sources}
