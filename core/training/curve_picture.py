"""Draws the course of a run as a picture: panels of lines over steps.

Drawn with OpenCV, which is here anyway, at twice the size and then made small, so that letters
are smooth.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Line = Sequence[tuple[float, float]]
"""Steps and values."""

Canvas = npt.NDArray[np.uint8]  # (H, W, 3), blue, green, red

WIDTH_PX, PANEL_HEIGHT_PX = 800, 300
_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 130, 40, 40  # margins of a panel, in px of the small picture
_INK, _GRID = (60, 60, 60), (225, 225, 225)
# Told apart also by those who don't see red and green (Okabe and Ito).
_COLOURS = (
    (178, 114, 0),
    (0, 94, 213),
    (115, 158, 0),
    (167, 121, 204),
    (0, 159, 230),
    (120, 120, 120),
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One set of axes: a heading with the unit, and named lines."""

    heading: str
    lines: Mapping[str, Line]


def draw_panels(panels: Sequence[Panel]) -> Canvas:
    """Return a picture (H, W, 3) of all panels, one below the other, over the same steps.

    Raises:
        ValueError: no line has a point.
    """
    steps = [step for panel in panels for line in panel.lines.values() for step, _ in line]
    if not steps:
        raise ValueError("no line has a point")
    size = (len(panels) * PANEL_HEIGHT_PX * _SCALE, WIDTH_PX * _SCALE, 3)
    canvas = np.full(size, 255, np.uint8)
    for place, panel in enumerate(panels):
        _Axes(canvas, place * PANEL_HEIGHT_PX, max(steps), _range(panel)).draw(panel)
    small = cv2.resize(canvas, (WIDTH_PX, size[0] // _SCALE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """Where a panel is and what it spans."""

    canvas: Canvas
    top_px: int
    last_step: float
    values: tuple[float, float]

    def draw(self, panel: Panel) -> None:
        self._text(panel.heading, _LEFT, self.top_px + 25, 0.55)
        for value in _ticks(*self.values):
            y = self._y(value)
            self._line([(_LEFT, y), (WIDTH_PX - _RIGHT, y)], _GRID, 1)
            self._text(f"{value:g}", 15, y + 4)
        for step in _ticks(0, self.last_step):
            x = self._x(step)
            self._line([(x, self._y(self.values[0])), (x, self._y(self.values[1]))], _GRID, 1)
            self._text(f"{step:g}", x - 15, self.top_px + PANEL_HEIGHT_PX - _BOTTOM + 18)
        names_y = self.top_px + _TOP + 10
        for number, (name, line) in enumerate(panel.lines.items()):
            colour = _COLOURS[number % len(_COLOURS)]
            self._line([(self._x(step), self._y(value)) for step, value in line], colour, 2)
            names_x = WIDTH_PX - _RIGHT + 10
            self._line([(names_x, names_y - 4), (names_x + 20, names_y - 4)], colour, 3)
            self._text(name, names_x + 28, names_y)
            names_y += 20

    def _x(self, step: float) -> float:
        width = WIDTH_PX - _LEFT - _RIGHT
        return _LEFT + width * step / max(self.last_step, 1)

    def _y(self, value: float) -> float:
        low, high = self.values
        height = PANEL_HEIGHT_PX - _TOP - _BOTTOM
        return self.top_px + _TOP + height * (high - value) / (high - low)

    def _line(self, points: Sequence[tuple[float, float]], colour: tuple[int, ...], n: int) -> None:
        places = np.round(np.array(points) * _SCALE).astype(np.int32)
        cv2.polylines(self.canvas, [places], False, colour, n * _SCALE, cv2.LINE_AA)

    def _text(self, words: str, x: float, y: float, size: float = 0.45) -> None:
        place = (round(x * _SCALE), round(y * _SCALE))
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(self.canvas, words, place, font, size * _SCALE, _INK, _SCALE, cv2.LINE_AA)


def _range(panel: Panel) -> tuple[float, float]:
    values = [value for line in panel.lines.values() for _, value in line] or [0.0]
    low, high = min(values), max(values)
    spare = 0.05 * (high - low) or 0.5
    return low - spare, high + spare


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers between both."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step)
    return [round(n * step, 10) for n in range(first, math.floor(high / step) + 1)]
