"""What the numbers and colours in published masks mean. 0 is silence in all that comes out.

Letters in shapes: H, W pixels.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]  # (H, W) or (H, W, 3), RGB
ClassMap = npt.NDArray[np.int64]  # (H, W)
Classes = Callable[[Picture], ClassMap]

_COCO_NUMBERS = {
    "airplane": 5,
    "baby": 94,
    "bird": 16,
    "bus": 6,
    "car": 3,
    "cat": 17,
    "cell phone": 77,
    "cow": 21,
    "dog": 18,
    "elephant": 22,
    "female": 93,
    "horse": 19,
    "keyboard": 76,
    "male": 92,
    "motorcycle": 4,
    "mouse": 74,
    "sheep": 20,
    "skateboard": 41,
    "sports ball": 37,
    "tennis racket": 43,
    "zebra": 24,
}
"""VPO's classes and their numbers in its masks: COCO's, and three of its own for people."""

VPO_WORDS = ("background", *_COCO_NUMBERS)


def binary(mask: Picture) -> ClassMap:
    """Return 1 where anything is marked."""
    marked = mask if mask.ndim == 2 else mask.max(2)
    return (marked > 0).astype(np.int64)


def of_coco_numbers(mask: Picture) -> ClassMap:
    """Return places in `VPO_WORDS`; what has another number is silent."""
    table = np.zeros(256, np.int64)
    for place, number in enumerate(_COCO_NUMBERS.values(), start=1):
        table[number] = place
    return table[mask if mask.ndim == 2 else mask[:, :, 0]]


def of_colours(n_classes: int) -> Classes:
    """Return what reads AVSS's coloured masks; colours that belong to no class are silent."""
    packed = _packed(palette(n_classes))
    order = np.argsort(packed)

    def read(mask: Picture) -> ClassMap:
        colours = _packed(mask)
        places = np.searchsorted(packed[order], colours).clip(max=n_classes - 1)
        found = order[places]
        return np.where(packed[found] == colours, found, 0).astype(np.int64)

    return read


def palette(n_classes: int) -> npt.NDArray[np.uint8]:
    """Return the colour of each class (K, 3): PASCAL VOC's way of counting in bits of RGB."""
    colours = np.zeros((n_classes, 3), np.uint8)
    for number in range(n_classes):
        left, place = number, 7
        while left:
            for channel in range(3):
                colours[number, channel] |= (left >> channel & 1) << place
            left, place = left >> 3, place - 1
    return colours


def _packed(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return one number for each colour of (..., 3)."""
    packed: npt.NDArray[np.int64] = colours.astype(np.int64) @ np.array([65_536, 256, 1])
    return packed
