"""Spoil pictures the way cameras, videos and people's clicks do, so that only the subject counts.

Everything is drawn from the generator that is handed in. Letters in shapes: H, W pixels of a
picture in the bank, S pixels of a side of a crop.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels

Share = npt.NDArray[np.float32]
"""float32 (S, S), 0 to 1: how much of each pixel the object covers."""

Matrix = npt.NDArray[np.float64]
"""(2, 3), from a crop's pixel (x, y, 1) to the picture's."""


@dataclass(frozen=True, slots=True)
class VariationChances:
    """How often each thing happens to a crop."""

    tilted: float = 0.5
    recoloured: float = 0.8
    grey: float = 0.15
    coarse: float = 0.25
    blurred: float = 0.15
    noisy: float = 0.2
    packed: float = 0.3
    """As in a video or a JPEG file."""
    covered: float = 0.25
    """By a rectangle of one colour or of noise."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where the subject of a picture is, in its pixels."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


def crop_matrix(
    box: Box,
    sides: tuple[float, float],
    side_px: int,
    chances: VariationChances,
    random: np.random.Generator,
) -> Matrix:
    """Return a random square view of `box`, as the matrix that `view` takes.

    Args:
        box: around the subject.
        sides: the least and the largest side of the view, in the box's longer side.
        side_px: of the crop to be made.
        chances: of being tilted.
        random: where chance comes from.
    """
    longer = max(box.width_px, box.height_px)
    side = longer * random.uniform(*sides)
    stretch = np.exp(random.uniform(-0.25, 0.25))
    wide, high = side * stretch, side / stretch
    # A small view moves about over the subject; one that is larger than it moves around it.
    x = box.x_px + box.width_px / 2 + random.uniform(-0.5, 0.5) * abs(box.width_px - wide) * 0.8
    y = box.y_px + box.height_px / 2 + random.uniform(-0.5, 0.5) * abs(box.height_px - high) * 0.8
    angle = np.deg2rad(random.normal(0, 9)) if random.random() < chances.tilted else 0.0
    flip = -1.0 if random.random() < 0.5 else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    scale = turn @ np.diag([flip * wide / side_px, high / side_px])
    shift = np.array([x, y]) - scale @ np.full(2, (side_px - 1) / 2)
    return np.concatenate([scale, shift[:, None]], 1)


def view(pixels: Pixels, matrix: Matrix, side_px: int, random: np.random.Generator) -> Pixels:
    """Return the crop (S, S, 3); what lies beyond the picture goes on in one of four ways."""
    border = (
        cv2.BORDER_REPLICATE,
        cv2.BORDER_REFLECT_101,
        cv2.BORDER_CONSTANT,
        cv2.BORDER_REPLICATE,
    )[random.integers(4)]
    return np.asarray(
        cv2.warpAffine(
            pixels, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=border, borderValue=random.integers(0, 256, 3).tolist(),
        ),
        np.uint8,
    )  # fmt: skip


def share_of(mask: npt.NDArray[np.bool_], matrix: Matrix, side_px: int) -> Share:
    """Return the crop of a mask, soft at its edge; nothing lies beyond the picture."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    soft = cv2.warpAffine(mask.astype(np.float32), matrix, (side_px, side_px), flags=flags)
    return np.asarray(cv2.blur(soft, (3, 3)), np.float32)


def spoiled(pixels: Pixels, chances: VariationChances, random: np.random.Generator) -> Pixels:
    """Return the crop (S, S, 3) in other colours and as a poor camera or video shows it."""
    if random.random() < chances.recoloured:
        pixels = _recoloured(pixels, random)
    if random.random() < chances.grey:
        pixels = _grey(pixels)
    if random.random() < chances.covered:
        pixels = _covered(pixels, random)
    if random.random() < chances.coarse:
        pixels = _coarse(pixels, random)
    if random.random() < chances.blurred:
        blurred = cv2.GaussianBlur(pixels, (0, 0), float(random.uniform(0.4, 1.6)))
        pixels = np.asarray(blurred, np.uint8)
    if random.random() < chances.noisy:
        noise = random.standard_normal(pixels.shape, np.float32) * random.uniform(2, 18)
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if random.random() < chances.packed:
        pixels = _packed(pixels, random)
    return pixels


def _recoloured(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Change lightness, contrast, gamma, saturation and the colour of the light."""
    levels = pixels.astype(np.float32) / 255
    grey = levels @ np.array([0.299, 0.587, 0.114], np.float32)
    levels = grey[..., None] + (levels - grey[..., None]) * np.float32(random.uniform(0.3, 1.6))
    light = np.exp(random.normal(0, 0.12, 3)).astype(np.float32) * np.float32(
        np.exp(random.uniform(-0.4, 0.3))
    )
    middle = grey.mean()
    levels = (levels - middle) * np.float32(random.uniform(0.6, 1.4)) + middle
    levels = np.clip(levels * light + np.float32(random.uniform(-0.1, 0.1)), 0, 1)
    curve = np.float32(np.exp(random.uniform(-0.35, 0.35)))
    return np.asarray(levels**curve * 255, np.uint8)


def _grey(pixels: Pixels) -> Pixels:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _covered(pixels: Pixels, random: np.random.Generator) -> Pixels:
    side_px = len(pixels)
    high, wide = random.integers(side_px // 8, side_px // 2, 2)
    top, left = random.integers(0, side_px - high), random.integers(0, side_px - wide)
    covered = pixels.copy()
    patch = random.integers(0, 256, (1, 1, 3) if random.random() < 0.7 else (high, wide, 3))
    covered[top : top + high, left : left + wide] = patch
    return covered


def _coarse(pixels: Pixels, random: np.random.Generator) -> Pixels:
    size = pixels.shape[1::-1]
    few = max(8, round(len(pixels) * random.uniform(0.3, 0.8)))
    small = cv2.resize(pixels, (few, few), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _packed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    quality = int(random.integers(12, 70))
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def blob(side_px: int, random: np.random.Generator) -> Share:
    """Return an ellipse, a box or a rough patch around the middle, as a click's mask may be."""
    kind = random.integers(3)
    y, x = np.mgrid[0:side_px, 0:side_px].astype(np.float32) / (side_px - 1) - 0.5
    x, y = x - random.uniform(-0.08, 0.08), y - random.uniform(-0.08, 0.08)
    wide, high = random.uniform(0.3, 0.52, 2)
    away = (x / wide) ** 2 + (y / high) ** 2
    if kind == 0:
        away = np.maximum(np.abs(x) / wide, np.abs(y) / high)
    elif kind == 1:
        away = away + 0.1 - 0.5 * _hills(side_px, random)
    return np.asarray(away < 1, np.float32)


def roughened(share: Share, random: np.random.Generator) -> Share:
    """Return a mask whose edge is off here and there, as a segmenter's."""
    reach = random.uniform(1, 5)
    soft = cv2.GaussianBlur(share, (0, 0), float(reach))
    return np.asarray(soft > 0.5 + 0.3 * _hills(len(share), random), np.float32)


def _hills(side_px: int, random: np.random.Generator) -> Share:
    """Return smooth noise, mostly within -1 to 1."""
    coarse = random.standard_normal((6, 6), np.float32) * np.float32(0.5)
    smooth = cv2.resize(coarse, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.float32)
