"""One object's mask on one frame, from clicks, boxes and what was believed before.

Clicks are taken in turn: the first says what the object is, each later one puts right what is
still wrong, so a mark that the mask already honours changes nothing.

Letters in shapes: H, W frame pixels.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.domain.prompts import Click
from core.progress import CancelToken
from core.segmentation.box_masks import mask_in_box
from core.segmentation.candidates import Candidate, candidates_at
from core.segmentation.edge_refinement import refine_edges
from core.segmentation.marks import Marks, is_on, with_dots
from core.segmentation.mask_shapes import area, disc, fill_holes, largest_pieces, pieces_at

_DISC_PART = 0.04  # of the shorter side: what a click means where the picture says nothing
_FLAT_SCORE = 0.02
_MOST_OF_MASK = 0.8
_LEAST_KEPT = 0.4


def mask_from_marks(
    pixels: Pixels, marks: Marks, previous: Mask | None, cancel: CancelToken
) -> Mask:
    """Return the mask (H, W) that honours every click; never empty, never all of the frame.

    What was believed before and contradicts no mark comes back as it was.
    """
    if previous is not None and not marks.boxes and not marks.wrong_in(previous):
        return previous.copy()
    mask = _begin(pixels, marks, previous, cancel)
    for click in marks.on:
        if not is_on(mask, click):
            mask = mask | _object_at(pixels, click, marks, mask, cancel)
    for click in marks.off:
        if is_on(mask, click):
            mask = mask & ~_foreign_at(pixels, click, marks, mask, cancel)
    cancel.raise_if_cancelled()
    is_known = bool(marks.boxes) or (previous is not None and bool(previous.any()))
    return _finished(pixels, mask, marks, is_known)


def _begin(pixels: Pixels, marks: Marks, previous: Mask | None, cancel: CancelToken) -> Mask:
    if marks.boxes:
        found = [mask_in_box(pixels, box, marks, cancel) for box in marks.boxes]
        return np.asarray(np.logical_or.reduce(found), np.bool_)
    if previous is not None and previous.any():
        return previous.copy()
    first = marks.on[0]
    nothing = np.zeros(pixels.shape[:2], np.bool_)
    return _object_at(pixels, first, marks, nothing, cancel)


def _object_at(pixels: Pixels, click: Click, marks: Marks, mask: Mask, cancel: CancelToken) -> Mask:
    """Return what the click adds to `mask`: the thing around it that fits the other marks."""
    n_known = area(mask)

    def worth(score: float, found: Mask) -> float:
        joined = found | mask
        # A correction that makes the object many times larger was hardly meant.
        growth = area(joined) / (3 * n_known) if n_known else 1.0
        return score * 0.4 ** marks.wrong_in(joined) / max(1.0, growth)

    found = _worthiest(candidates_at(pixels, click.x_px, click.y_px, cancel), worth)
    return _disc_at(pixels, click) if found is None else found


def _foreign_at(
    pixels: Pixels, click: Click, marks: Marks, mask: Mask, cancel: CancelToken
) -> Mask:
    """Return what a negative click takes away: the thing around it that holds no positive one."""
    n_known = area(mask)

    def worth(score: float, found: Mask) -> float:
        takes_too_much = area(found & mask) > _MOST_OF_MASK * n_known
        is_wanted = any(is_on(found, other) for other in marks.on)
        return 0.0 if takes_too_much or is_wanted else score

    found = _worthiest(candidates_at(pixels, click.x_px, click.y_px, cancel), worth)
    return _disc_at(pixels, click, away_from=marks.on) if found is None else found


def _worthiest(candidates: list[Candidate], worth: Callable[[float, Mask], float]) -> Mask | None:
    """Return the mask (H, W) of the most worth, or None where none is worth anything."""
    best, best_worth = None, _FLAT_SCORE
    for candidate in candidates:
        if candidate.score <= best_worth:
            break  # worth is never above the score, and the scores fall
        found = candidate.on_frame()
        if (its_worth := worth(candidate.score, found)) > best_worth:
            best, best_worth = found, its_worth
    return best


def _finished(pixels: Pixels, mask: Mask, marks: Marks, is_known: bool) -> Mask:
    """Return the mask with its edge refined, without holes or crumbs, true to every click.

    A box or an earlier mask (`is_known`) vouches for pieces that hold no click of this frame.
    """
    refined = refine_edges(pixels, mask)
    if marks.boxes:
        refined &= mask  # whose edge is where the person has drawn it
    refined = with_dots(refined, marks)
    places = [(int(click.x_px), int(click.y_px)) for click in marks.on]
    kept = pieces_at(refined, places)
    if is_known:
        kept |= largest_pieces(refined)
    if area(kept) < _LEAST_KEPT * area(mask):
        kept = mask  # the refined edge has eaten what it should have trimmed
    return with_dots(fill_holes(kept), marks)


def _disc_at(pixels: Pixels, click: Click, away_from: Iterable[Click] = ()) -> Mask:
    high, wide = pixels.shape[:2]
    radius = _DISC_PART * min(high, wide)
    for other in away_from:
        apart = math.hypot(other.x_px - click.x_px, other.y_px - click.y_px)
        radius = min(radius, 0.5 * apart)
    return disc((high, wide), int(click.x_px), int(click.y_px), max(1, round(radius)))
