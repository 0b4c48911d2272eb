"""The mask alone as a video: white where the object is, black elsewhere, for compositing.

H.264 in MP4 at a quality that keeps every edge: a lossless codec would be exact too, but few
editors open it, and a threshold at half brightness gives this one's mask back.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.domain.masks import MaskTrack
from core.domain.pictures import PictureSource
from core.files.frames_video import FramesShape, Shown, mask_of, refuse_other_size, write_frames
from core.files.mask_drawing import matte
from core.progress import CancelToken, Report

_QUALITY = 6


def write_matte(
    picture: PictureSource,
    tracks: tuple[MaskTrack, ...],
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write the mask of every frame of `picture` to `path`; black where it is not known.

    Same size, frames and times as the upright clip; the picture itself is not decoded.
    Raises as `write_overlay`.
    """
    shape = FramesShape.of(picture)
    refuse_other_size(tracks, picture)
    frames = _drawn(picture, tracks)
    write_frames(frames, shape, (None, _QUALITY), path, report=report, cancel=cancel)


def _drawn(picture: PictureSource, tracks: tuple[MaskTrack, ...]) -> Iterator[Shown]:
    nothing = np.zeros((picture.height_px, picture.width_px), np.bool_)
    for pts in picture.pts_table.tolist():
        mask = mask_of(tracks, pts)
        yield Shown(matte(nothing if mask is None else mask), picture.time_s(pts))
