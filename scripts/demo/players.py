"""The three that sound in the demo clip, drawn as they are at a given moment."""

import numpy as np

from demo import score
from demo.paint import (
    Canvas,
    Gradient,
    box,
    fill,
    line_through,
    moved,
    oval,
    points,
    smooth,
    stroke,
    turned,
)

BIRD_BOX = (96, 128, 250, 288)
BELL_BOX = (384, 184, 578, 336)
TRACTOR_BOX = (662, 296, 908, 480)
"""Where each can be seen at any time: x0, y0, x1, y1. Branch, frame and smoke do not count."""


def draw_bird(canvas: Canvas, time_s: float) -> None:
    """Draw the branch, and on it the bird: it lifts its head, bobs and opens its beak."""
    _branch(canvas)
    effort, opened = score.bird_effort(time_s), score.bird_openness(time_s)
    breath = 0.6 * np.sin(2 * np.pi * time_s / 2.7)
    foot = (176.0, 283.0)

    def shape(corners: np.ndarray) -> np.ndarray:
        return moved(turned(corners, -0.10 * effort, foot), 0, -3.5 * effort + breath)

    for dx in (-7, 9):
        leg = points((foot[0] + dx, 262), (foot[0] + dx + 2, 280))
        stroke(canvas, leg, 2.6, "#8a5a3c")
        stroke(canvas, points((foot[0] + dx - 5, 283), (foot[0] + dx + 10, 283)), 3.0, "#8a5a3c")
    flick = 4 * effort
    tail = points(
        (134, 236), (100, 268 - flick), (104, 280 - flick), (116, 283 - flick), (152, 258)
    )
    fill(canvas, shape(tail), Gradient("#2f5f80", "#244b68", (140, 236), (104, 282)))
    body = shape(smooth(points((140, 206), (170, 184), (206, 196), (220, 228), (205, 258),
                               (172, 268), (142, 254), (128, 230))))  # fmt: skip
    fill(canvas, body, Gradient("#4f93b8", "#35708f", (160, 180), (150, 268)))
    breast = shape(smooth(points((196, 200), (228, 214), (226, 250), (192, 272), (168, 262),
                                 (180, 232))))  # fmt: skip
    fill(canvas, breast, Gradient("#f6a05f", "#ec7a52", (200, 200), (200, 268)), within=body)
    belly = shape(oval(176, 268, 74, 36))
    fill(canvas, belly, "#fdf0dc", 0.95, within=body, blur=1.2)
    head_x, head_y = shape(points((198, 178)))[0]
    _head(canvas, (float(head_x), float(head_y)), -0.22 * effort, opened)
    wing = shape(smooth(points((146, 214), (172, 210), (186, 230), (168, 250), (136, 256),
                               (118, 258), (130, 236))))  # fmt: skip
    flutter = 0.10 * effort * np.sin(2 * np.pi * 9 * time_s)
    wing = turned(wing, flutter, (176, 216))
    fill(canvas, wing, Gradient("#2f6788", "#27536f", (150, 210), (140, 258)))
    for n in range(3):
        line = shape(line_through(points((138 + 4 * n, 250 - 9 * n), (156, 244 - 9 * n),
                                         (172 - n, 232 - 7 * n))))  # fmt: skip
        stroke(canvas, turned(line, flutter, (176, 216)), 1.8, "#5fa2c4", 0.8)


def _head(canvas: Canvas, at: tuple[float, float], lift: float, opened: float) -> None:
    x, y = at

    def shape(corners: np.ndarray) -> np.ndarray:
        return turned(moved(corners, x, y), lift, (x - 6, y + 10))

    gape = 0.42 * opened
    upper = turned(points((20, -8), (52, 1), (21, 6)), -gape * 0.7, (22, 0))
    lower = turned(points((21, 1), (44, 4), (20, 10)), gape * 0.8, (22, 3))
    throat = points((21, -3), tuple(upper[1] * 0.78 + (4, 0)), tuple(lower[1] * 0.80 + (4, 0)),
                    (20, 8))  # fmt: skip
    if opened > 0.05:
        fill(canvas, shape(throat), "#b8413f")
    fill(canvas, shape(lower), "#e39a3f")
    fill(canvas, shape(upper), "#f4b64f")
    skull = shape(oval(0, 0, 62, 58))
    fill(canvas, skull, Gradient("#5aa0c4", "#3f7fa2", (x, y - 30), (x, y + 30)))
    face = shape(smooth(points((6, -10), (26, -12), (36, 6), (24, 30), (0, 34), (-4, 12))))
    fill(canvas, face, Gradient("#f8ab68", "#f09058", (x, y - 14), (x, y + 30)), within=skull)
    fill(canvas, shape(oval(10, -6, 15, 16)), "#fdf0dc")
    fill(canvas, shape(oval(11.5, -6, 10.5, 11.5)), "#22303c")
    fill(canvas, shape(oval(13.6, -8.6, 3.8, 3.8)), "#ffffff")
    for n, tip in enumerate(((-22, -40), (-12, -44), (-2, -41))):
        crest = points((-14 + 6 * n, -24), tip, (-6 + 6 * n, -27))
        fill(canvas, shape(crest), "#3f7fa2")


