"""A small paint box: smooth shapes, gradients and soft shadows, drawn twice as large and shrunk."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Canvas = npt.NDArray[np.float32]
"""(H, W, 3) RGB, 0 to 255, twice as large as the picture."""
Points = npt.NDArray[np.float64]
"""(n, 2) x, y in pixels of the picture."""

SCALE = 2
_SHIFT = 4


@dataclass(frozen=True)
class Gradient:
    """Two colours, blended from point `start` to point `end`."""

    first: str
    second: str
    start: tuple[float, float]
    end: tuple[float, float]


Paint = str | Gradient


def rgb(colour: str) -> npt.NDArray[np.float32]:
    return np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], np.float32)


def points(*pairs: tuple[float, float]) -> Points:
    return np.array(pairs, np.float64)


def smooth(corners: Points, n_between: int = 14) -> Points:
    """Return a closed curve through `corners` (Catmull-Rom)."""
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    beyond = np.roll(corners, -2, axis=0)
    t = (np.arange(n_between) / n_between)[None, :, None]
    a, b, c, d = (p[:, None, :] for p in (before, corners, after, beyond))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve.reshape(-1, 2)


def line_through(corners: Points, n_between: int = 14) -> Points:
    """Return an open curve through `corners`."""
    ends = np.vstack([2 * corners[0] - corners[1], corners, 2 * corners[-1] - corners[-2]])
    closed = smooth(np.vstack([ends, ends[-1:]]), n_between)
    return np.vstack([closed[n_between : n_between * len(corners)], corners[-1:]])


def oval(x: float, y: float, width: float, height: float, turn: float = 0.0) -> Points:
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    flat = np.stack([np.cos(angle) * width / 2, np.sin(angle) * height / 2], axis=1)
    return moved(turned(flat, turn), x, y)


def turned(shape: Points, angle: float, about: tuple[float, float] = (0, 0)) -> Points:
    """Return `shape` turned clockwise on the screen by `angle` radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    return (shape - about) @ np.array([[cos, sin], [-sin, cos]]) + about


def moved(shape: Points, x: float, y: float) -> Points:
    return shape + np.array([x, y])


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Points:
    """Return a rectangle with round corners."""
    if radius <= 0:
        return points((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    quarter = np.linspace(0, np.pi / 2, 10)
    corners = []
    for cx, cy, first in (
        (x1 - radius, y1 - radius, 0.0),
        (x0 + radius, y1 - radius, 0.5),
        (x0 + radius, y0 + radius, 1.0),
        (x1 - radius, y0 + radius, 1.5),
    ):
        angle = quarter + first * np.pi
        corners.append(np.stack([cx + radius * np.cos(angle), cy + radius * np.sin(angle)], 1))
    return np.vstack(corners)


def fill(
    canvas: Canvas,
    shape: Points,
    paint: Paint,
    alpha: float = 1.0,
    within: Points | None = None,
    blur: float = 0.0,
) -> None:
    """Fill `shape`, clipped to `within`, its edge blurred by `blur` pixels."""
    margin = 2 + 3 * blur
    low = np.floor((shape.min(axis=0) - margin) * SCALE).astype(int).clip(0)
    high = np.ceil((shape.max(axis=0) + margin) * SCALE).astype(int)
    x0, y0 = (int(v) for v in low)
    x1, y1 = min(int(high[0]), canvas.shape[1]), min(int(high[1]), canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = _cover(shape, (x0, y0, x1, y1))
    if blur:
        cover = cv2.GaussianBlur(cover, (0, 0), blur * SCALE)
    if within is not None:
        cover = cover * _cover(within, (x0, y0, x1, y1))
    region = canvas[y0:y1, x0:x1]
    colour = _colours(paint, (x0, y0, x1, y1))
    region += (colour - region) * (cover * alpha)[:, :, None]


def fill_together(canvas: Canvas, shapes: list[Points], paint: Paint, alpha: float) -> None:
    """Fill several shapes as one, so that their overlaps do not show."""
    every = np.vstack(shapes)
    low, high = np.floor((every.min(axis=0) - 2) * SCALE), np.ceil((every.max(axis=0) + 2) * SCALE)
    x0, y0 = (max(0, int(v)) for v in low)
    x1, y1 = min(int(high[0]), canvas.shape[1]), min(int(high[1]), canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = np.max([_cover(shape, (x0, y0, x1, y1)) for shape in shapes], axis=0)
    region = canvas[y0:y1, x0:x1]
    region += (_colours(paint, (x0, y0, x1, y1)) - region) * (cover * alpha)[:, :, None]


def stroke(canvas: Canvas, line: Points, width: float, paint: Paint, alpha: float = 1.0) -> None:
    """Draw an open line with round ends."""
    low, high = line.min(axis=0) - width, line.max(axis=0) + width
    x0, y0 = (max(0, int(v * SCALE)) for v in low)
    x1 = min(int(high[0] * SCALE) + 1, canvas.shape[1])
    y1 = min(int(high[1] * SCALE) + 1, canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
    fixed = _fixed(line, x0, y0)
    cv2.polylines(
        cover, [fixed], False, 255, max(1, round(width * SCALE)), cv2.LINE_AA, shift=_SHIFT
    )
    region = canvas[y0:y1, x0:x1]
    weight = (cover.astype(np.float32) / 255 * alpha)[:, :, None]
    region += (_colours(paint, (x0, y0, x1, y1)) - region) * weight


def shrunk(canvas: Canvas) -> npt.NDArray[np.uint8]:
    """Return the picture (H, W, 3) uint8, each pixel the mean of what lies in it."""
    height, width = canvas.shape[0] // SCALE, canvas.shape[1] // SCALE
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def _fixed(shape: Points, x0: int, y0: int) -> npt.NDArray[np.int32]:
    # Half a pixel: OpenCV's whole numbers lie in the middle of pixels.
    moved = shape * SCALE - 0.5 - (x0, y0)
    return np.rint(moved * (1 << _SHIFT)).astype(np.int32)


def _cover(shape: Points, area: tuple[int, int, int, int]) -> npt.NDArray[np.float32]:
    x0, y0, x1, y1 = area
    cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(cover, [_fixed(shape, x0, y0)], 255, cv2.LINE_AA, shift=_SHIFT)
    return cover.astype(np.float32) / 255


def _colours(paint: Paint, area: tuple[int, int, int, int]) -> npt.NDArray[np.float32]:
    if isinstance(paint, str):
        return rgb(paint)
    x0, y0, x1, y1 = area
    x = (np.arange(x0, x1, dtype=np.float32) + 0.5) / SCALE - paint.start[0]
    y = (np.arange(y0, y1, dtype=np.float32) + 0.5) / SCALE - paint.start[1]
    dx, dy = paint.end[0] - paint.start[0], paint.end[1] - paint.start[1]
    along = (y[:, None] * dy + x[None, :] * dx) / (dx * dx + dy * dy)
    part = np.clip(along, 0, 1)[:, :, None].astype(np.float32)
    return rgb(paint.first) * (1 - part) + rgb(paint.second) * part
