"""Lays cut-outs over a ground: placed, sized, turned, recoloured, blurred, and moved a little.

Everything is drawn from the generator that is handed in. Letters in shapes: K frames, S pixels of
a side, Q things, H, W pixels of a cut-out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels
from core.scenes.cutout_bank import Cutout, CutoutBank
from core.scenes.grounds import (
    blurred_ground,
    corner_ground,
    cropped_ground,
    gradient_ground,
    laid_over,
)
from core.scenes.scene import Drawn

_LEAST_SEEN = 0.55
"""Of a thing's pixels, that others and the frame's edge leave of it."""
_N_TRIES = 12

Sizes = tuple[float, float]
"""The least and the largest longer side of a thing, in sides of the frame."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thing is at the first frame, and how it goes on from one frame to the next."""

    x: float
    y: float
    side: float
    """The longer one; all three in sides of the frame."""
    turn_rad: float
    stretch: float
    is_mirrored: bool
    speed: tuple[float, float, float]
    """Per frame: across, down, and as a part of the size."""

    def matrix(self, cutout: Cutout, side_px: int, frame: int) -> npt.NDArray[np.float64]:
        """Return (2, 3) from the cut-out's pixels to the frame's."""
        high, wide = cutout.share.shape
        scale = self.side * side_px / max(high, wide) * (1 + self.speed[2]) ** frame
        sizes = np.diag([scale * self.stretch * (-1 if self.is_mirrored else 1), scale])
        turn = np.array(
            [
                [np.cos(self.turn_rad), -np.sin(self.turn_rad)],
                [np.sin(self.turn_rad), np.cos(self.turn_rad)],
            ]
        )
        linear = turn @ sizes
        middle = np.array([self.x + frame * self.speed[0], self.y + frame * self.speed[1]])
        shift = middle * side_px - linear @ np.array([(wide - 1) / 2, (high - 1) / 2])
        return np.concatenate([linear, shift[:, None]], 1)


def compose(
    ground: Pixels,
    cutouts: Sequence[Cutout],
    sizes: Sequence[Sizes],
    n_frames: int,
    random: np.random.Generator,
) -> Drawn:
    """Return frames in which the things stand over the ground, later ones in front.

    Args:
        ground: (S, S, 3).
        cutouts: Q of them.
        sizes: of each.
        n_frames: K.
        random: where chance comes from.
    """
    side_px = len(ground)
    cutouts = [_recoloured(cutout, random) for cutout in cutouts]
    places = _placed(cutouts, sizes, random)
    frames = np.empty((n_frames, side_px, side_px, 3), np.uint8)
    masks = np.zeros((len(cutouts), n_frames, side_px, side_px), np.bool_)
    blurs = random.uniform(0.0, 1.1, len(cutouts)) * (random.random(len(cutouts)) < 0.5)
    for frame in range(n_frames):
        picture = ground
        for number, (cutout, place) in enumerate(zip(cutouts, places, strict=True)):
            pixels, share = _warped(cutout, place.matrix(cutout, side_px, frame), side_px)
            if blurs[number] > 0.3:
                pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), blurs[number]), np.uint8)
                share = np.asarray(cv2.GaussianBlur(share, (0, 0), blurs[number]), np.float32)
            masks[:number, frame] &= share < 0.5
            masks[number, frame] = share >= 0.5
            picture = laid_over(picture, pixels, share)
        frames[frame] = picture
    return Drawn(frames, masks)


def drawn_ground(bank: CutoutBank, side_px: int, random: np.random.Generator) -> Pixels:
    """Return one of the grounds that a bank can give, (S, S, 3)."""
    kind = random.random()
    if kind < 0.35 and bank.nothing:
        return cropped_ground(_any_of(bank.nothing, random), side_px, random)
    if kind < 0.6 and bank.scenery:
        return blurred_ground(_any_of(bank.scenery, random), side_px, random)
    if kind < 0.8 and bank.scenery:
        return corner_ground(_any_of(bank.scenery, random), side_px, random)
    return gradient_ground(side_px, random)


