"""What things stand before in a made picture: a gradient, a corner of a photograph, a blurred one.

Everything is drawn from the generator that is handed in. Letters in shapes: H, W pixels of a
picture, S pixels of a side of what is made.
"""

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels


def gradient_ground(side_px: int, random: np.random.Generator) -> Pixels:
    """Return a smooth ground (S, S, 3), at times with spots."""
    ends = random.integers(0, 256, (2, 2, 3)).astype(np.uint8)
    if random.random() < 0.4:
        ends[:] = ends[0, 0]
    size = (side_px, side_px)
    ground = cv2.resize(ends, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if random.random() < 0.5:
        n_spots = int(random.integers(4, 40))
        spots = random.standard_normal((n_spots, n_spots, 3), np.float32) * 30
        ground = ground + cv2.resize(spots, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(ground, 0, 255).astype(np.uint8)


def corner_ground(shown: Pixels, side_px: int, random: np.random.Generator) -> Pixels:
    """Return a corner of a picture (H, W, 3), where its subject seldom is, as (S, S, 3)."""
    side = max(8, int(min(shown.shape[:2]) * random.uniform(0.15, 0.28)))
    top = random.integers(2) * (shown.shape[0] - side)
    left = random.integers(2) * (shown.shape[1] - side)
    corner = shown[top : top + side, left : left + side]
    size = (side_px, side_px)
    return np.asarray(cv2.resize(corner, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def cropped_ground(shown: Pixels, side_px: int, random: np.random.Generator) -> Pixels:
    """Return a large square of a picture (H, W, 3), at times mirrored, as (S, S, 3)."""
    high, wide = shown.shape[:2]
    side = max(8, int(min(high, wide) * random.uniform(0.6, 1.0)))
    top, left = int(random.integers(high - side + 1)), int(random.integers(wide - side + 1))
    square = shown[top : top + side, left : left + side]
    if random.random() < 0.5:
        square = square[:, ::-1]
    size = (side_px, side_px)
    return np.asarray(cv2.resize(square, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def blurred_ground(shown: Pixels, side_px: int, random: np.random.Generator) -> Pixels:
    """Return a large square of a picture (H, W, 3) far out of focus, as (S, S, 3)."""
    # Shrunk to a few pixels first: a wide blur costs its width.
    n_few = int(random.integers(6, 14))
    few = cv2.resize(
        cropped_ground(shown, 4 * n_few, random), (n_few, n_few), interpolation=cv2.INTER_AREA
    )
    size = (side_px, side_px)
    return np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def laid_over(ground: Pixels, pixels: Pixels, share: npt.NDArray[np.float32]) -> Pixels:
    """Return `pixels` (S, S, 3) laid over `ground` (S, S, 3) where `share` (S, S) says, 0 to 1."""
    weight = share[:, :, None]
    return np.asarray(ground * (1 - weight) + pixels * weight, np.uint8)
