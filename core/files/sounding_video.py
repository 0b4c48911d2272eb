"""The clip as a video on which is drawn what sounds, each source in its colour with its name.

Between the frames that were looked at, heat is blended, so that masks move as smoothly as the clip.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.domain.export import OverlayStyle
from core.domain.masks import Mask
from core.domain.pictures import PictureSource, Pixels
from core.domain.soundings import SoundingFrame, SoundingTrack
from core.domain.stem_colours import stem_colour_rgb
from core.domain.vocabulary import spoken
from core.files.frames_video import FramesShape, Shown, write_frames
from core.files.mask_drawing import Rgb, draw_mask, matte
from core.files.sound_track import VideoSound
from core.progress import CancelToken, Report

OFF_SCREEN = "heard off screen"

_QUALITY, _MATTE_QUALITY = 18, 6
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_INK: Rgb = (255, 255, 255)
_GROUND = 0.35
"""Of the brightness that is left behind words."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundingLook:
    """What is drawn, and how."""

    track: SoundingTrack
    style: OverlayStyle = OverlayStyle.COLOUR


def write_sounding_overlay(
    picture: PictureSource,
    look: SoundingLook,
    sound: VideoSound | None,
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write every frame of `picture` with what sounds in it; raises as `write_overlay`."""
    shape = FramesShape.of(picture)
    frames = _drawn(picture, look)
    write_frames(frames, shape, (sound, _QUALITY), path, report=report, cancel=cancel)


def write_sounding_matte(
    picture: PictureSource,
    track: SoundingTrack,
    path: Path,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    """Write white where anything sounds, black elsewhere; raises as `write_matte`."""
    shape = FramesShape.of(picture)
    frames = _mattes(picture, track)
    write_frames(frames, shape, (None, _MATTE_QUALITY), path, report=report, cancel=cancel)


def draw_sounding(pixels: Pixels, frame: SoundingFrame | None, style: OverlayStyle) -> Pixels:
    """Return a copy of `pixels` (H, W, 3) with the sources of `frame` drawn on it."""
    if frame is None:
        return pixels
    shown = pixels
    masks = [frame.mask(source, *pixels.shape[:2]) for source in frame.sources]
    if style is OverlayStyle.DIM:
        shown = draw_mask(pixels, _joined(masks, pixels), style, _INK)
    for source, mask in zip(frame.sources, masks, strict=True):
        if style is not OverlayStyle.DIM:
            shown = draw_mask(shown, mask, style, stem_colour_rgb(source.number))
    shown = shown.copy()
    for source, mask in zip(frame.sources, masks, strict=True):
        if source.label and mask.any():
            _write_name(shown, mask, spoken(source.label), source.number)
    if frame.is_off_screen:
        _write(shown, OFF_SCREEN, (shown.shape[1] // 2, 0), _INK)
    return shown


def _drawn(picture: PictureSource, look: SoundingLook) -> Iterator[Shown]:
    table = picture.pts_table
    for frame in picture.frames(int(table[0]), int(table[-1])):
        sounding = look.track.at(frame.time_s)
        yield Shown(draw_sounding(frame.pixels, sounding, look.style), frame.time_s)


def _mattes(picture: PictureSource, track: SoundingTrack) -> Iterator[Shown]:
    size = picture.height_px, picture.width_px
    for pts in picture.pts_table.tolist():
        time_s = picture.time_s(pts)
        frame = track.at(time_s)
        masks = [] if frame is None else [frame.mask(one, *size) for one in frame.sources]
        yield Shown(matte(_joined(masks, np.zeros((*size, 3), np.uint8))), time_s)


def _joined(masks: list[Mask], like: Pixels) -> Mask:
    nothing = np.zeros(like.shape[:2], np.bool_)
    return np.asarray(np.logical_or.reduce([nothing, *masks]), np.bool_)


def _write_name(pixels: Pixels, mask: Mask, name: str, number: int) -> None:
    """Write a name over the top of a mask, in place."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    middle = int(columns[0] + columns[-1]) // 2
    _write(pixels, name, (middle, int(rows[0])), stem_colour_rgb(number))


def _write(pixels: Pixels, words: str, above: tuple[int, int], colour: Rgb) -> None:
    """Write words, underlined in a colour, just above a place (x, y) and inside the picture."""
    high, wide = pixels.shape[:2]
    scale = max(0.4, min(high, wide) / 720)
    line_px = max(1, round(1.5 * scale))
    (words_px, tall_px), low_px = cv2.getTextSize(words, _FONT, scale, line_px)
    pad_px = round(6 * scale)
    left = int(np.clip(above[0] - words_px // 2, pad_px, max(pad_px, wide - words_px - pad_px)))
    base = int(np.clip(above[1] - 2 * pad_px, tall_px + 2 * pad_px, high - low_px - pad_px))
    top, bottom = max(0, base - tall_px - pad_px), base + low_px + pad_px // 2
    ground = pixels[top:bottom, max(0, left - pad_px) : left + words_px + pad_px]
    ground[:] = np.rint(ground * _GROUND).astype(np.uint8)
    ground[-max(2, pad_px // 2) :] = colour
    cv2.putText(pixels, words, (left, base), _FONT, scale, _INK, line_px, cv2.LINE_AA)
