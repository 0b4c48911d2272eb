"""What a click may mean: masks around it from nested regions and from GrabCut, at several zooms.

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.progress import CancelToken
from core.segmentation.graph_cut import cut
from core.segmentation.mask_shapes import area, disc, fill_holes, grow, overlap, pieces_at
from core.segmentation.objectness import Scene, scene_of, score
from core.segmentation.region_tree import build_tree, gradient, patches
from core.segmentation.working_picture import WorkingPicture, lab_of, look, window_around

_WORKING_SIDE_PX = 128
_ZOOMS = (1.0, 0.5, 0.25, 0.125)
"""Window sides as a part of the frame's longer one, from the whole frame to a close look."""
_DISC_PARTS = (0.15, 0.33)
_N_REFINED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A mask (h, w) on a working picture, and how much it looks like a thing."""

    mask: Mask
    view: "View"
    score: float

    def on_frame(self) -> Mask:
        """Return the mask (H, W)."""
        return self.view.picture.enlarge(self.mask)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One zoom: what it shows, what masks are judged against, and where the click fell."""

    picture: WorkingPicture
    scene: Scene
    click: tuple[int, int]

    def judge(self, mask: Mask) -> Candidate:
        return Candidate(mask, self, score(self.scene, mask, self.click))


def candidates_at(pixels: Pixels, x_px: float, y_px: float, cancel: CancelToken) -> list[Candidate]:
    """Return what a click at a place of the frame may mean, the likeliest first.

    There is always at least one; one of score 0 is no more than the place of the click.
    """
    high, wide = pixels.shape[:2]
    found: list[Candidate] = []
    starts: list[Candidate] = []
    for zoom in _ZOOMS:
        cancel.raise_if_cancelled()
        window = window_around(x_px, y_px, zoom * max(wide, high), wide, high)
        picture = look(pixels, window, _WORKING_SIDE_PX, max_zoom=2.0)
        view, regions = _regions(picture, picture.place(x_px, y_px))
        found += [view.judge(region) for region in regions]
        if zoom in (1.0, 0.25):
            starts += [view.judge(mask) for mask in _discs(view)]
    starts += _distinct(_by_score(found))[:_N_REFINED]
    for start in starts:
        cancel.raise_if_cancelled()
        refined = _refined(start)
        found += [start.view.judge(mask) for mask in (refined, _closed(refined))]
    return _by_score(found)


def _by_score(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _regions(picture: WorkingPicture, click: tuple[int, int]) -> tuple[View, list[Mask]]:
    # The median takes away what is thinner than a patch: cage bars, grain, text, specks.
    calm = np.asarray(cv2.medianBlur(picture.pixels, 5), np.uint8)
    lab = lab_of(calm)
    edges = gradient(lab)
    tree = build_tree(lab, patches(calm, edges), edges)
    view = View(picture, scene_of(picture, lab, edges), click)
    return view, [fill_holes(region) for region in tree.regions_at(*click)]


def _discs(view: View) -> list[Mask]:
    shape = view.picture.pixels.shape[0], view.picture.pixels.shape[1]
    return [disc(shape, *view.click, round(part * min(shape))) for part in _DISC_PARTS]


def _refined(start: Candidate) -> Mask:
    """Return the mask moved by GrabCut to the edges and colours of the picture."""
    mask, view = start.mask, start.view
    seed = disc((mask.shape[0], mask.shape[1]), *view.click, 1)
    reach = max(3.0, 0.4 * math.sqrt(area(mask)))
    found = cut(view.picture.pixels, mask, surely=seed, never=~grow(mask, reach), n_rounds=1)
    return fill_holes(pieces_at(_without_hairs(found) | seed, [view.click]))


def _closed(mask: Mask) -> Mask:
    """Return the mask with its bays closed: eyes and mouths at the edge of a face."""
    by_px = 0.14 * math.sqrt(area(mask))
    return fill_holes(grow(grow(mask, by_px), -by_px) | mask)


def _without_hairs(mask: Mask) -> Mask:
    return np.asarray(
        cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)),
        np.uint8,
    ).astype(np.bool_)


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return those that differ from every better one of the same view."""
    kept: list[Candidate] = []
    for one in candidates:
        alike = (overlap(one.mask, other.mask) for other in kept if other.view is one.view)
        if max(alike, default=0.0) < 0.8:
            kept.append(one)
    return kept
