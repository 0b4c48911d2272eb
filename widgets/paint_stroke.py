"""A stroke of the brush, or one dragged rectangle, as a few rectangles that don't overlap."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

Point = tuple[float, float]


class PaintShape(Enum):
    """What a drag paints."""

    RECTANGLE = "rectangle"
    BRUSH = "brush"


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle in pixels of a view, x0 < x1 and y0 < y1."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float


def rectangle(first: Point, last: Point, smallest_px: float = 3.0) -> tuple[Cell, ...]:
    """Return the rectangle between two corners; nothing where it is too thin to be meant."""
    x0_px, x1_px = sorted((first[0], last[0]))
    y0_px, y1_px = sorted((first[1], last[1]))
    if x1_px - x0_px < smallest_px or y1_px - y0_px < smallest_px:
        return ()
    return (Cell(x0_px, y0_px, x1_px, y1_px),)


def brush(points: Sequence[Point], radius_px: float) -> tuple[Cell, ...]:
    """Return upright strips that cover a round brush drawn along `points`.

    Strips are a third of the radius wide. Each holds one stretch per crossing of the stroke, and
    equal neighbours become one.
    """
    strip_px = max(2.0, radius_px / 3)
    strips: dict[int, list[tuple[float, float]]] = {}
    for x_px, y_px in _along(points, radius_px / 3):
        first = math.floor((x_px - radius_px) / strip_px)
        last = math.floor((x_px + radius_px) / strip_px)
        for strip in range(first, last + 1):
            away_px = (strip + 0.5) * strip_px - x_px
            if abs(away_px) < radius_px:
                half_px = math.sqrt(radius_px**2 - away_px**2)
                strips.setdefault(strip, []).append((y_px - half_px, y_px + half_px))
    cells: list[Cell] = []
    for strip in sorted(strips):
        for y0_px, y1_px in _united(strips[strip]):
            cells.append(Cell(strip * strip_px, y0_px, (strip + 1) * strip_px, y1_px))
    return _joined(cells)


def _along(points: Sequence[Point], step_px: float) -> Iterable[Point]:
    """Yield points no further apart than `step_px`: a fast hand must leave no holes."""
    if points:
        yield points[0]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        n_steps = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / max(1.0, step_px)))
        for step in range(1, n_steps + 1):
            yield x0 + (x1 - x0) * step / n_steps, y0 + (y1 - y0) * step / n_steps


def _united(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    united: list[tuple[float, float]] = []
    for low, high in sorted(stretches):
        if united and low <= united[-1][1]:
            united[-1] = (united[-1][0], max(high, united[-1][1]))
        else:
            united.append((low, high))
    return united


def _joined(cells: list[Cell], tolerance_px: float = 1.0) -> tuple[Cell, ...]:
    """Make one of neighbours whose ends differ by less than a pixel: a level stroke is a bar."""
    joined: list[Cell] = []
    for cell in cells:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.x1_px == cell.x0_px
            and abs(last.y0_px - cell.y0_px) < tolerance_px
            and abs(last.y1_px - cell.y1_px) < tolerance_px
        ):
            joined[-1] = Cell(last.x0_px, last.y0_px, cell.x1_px, last.y1_px)
        else:
            joined.append(cell)
    return tuple(joined)