def _branch(canvas: Canvas) -> None:
    limb = smooth(points((-30, 296), (60, 292), (150, 287), (240, 280), (312, 264), (314, 268),
                         (246, 290), (150, 301), (60, 309), (-30, 322)))  # fmt: skip
    fill(canvas, limb, Gradient("#7d5a45", "#5c4133", (0, 284), (0, 316)))
    twig = line_through(points((226, 284), (252, 296), (270, 312)))
    stroke(canvas, twig, 5, "#684a3a")
    for x, y, turn, size in ((308, 264, -0.5, 1.1), (310, 268, 0.35, 0.9), (268, 272, -1.0, 0.95),
                             (268, 312, 0.75, 1.0), (258, 302, 1.7, 0.8), (64, 290, -1.0, 0.95),
                             (30, 310, 1.2, 1.0), (92, 304, 0.8, 0.85)):  # fmt: skip
        _leaf(canvas, x, y, turn, size)


def _leaf(canvas: Canvas, x: float, y: float, turn: float, size: float) -> None:
    outline = smooth(points((0, 0), (12, -9), (30, -5), (40, 2), (28, 8), (12, 8))) * size
    stalk = moved(turned(points((-9, 0), (4, 0)) * size, turn), x - 4, y)
    stroke(canvas, stalk, 2.2, "#5d8a50")
    leaf = moved(turned(outline, turn), x - 4, y)
    fill(canvas, leaf, Gradient("#7fb069", "#4f8a5b", (x, y - 12), (x, y + 14)))
    vein = moved(turned(points((3, 0), (33, 1)) * size, turn), x - 4, y)
    stroke(canvas, vein, 1.3, "#a9cf8d", 0.9)


def draw_bell(canvas: Canvas, time_s: float) -> None:
    """Draw the frame, and in it the bell: it swings, and shines where it is struck."""
    swing, shock = score.bell_swing(time_s), score.bell_shock(time_s)
    wood, dark = "#8a6248", "#6b4a38"
    fill(canvas, oval(480, 470, 190, 18), "#1f4f41", 0.35, blur=4)
    for x in (384, 564):
        fill(canvas, box(x, 178, x + 14, 470, 3), Gradient(wood, dark, (x, 0), (x + 14, 0)))
        brace = points((x + 7, 226), (x + (40 if x < 481 else -26), 190))
        stroke(canvas, brace, 7, dark)
    fill(canvas, box(370, 174, 592, 190, 4), Gradient("#9c7053", dark, (0, 174), (0, 190)))
    roof = points((356, 178), (481, 122), (606, 178), (594, 180), (481, 137), (368, 180))
    fill(canvas, points((370, 178), (481, 131), (592, 178)), "#7a5541")
    fill(canvas, roof, Gradient("#d0604c", "#a8463c", (0, 126), (0, 182)))
    pivot = (481.0, 192.0)
    angle = 0.26 * swing

    def shape(corners: np.ndarray, extra: float = 0.0) -> np.ndarray:
        return turned(corners, angle + extra, pivot)

    fill(canvas, shape(box(470, 186, 492, 206, 5)), "#5d4a3a")
    # Hung freely, the clapper lags behind and meets the bell at the end of each swing.
    clapper = 0.26 * swing
    rod = shape(points((481, 262), (481, 322)), clapper * 0.55)
    stroke(canvas, rod, 5, "#4d3a2c")
    fill(canvas, turned(oval(481, 325, 19, 19), angle + clapper * 0.55, pivot), "#5d4634")
    body = smooth(points((481, 202), (500, 207), (512, 226), (517, 258), (528, 286), (544, 306),
                         (540, 314), (481, 318), (422, 314), (418, 306), (434, 286), (445, 258),
                         (450, 226), (462, 207)))  # fmt: skip
    body = shape(body)
    fill(canvas, body, Gradient("#f7cf6b", "#c98a2e", (440, 200), (538, 310)))
    shine = shape(smooth(points((462, 216), (470, 214), (466, 250), (452, 292), (438, 304),
                                (446, 284), (456, 256))))  # fmt: skip
    fill(canvas, shine, "#fff3c9", 0.75 + 0.25 * shock, within=body, blur=1.0)
    shade = shape(smooth(points((500, 206), (530, 220), (560, 312), (500, 320), (520, 290),
                                (508, 250))))  # fmt: skip
    fill(canvas, shade, "#9c6424", 0.35, within=body, blur=2.5)
    for y, half in ((232, 33), (294, 55)):
        band = shape(line_through(points((481 - half, y), (481, y + 5), (481 + half, y))))
        stroke(canvas, band, 2.6, "#a66f22", 0.75)
    fill(canvas, shape(oval(481, 312, 122, 13)), "#a66f22", 0.9, within=body)
    if shock > 0.05:
        fill(canvas, body, "#fff6d6", 0.16 * shock)