def _any_of(pictures: Sequence[Pixels], random: np.random.Generator) -> Pixels:
    return pictures[int(random.integers(len(pictures)))]


def _placed(
    cutouts: Sequence[Cutout], sizes: Sequence[Sizes], random: np.random.Generator
) -> list[_Place]:
    """Return places at which enough of each thing is seen, or the best of some tries."""
    best: list[_Place] = []
    best_seen = -1.0
    for attempt in range(_N_TRIES):
        # Where they do not fit beside each other, smaller ones do.
        shrunk = 0.93 ** max(0, attempt - 2)
        places = [_place((low * shrunk, high * shrunk), random) for low, high in sizes]
        seen = _least_seen(cutouts, places)
        if seen > best_seen:
            best, best_seen = places, seen
        if seen >= _LEAST_SEEN:
            break
    return best


def _place(sizes: Sizes, random: np.random.Generator) -> _Place:
    side = float(np.exp(random.uniform(*np.log(sizes))))
    # Up to a sixth of a thing may lie beyond the frame.
    reach = max(0.0, 0.5 - side / 3)
    return _Place(
        x=0.5 + random.uniform(-reach, reach),
        y=0.5 + random.uniform(-reach, reach),
        side=side,
        turn_rad=float(np.deg2rad(random.normal(0, 7))),
        stretch=float(np.exp(random.uniform(-0.15, 0.15))),
        is_mirrored=bool(random.random() < 0.5),
        speed=(*random.normal(0, 0.015, 2).tolist(), float(random.normal(0, 0.02))),
    )


def _least_seen(cutouts: Sequence[Cutout], places: Sequence[_Place]) -> float:
    """Return the part that is seen of the thing of which the least is, judged on a small frame."""
    few = 48
    free = np.ones((few, few), np.float32)
    seen = [1.0]
    for cutout, place in reversed(list(zip(cutouts, places, strict=True))):
        matrix = place.matrix(cutout, few, 0)
        share = cv2.warpAffine(cutout.share, matrix, (few, few)).astype(np.float32) / 255
        whole = float(cutout.share.sum()) / 255 * abs(float(np.linalg.det(matrix[:, :2])))
        seen.append(float((share * free).sum()) / max(whole, 1e-6))
        free *= 1 - share
    return min(seen)


def _warped(
    cutout: Cutout, matrix: npt.NDArray[np.float64], side_px: int
) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """Return the cut-out on a frame, (S, S, 3), and how much of each pixel it covers, (S, S)."""
    size = (side_px, side_px)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    pixels, share = np.asarray(cutout.pixels), np.asarray(cutout.share)
    if scale < 0.6:
        # Far smaller than it was cut: averaged first, else fine lines come and go.
        few = [max(2, round(side * scale * 1.2)) for side in share.shape[::-1]]
        matrix = matrix @ np.diag([share.shape[1] / few[0], share.shape[0] / few[1], 1.0])
        pixels = np.asarray(cv2.resize(pixels, few, interpolation=cv2.INTER_AREA), np.uint8)
        share = np.asarray(cv2.resize(share, few, interpolation=cv2.INTER_AREA), np.uint8)
    warped = cv2.warpAffine(
        pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    covered = cv2.warpAffine(share, matrix, size, flags=cv2.INTER_LINEAR)
    return np.asarray(warped, np.uint8), np.asarray(covered, np.float32) / np.float32(255)


def _recoloured(cutout: Cutout, random: np.random.Generator) -> Cutout:
    """Return the thing in another light."""
    light = np.exp(random.normal(0, 0.06, 3) + random.uniform(-0.3, 0.25))
    shift = random.uniform(-12, 12)
    pixels = np.clip(cutout.pixels * light.astype(np.float32) + np.float32(shift), 0, 255)
    return Cutout(cutout.label, cutout.is_drawing, pixels.astype(np.uint8), cutout.share)
