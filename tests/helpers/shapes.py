"""Drawn pictures of discs and bars, whose class is known, for networks that learn to see."""

from pathlib import Path

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels

SIDE_PX = 48


def shape(word: str, seed: int) -> tuple[Pixels, Mask]:
    """Return a bright "disc" or a "bar" of random colour and place on a dim ground; its mask."""
    random = np.random.default_rng((seed, len(word)))
    ground = np.full((SIDE_PX, SIDE_PX, 3), random.integers(20, 70, 3), np.uint8)
    drawn = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    x, y = (int(one) for one in random.integers(20, 28, 2))
    if word == "disc":
        cv2.circle(drawn, (x, y), int(random.integers(11, 16)), 1, -1)
    else:
        half = int(random.integers(2, 5))
        cv2.rectangle(drawn, (x - 16, y - half), (x + 16, y + half), 1, -1)
    ground[drawn > 0] = random.integers(140, 255, 3)
    return ground, drawn.astype(np.bool_)


def ground(seed: int) -> Pixels:
    """Return smooth noise with nothing in it."""
    random = np.random.default_rng((seed, 99))
    spots = random.integers(0, 255, (5, 5, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(spots, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC))


def write_pictures(folder: Path, n_each: int = 10) -> Path:
    """Write `images/disc`, `images/bar` and `images/_background`; return `folder`."""
    for label in ("disc", "bar", "_background"):
        place = folder / "images" / label
        place.mkdir(parents=True)
        for seed in range(n_each):
            pixels = ground(seed) if label == "_background" else shape(label, seed)[0]
            # PNG: the colours are to be found again as they were drawn.
            cv2.imwrite(str(place / f"{label}{seed:02}.png"), pixels[:, :, ::-1])
    return folder