def draw_tractor(canvas: Canvas, time_s: float) -> None:
    """Draw the tractor: it shakes with each firing, and puffs from its pipe."""
    firings_s = score.firing_times_s()
    before = firings_s[firings_s <= time_s]
    since_s = float(time_s - before[-1]) if before.size else 9.0
    kick = float(np.exp(-since_s / 0.05))
    is_running = score.ENGINE_START_S <= time_s < score.ENGINE_STOP_S
    shake = -2.6 * kick + (0.8 * np.sin(2 * np.pi * 13 * time_s) if is_running else 0.0)
    sway = 0.010 * kick
    fill(canvas, oval(790, 468, 250, 20), "#1f4f41", 0.40, blur=4)
    _puffs(canvas, time_s, firings_s)

    def shape(corners: np.ndarray) -> np.ndarray:
        return moved(turned(corners, sway, (790, 440)), 0, shake)

    pipe = shape(box(872, 306, 881, 358, 3))
    fill(canvas, pipe, Gradient("#5a6070", "#353a48", (870, 0), (883, 0)))
    cap_turn = -0.15 - 0.75 * kick
    cap = turned(box(868, 301, 885, 306, 2), cap_turn, (868, 306))
    fill(canvas, shape(cap), "#353a48")
    seat = smooth(points((716, 352), (736, 344), (744, 356), (742, 378), (718, 378)))
    fill(canvas, shape(seat), "#3b4252")
    fender = smooth(points((672, 402), (688, 366), (726, 352), (764, 364), (778, 398),
                           (760, 408), (690, 410)))  # fmt: skip
    fill(canvas, shape(fender), Gradient("#ef6a55", "#c8433a", (700, 352), (720, 410)))
    hood = shape(smooth(points((760, 368), (800, 352), (872, 354), (898, 364), (902, 404),
                               (890, 428), (776, 428), (758, 410)), 18))  # fmt: skip
    fill(canvas, hood, Gradient("#ef6a55", "#bf3d36", (0, 352), (0, 428)))
    fill(canvas, shape(box(764, 366, 892, 376, 5)), "#ffffff", 0.22, within=hood)
    for n in range(4):
        fill(canvas, shape(box(806 + 13 * n, 384, 812 + 13 * n, 408, 3)), "#8f2c2c", 0.85)
    fill(canvas, shape(box(890, 372, 904, 418, 5)), "#e9e0cd")
    fill(canvas, shape(oval(899, 382, 13, 15)), "#fff3c4")
    wheel_rod = shape(points((772, 368), (752, 340)))
    stroke(canvas, wheel_rod, 4.5, "#3b4252")
    fill(canvas, turned(shape(oval(751, 339, 9, 34)), -0.55, (751, 339)), "#2b3040")
    fill(canvas, shape(box(744, 414, 880, 432, 6)), "#3b4252")
    _wheel(canvas, 724, 418 + 0.4 * shake, 118, n_lugs=20)
    _wheel(canvas, 864, 440 + 0.3 * shake, 76, n_lugs=15)


def _wheel(canvas: Canvas, x: float, y: float, size: float, n_lugs: int) -> None:
    for n in range(n_lugs):
        angle = 2 * np.pi * n / n_lugs
        lug = turned(box(-size * 0.045, -size * 0.52, size * 0.045, -size * 0.44, 2), angle)
        fill(canvas, moved(lug, x, y), "#20242f")
    rubber = Gradient("#3d4356", "#262a38", (x - size / 3, y - size / 2), (x, y + size / 2))
    fill(canvas, oval(x, y, size * 0.96, size * 0.96), rubber)
    rim = Gradient("#f9dc7a", "#e2ae45", (x, y - size / 3), (x, y + size / 3))
    fill(canvas, oval(x, y, size * 0.58, size * 0.58), rim)
    for n in range(6):
        angle = n * np.pi / 3 + 0.4
        hole = oval(x + size * 0.19 * np.cos(angle), y + size * 0.19 * np.sin(angle),
                    size * 0.075, size * 0.075)  # fmt: skip
        fill(canvas, hole, "#b98a33")
    fill(canvas, oval(x, y, size * 0.18, size * 0.18), "#c8433a")


def _puffs(canvas: Canvas, time_s: float, firings_s: np.ndarray) -> None:
    for number, at_s in enumerate(firings_s):
        age_s = time_s - at_s
        if not 0 <= age_s < 1.15:
            continue
        part = age_s / 1.15
        x = 877 + 4 * np.sin(number * 2.4) + 26 * part**1.3
        y = 298 - 84 * part**0.75
        size = 11 + 40 * part**0.7
        alpha = 0.9 * min(1.0, age_s / 0.05) * (1 - part) ** 1.1
        puff = oval(x, y, size, size * 0.92)
        fill(canvas, puff, Gradient("#fffdf6", "#d9d3cc", (x, y - size / 2), (x, y + size / 2)),
             float(alpha), blur=0.8)  # fmt: skip
