"""From something that is seen to sound to marks on the frame, as a person would have made them.

Letters in shapes: h, w of a small map.
"""

import numpy as np

from core.domain.masks import Mask
from core.domain.prompts import Box, Click, RegionPrompt
from core.domain.soundings import CLAIMED_FROM, SeenSource, SoundingFrame

Place = tuple[float, float]


def region_of(
    frame: SoundingFrame,
    source: SeenSource,
    pts: int,
    size_px: tuple[int, int],
    near_px: Place | None = None,
) -> RegionPrompt | None:
    """Return a click on the deepest place of a source and a box around it; None if it has none.

    Of a source in several pieces one is meant: that at `near_px`, else the thickest.

    Args:
        frame: what sounds at that moment.
        source: one of its sources.
        pts: of the frame of the picture that the marks are made on.
        size_px: width and height of that frame.
        near_px: where it was pointed at, in pixels of that frame.
    """
    own = _claimed(frame, source)  # (h, w)
    if not own.any():
        return None
    high, wide = own.shape
    width_px, height_px = size_px
    piece = None
    if near_px is not None:
        column, row = int(near_px[0] * wide / width_px), int(near_px[1] * high / height_px)
        piece = _piece(own, min(max(row, 0), high - 1), min(max(column, 0), wide - 1))
    if piece is None or not piece.any():
        piece = _piece(own, *_deepest(own))
    row, column = _deepest(piece)
    rows, columns = np.flatnonzero(piece.any(1)), np.flatnonzero(piece.any(0))
    down, across = height_px / high, width_px / wide
    click = Click((column + 0.5) * across, (row + 0.5) * down, pts)
    box = Box(
        float(columns[0] * across),
        float(rows[0] * down),
        float((columns[-1] + 1) * across),
        float((rows[-1] + 1) * down),
        pts,
    )
    return RegionPrompt((click,), (box,))


def _claimed(frame: SoundingFrame, source: SeenSource) -> Mask:
    """Return where a source sounds, (h, w)."""
    own = frame.owners.owners() == frame.sources.index(source)
    return np.asarray(own & (frame.heat.heat() > CLAIMED_FROM), np.bool_)


def _deepest(mask: Mask) -> tuple[int, int]:
    """Return row and column of the place farthest from the edge; of several, the middle one."""
    depth, rest = np.zeros(mask.shape, np.int32), mask
    while rest.any():
        depth += rest
        rest = _shrunk(rest)
    places = np.argwhere(depth == depth.max())
    middle = places[np.argmin(np.square(places - places.mean(0)).sum(1))]
    return int(middle[0]), int(middle[1])


def _shrunk(mask: Mask) -> Mask:
    """Return the mask without its rim, where the picture's edge is a rim too."""
    out = np.zeros_like(mask)
    out[1:-1, 1:-1] = (
        mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    )
    return out


def _piece(mask: Mask, row: int, column: int) -> Mask:
    """Return the connected piece of a mask that holds a place; all False where it holds none."""
    import cv2  # here, since the first window asks for none of this

    _, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return np.asarray((parts == parts[row, column]) & mask, np.bool_)
