"""Reads what a person writes on the command line about the sound: spans, clicks, boxes, bands.

Times are seconds (`1.25`) or clock times (`1:02.5`). Everything is refused with the form that was
expected; whether it lies inside the clip is seen later, when the clip is open.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.domain.prompts import SpanPrompt, SpectralPrompt, TimeSpan
from core.errors import PromptError

_TIME = r"(?:\d+:){0,2}\d+(?:\.\d+)?"
_NUMBER = r"\d+(?:\.\d+)?"
_SPAN = re.compile(rf"\s*({_TIME})\s*-\s*({_TIME})\s*")
_POINT = re.compile(rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*@\s*({_TIME})\s*")
_BOX = re.compile(
    rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*@\s*({_TIME})\s*"
)
_PAINT = re.compile(rf"\s*({_TIME})\s*-\s*({_TIME})\s*,\s*({_NUMBER})\s*-\s*({_NUMBER})\s*")

Mark = TypeVar("Mark")


@dataclass(frozen=True, slots=True)
class PointAt:
    """A click at a time, before it is known which frame is on screen then."""

    x_px: float
    y_px: float
    time_s: float
    is_positive: bool = True


@dataclass(frozen=True, slots=True)
class BoxAt:
    """A box at a time, likewise."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float
    time_s: float


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything that was said about the sound, before the clip is known."""

    texts: tuple[str, ...] = ()
    spans: tuple[SpanPrompt, ...] = ()
    spectral: tuple[SpectralPrompt, ...] = ()
    points: tuple[PointAt, ...] = ()
    boxes: tuple[BoxAt, ...] = ()

    def refuse_nothing(self) -> None:
        """Raise `PromptError` where nothing was said."""
        if not (self.texts or self.spans or self.spectral or self.points or self.boxes):
            raise PromptError(
                "no prompt was given",
                advice="Say what to hear, for instance with --span 1.2-2.5 for when it sounds "
                "or --click 320,180@1.0 for what makes it.",
            )


def read_all(texts: Sequence[str] | None, read: Callable[[str], Mark]) -> tuple[Mark, ...]:
    """Return what `read` makes of each of the texts."""
    return tuple(read(text) for text in texts or ())


def read_span(text: str, *, is_positive: bool = True) -> SpanPrompt:
    """Read `1.2-2.5`. Raises `PromptError`."""
    found = _matched(_SPAN, text, "a span", "START-END in seconds, such as 1.2-2.5")
    return SpanPrompt(_time_span(text, found[0], found[1]), is_positive)


def read_paint(text: str, *, is_positive: bool = True) -> SpectralPrompt:
    """Read `1.2-2.5,300-900`: seconds, then hertz. Raises `PromptError`."""
    form = "START-END,LOW-HIGH in seconds and hertz, such as 1.2-2.5,300-900"
    start, end, low, high = _matched(_PAINT, text, "a painted region", form)
    if not float(low) < float(high):
        raise PromptError(
            f"painted region {text!r} has no height",
            advice="Give the lower frequency first, such as 300-900.",
        )
    return SpectralPrompt(_time_span(text, start, end), float(low), float(high), is_positive)


def read_click(text: str, *, is_positive: bool = True) -> PointAt:
    """Read `320,180@1.0`: pixels of the upright picture, then seconds. Raises `PromptError`."""
    form = "X,Y@TIME in pixels and seconds, such as 320,180@1.0"
    x, y, time = _matched(_POINT, text, "a click", form)
    return PointAt(float(x), float(y), _seconds(time), is_positive)


def read_box(text: str) -> BoxAt:
    """Read `100,50,300,200@1.0`: left, top, right, bottom, then seconds. Raises `PromptError`."""
    form = "X0,Y0,X1,Y1@TIME in pixels and seconds, such as 100,50,300,200@1.0"
    x0, y0, x1, y1, time = _matched(_BOX, text, "a box", form)
    if not (float(x0) < float(x1) and float(y0) < float(y1)):
        raise PromptError(
            f"box {text!r} is empty",
            advice="Give the top left corner first, then the bottom right one.",
        )
    return BoxAt(float(x0), float(y0), float(x1), float(y1), _seconds(time))


def _time_span(text: str, start: str, end: str) -> TimeSpan:
    start_s, end_s = _seconds(start), _seconds(end)
    if start_s >= end_s:
        raise PromptError(
            f"span {text!r} has no length",
            advice="Give the start first and a later end, such as 1.2-2.5.",
        )
    return TimeSpan(start_s, end_s)


def _matched(pattern: re.Pattern[str], text: str, what: str, form: str) -> tuple[str, ...]:
    found = pattern.fullmatch(text)
    if found is None:
        raise PromptError(f"{text!r} is not {what}", advice=f"Write {form}.")
    return found.groups()


def _seconds(text: str) -> float:
    total_s = 0.0
    for part in text.split(":"):
        total_s = total_s * 60 + float(part)
    return total_s
