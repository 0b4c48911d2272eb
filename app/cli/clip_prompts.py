"""Puts what was written on the command line into the clip: frames for times, limits checked."""

from app.cli.marks import Marks
from core.domain.media import MediaInfo
from core.domain.prompts import (
    Box,
    Click,
    PromptSet,
    RegionPrompt,
    TextPrompt,
)
from core.errors import PromptError
from core.media.pts_table import PtsTable
from core.units import format_time


def prompts_in_clip(marks: Marks, media: MediaInfo, table: PtsTable | None) -> PromptSet:
    """Return the prompts for this clip.

    Raises:
        PromptError: a time lies past the end, a place outside the picture, or there is none.
    """
    for span in (*(one.span for one in marks.spans), *(one.span for one in marks.spectral)):
        _refuse_past_end(span.end_s, f"span {span.start_s:g}-{span.end_s:g} s", media)
    return PromptSet(
        texts=tuple(TextPrompt(text.strip()) for text in marks.texts),
        regions=_regions(marks, media, table),
        spans=tuple(sorted(marks.spans, key=lambda prompt: prompt.span)),
        spectral=marks.spectral,
    )


def _regions(marks: Marks, media: MediaInfo, table: PtsTable | None) -> tuple[RegionPrompt, ...]:
    if not (marks.points or marks.boxes):
        return ()
    if media.video is None or table is None:
        raise PromptError(
            f"{media.path} has no picture to click into",
            advice="This clip has no picture. Use --span or --paint instead of --click and --box.",
        )
    for point in marks.points:
        name = f"click {point.x_px:g},{point.y_px:g}"
        _refuse_outside(point.x_px, point.y_px, name, media)
        _refuse_past_end(point.time_s, name, media)
    for box in marks.boxes:
        name = f"box to {box.x1_px:g},{box.y1_px:g}"
        # The right and the bottom edge of a box may lie on the picture's.
        _refuse_outside(box.x1_px - 1, box.y1_px - 1, name, media)
        _refuse_past_end(box.time_s, name, media)
    clicks = tuple(
        Click(point.x_px, point.y_px, _pts_at(table, point.time_s), point.is_positive)
        for point in marks.points
    )
    boxes = tuple(
        Box(box.x0_px, box.y0_px, box.x1_px, box.y1_px, _pts_at(table, box.time_s))
        for box in marks.boxes
    )
    if not boxes and not any(click.is_positive for click in clicks):
        raise PromptError(
            "only --not-click was given",
            advice="Point at the thing that sounds too, with --click or --box.",
        )
    return (RegionPrompt(clicks, boxes),)


def _pts_at(table: PtsTable, time_s: float) -> int:
    return int(table.pts[table.index_at(time_s)])


def _refuse_past_end(time_s: float, name: str, media: MediaInfo) -> None:
    # A millisecond of grace: people write the length that players show them, which is rounded.
    if time_s > media.duration_s + 0.001:
        raise PromptError(
            f"{name} lies past the end of the clip at {media.duration_s:.3f} s",
            advice=f"The clip is {format_time(media.duration_s)} long "
            f"({media.duration_s:.3f} s). Choose a time inside it.",
        )


def _refuse_outside(x_px: float, y_px: float, name: str, media: MediaInfo) -> None:
    video = media.video
    if video is not None and not (x_px < video.width_px and y_px < video.height_px):
        raise PromptError(
            f"{name} lies outside the picture of {video.width_px} x {video.height_px} px",
            advice=f"The picture is {video.width_px} pixels wide and {video.height_px} high, "
            "counted from the top left after it was turned upright. Choose a place inside it.",
        )
