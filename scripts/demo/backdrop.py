"""The meadow of the demo clip in the morning: sky, sun, hills, trees, flowers."""

import numpy as np

from demo.paint import (
    SCALE,
    Canvas,
    Gradient,
    box,
    fill,
    fill_together,
    line_through,
    oval,
    points,
    rgb,
    smooth,
    stroke,
)
from demo.score import HEIGHT_PX, WIDTH_PX

_SKY = ((0.0, "#7fb7cf"), (0.38, "#bcdcd8"), (0.58, "#f6e7c4"), (0.72, "#fbd3a4"))
_SUN = (640.0, 262.0)


def sky() -> Canvas:
    """Return the sky with the sun in it."""
    height, width = HEIGHT_PX * SCALE, WIDTH_PX * SCALE
    y = np.linspace(0, 1, height)
    stops = [stop for stop, _ in _SKY]
    colours = np.stack([rgb(colour) for _, colour in _SKY])
    column = np.stack([np.interp(y, stops, colours[:, c]) for c in range(3)], axis=1)
    canvas = np.repeat(column[:, None, :], width, axis=1).astype(np.float32)
    for size, alpha, blur in ((430, 0.20, 46), (250, 0.28, 26), (150, 0.30, 12)):
        fill(canvas, oval(*_SUN, size, size), "#fff4cf", alpha, blur=blur)
    fill(canvas, oval(*_SUN, 104, 104), "#fff8e1")
    return canvas


def clouds(canvas: Canvas, time_s: float) -> None:
    """Draw two banks of cloud that drift a little."""
    for x, y, size, speed in ((330, 92, 1.0, 2.6), (792, 62, 0.78, 1.9), (560, 148, 0.55, 3.2)):
        x += speed * (time_s - 6)
        bottom = y + 32 * size
        puffs = [(-86, 2, 74), (-40, -14, 92), (14, -26, 108), (64, -8, 88), (104, 4, 62)]
        shapes = [box(x - 132 * size, y, x + 140 * size, bottom, 16 * size)]
        for dx, dy, wide in puffs:
            tall = 0.74 * wide * size
            middle = min(y + dy * size, bottom - tall / 2)
            shapes.append(oval(x + dx * size, middle, wide * size, tall))
        paint = Gradient("#ffffff", "#fdeedd", (x, y - 60 * size), (x, bottom))
        fill_together(canvas, shapes, paint, 0.86)


def land(canvas: Canvas) -> None:
    """Draw everything that stands still, back to front, over the sky."""
    _hill(canvas, [(0, 306), (130, 272), (290, 300), (450, 262), (640, 300), (800, 258),
                   (960, 286)], Gradient("#a9b7cf", "#c9cbd6", (0, 250), (0, 380)))  # fmt: skip
    _hill(canvas, [(0, 344), (170, 318), (330, 346), (520, 312), (700, 342), (880, 306),
                   (960, 318)], Gradient("#88a9a4", "#b4c7b4", (0, 305), (0, 420)))  # fmt: skip
    for x, y, size in ((246, 338, 0.8), (272, 343, 1.0), (300, 345, 0.7), (846, 316, 0.75),
                       (872, 312, 1.0), (902, 314, 0.85)):  # fmt: skip
        _poplar(canvas, x, y, size, "#5f8a83")
    _hill(canvas, [(0, 392), (150, 380), (360, 388), (560, 370), (760, 384), (960, 366)],
          Gradient("#79a873", "#5d9169", (0, 366), (0, 470)))  # fmt: skip
    for x, y, size in ((612, 376, 0.95), (640, 378, 1.25), (668, 381, 0.8)):
        _round_tree(canvas, x, y, size)
    _field_lines(canvas)
    _hill(canvas, [(0, 470), (180, 452), (420, 462), (620, 446), (820, 456), (960, 442)],
          Gradient("#4d8a5d", "#2f6a52", (0, 446), (0, 540)))  # fmt: skip


def foreground(canvas: Canvas) -> None:
    """Draw grass and flowers along the lower edge."""
    random = np.random.default_rng(5)
    for _ in range(130):
        x, y = random.uniform(0, WIDTH_PX), random.uniform(488, 540)
        tall, lean = random.uniform(9, 21), random.uniform(-6, 6)
        blade = points((x - 1.6, y), (x + lean, y - tall), (x + 1.6, y))
        fill(canvas, blade, "#6bab70" if random.random() < 0.5 else "#2a6350", 0.85)
    for x, y, size, colour in (
        (44, 500, 1.0, "#f7b5a1"), (86, 520, 0.9, "#fff1d6"), (132, 506, 0.8, "#f4d35e"),
        (318, 512, 0.9, "#fff1d6"), (352, 524, 1.0, "#f7b5a1"), (592, 516, 0.9, "#f4d35e"),
        (624, 504, 0.8, "#fff1d6"), (656, 526, 1.0, "#f7b5a1"), (902, 512, 1.0, "#fff1d6"),
        (934, 524, 0.9, "#f4d35e"),
    ):  # fmt: skip
        _flower(canvas, x, y, size, colour)


def _hill(canvas: Canvas, crest: list[tuple[float, float]], paint: Gradient) -> None:
    ridge = line_through(points(*crest), 24)
    down = points((WIDTH_PX + 20, ridge[-1][1]), (WIDTH_PX + 20, 600), (-20, 600))
    fill(canvas, np.vstack([ridge, down, [(-20, ridge[0][1])]]), paint)


def _poplar(canvas: Canvas, x: float, y: float, size: float, colour: str) -> None:
    fill(canvas, box(x - 1.5, y - 8, x + 1.5, y + 10), "#5b6b63")
    shape = points((x, y - 58 * size), (x + 11 * size, y - 22 * size), (x + 7 * size, y + 2),
                   (x - 7 * size, y + 2), (x - 11 * size, y - 22 * size))  # fmt: skip
    fill(canvas, smooth(shape), colour)
    fill(canvas, smooth(shape) - (5 * size, 0), "#ffffff", 0.10, within=smooth(shape))


def _round_tree(canvas: Canvas, x: float, y: float, size: float) -> None:
    fill(canvas, box(x - 2.4 * size, y - 20 * size, x + 2.4 * size, y + 4), "#6b5a4b")
    crown = oval(x, y - 36 * size, 46 * size, 50 * size)
    fill(canvas, crown, Gradient("#5d9a72", "#3d7a60", (x + 14, y - 60), (x - 14, y - 14)))
    fill(canvas, oval(x + 10 * size, y - 46 * size, 22 * size, 20 * size), "#8fc08a", 0.45,
         within=crown)  # fmt: skip


def _field_lines(canvas: Canvas) -> None:
    for n, alpha in ((0, 0.22), (1, 0.2), (2, 0.18)):
        y = 404 + 17 * n
        row = line_through(points((-10, y + 6), (220, y - 4), (470, y + 2), (720, y - 8),
                                  (970, y - 14)), 20)  # fmt: skip
        stroke(canvas, row, 2.4, "#8fbb7c", alpha)


def _flower(canvas: Canvas, x: float, y: float, size: float, colour: str) -> None:
    stem = line_through(points((x, y + 26), (x + 2, y + 10), (x, y)))
    stroke(canvas, stem, 1.6, "#24574a")
    for k in range(6):
        angle = k * np.pi / 3 + 0.3
        petal = oval(x + 5.6 * size * np.cos(angle), y + 5.6 * size * np.sin(angle),
                     8.4 * size, 6 * size, angle)  # fmt: skip
        fill(canvas, petal, colour)
    fill(canvas, oval(x, y, 6 * size, 6 * size), "#e39a4f")
