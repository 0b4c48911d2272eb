"""Pictures decoded once and kept small in memory, with outlines where the ground is plain.

Drawings on gradients and objects photographed before white paper give their outline away; with it
they can be put before other grounds. Letters in shapes: H, W pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.errors import MediaError
from core.progress import CancelToken, Progress, Report
from core.scenes.plain_ground import outline_of
from core.training.pictures import Picture

LONGEST_PX = 144
"""Longest side of a picture in the bank."""


@dataclass(frozen=True, slots=True, eq=False)
class BankedPicture:
    """A picture ready to be varied."""

    picture: Picture
    pixels: Pixels
    outline: Mask | None
    """Of the object; None where the ground isn't plain enough to tell."""


def read_pictures(
    pictures: Sequence[Picture], *, report: Report, cancel: CancelToken
) -> tuple[BankedPicture, ...]:
    """Decode all pictures.

    Raises:
        MediaError: one can't be decoded.
        Cancelled: asked to stop.
    """
    read = []
    for done, picture in enumerate(pictures):
        cancel.raise_if_cancelled()
        report(Progress("Reading pictures", done, len(pictures)))
        pixels = _decoded(picture)
        read.append(BankedPicture(picture, pixels, outline_of(pixels)))
    return tuple(read)


def _decoded(picture: Picture) -> Pixels:
    found = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if found is None:
        raise MediaError(
            f"can't decode {picture.path}", advice=f"Remove or replace “{picture.path.name}”."
        )
    scale = min(1.0, LONGEST_PX / max(found.shape[:2]))
    size = [max(8, round(side * scale)) for side in found.shape[1::-1]]
    small = cv2.resize(found, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, :, ::-1])
