"""The clip as a video on which the mask is drawn, with the sound of the clip or of the target.

The picture is upright: rotation and pixel aspect of the clip are baked in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.export import OverlayStyle
from core.domain.masks import MaskTrack
from core.domain.pictures import PictureSource
from core.files.frames_video import FramesShape, Shown, mask_of, refuse_other_size, write_frames
from core.files.mask_drawing import Rgb, draw_mask
from core.files.sound_track import VideoSound
from core.progress import CancelToken, Report

_QUALITY = 18


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLook:
    """How the masks are drawn; frames without a mask are shown as they are."""

    tracks: tuple[MaskTrack, ...]
    style: OverlayStyle
    colour: Rgb


def write_overlay(
    picture: PictureSource,
    look: OverlayLook,
    sound: VideoSound | None,
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write every frame of `picture` with its mask to `path`, suffix from `frames_suffix`.

    Raises:
        ExportError: there are no frames, or the masks were made on another picture.
        MediaError: a frame cannot be decoded.
        OSError: the disk is full or the file cannot be written.
        Cancelled: `path` then holds an unfinished file.
    """
    shape = FramesShape.of(picture)
    refuse_other_size(look.tracks, picture)
    frames = _drawn(picture, look)
    write_frames(frames, shape, (sound, _QUALITY), path, report=report, cancel=cancel)


def _drawn(picture: PictureSource, look: OverlayLook) -> Iterator[Shown]:
    table = picture.pts_table
    for frame in picture.frames(int(table[0]), int(table[-1])):
        mask = mask_of(look.tracks, frame.pts)
        pixels = frame.pixels
        if mask is not None:
            pixels = draw_mask(pixels, mask, look.style, look.colour)
        yield Shown(pixels, frame.time_s)
