"""The object that fills a box: GrabCut from several beginnings, and the tightest fit wins.

Letters in shapes: H, W frame pixels; h, w working pixels.
"""

import math

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.domain.prompts import Box
from core.progress import CancelToken
from core.segmentation.graph_cut import cut
from core.segmentation.marks import Marks
from core.segmentation.mask_shapes import area, disc, fill_holes, largest_pieces
from core.segmentation.objectness import edge_support, scene_of
from core.segmentation.region_tree import build_tree, gradient, patches
from core.segmentation.working_picture import Window, WorkingPicture, lab_of, look, window_of

_WORKING_SIDE_PX = 160
_CONTEXT = 0.3
"""How much of the box's size is looked at around it, to learn what the object is not."""
_CORE_PARTS = (0.3, 0.55)


def mask_in_box(pixels: Pixels, box: Box, marks: Marks, cancel: CancelToken) -> Mask:
    """Return the mask (H, W) of the object that fills the box; nothing of it lies outside."""
    high, wide = pixels.shape[:2]
    tight = Window(
        int(box.x0_px),
        int(box.y0_px),
        min(wide, max(int(box.x0_px) + 1, round(box.x1_px))),
        min(high, max(int(box.y0_px) + 1, round(box.y1_px))),
    )
    around_px = _CONTEXT * max(tight.width_px, tight.height_px)
    picture = look(pixels, tight.grown(around_px, wide, high), _WORKING_SIDE_PX, max_zoom=2.0)
    boxed = np.zeros((high, wide), np.bool_)
    boxed[tight.slices] = True
    inside = picture.shrink(boxed)
    cancel.raise_if_cancelled()
    if not inside.any() or inside.all():
        return boxed & picture.enlarge(_ellipse(inside)) if inside.any() else boxed
    found = boxed & picture.enlarge(_best_fit(picture, inside, marks))
    return found if found.any() else boxed


def _best_fit(picture: WorkingPicture, inside: Mask, marks: Marks) -> Mask:
    """Return the mask (h, w) that fits best into the box `inside`."""
    calm = np.asarray(cv2.medianBlur(picture.pixels, 5), np.uint8)
    lab = lab_of(calm)
    edges = gradient(lab)
    scene = scene_of(picture, lab, edges)
    surely, never = _seeds(picture, inside, marks)
    ellipse = _ellipse(inside)
    # A core that surely belongs keeps the cut from giving up things coloured like their
    # surroundings; without one, things with a hole in the middle or thin things come out better.
    cores = [surely, *(surely | (_ellipse(inside, part) & ~never) for part in _CORE_PARTS)]
    found = [
        fill_holes(largest_pieces(cut(picture.pixels, start & ~never, core, never)))
        for start in (inside, ellipse)
        for core in cores
    ]
    # A box drawn too tight cuts the thing, and its own colours lie outside: trust edges then.
    middle = np.argwhere(inside).mean(axis=0).astype(int)
    tree = build_tree(lab, patches(calm, edges), edges)
    regions = [fill_holes(region) & inside for region in tree.regions_at(middle[1], middle[0])]
    found += [region & ~never | surely for region in regions]

    def worth(mask: Mask) -> float:
        return edge_support(scene, mask) * math.pow(_tightness(mask, inside), 1.5)

    best = max(found, key=worth)
    return best if worth(best) > 0.05 else ellipse


def _seeds(picture: WorkingPicture, inside: Mask, marks: Marks) -> tuple[Mask, Mask]:
    """Return the pixels that surely belong and those that never do, by box and clicks."""
    shape = inside.shape[0], inside.shape[1]
    surely, never = np.zeros_like(inside), ~inside
    for click in marks.on:
        if picture.shows(click.x_px, click.y_px):
            surely |= disc(shape, *picture.place(click.x_px, click.y_px), 1)
    for click in marks.off:
        if picture.shows(click.x_px, click.y_px):
            never |= disc(shape, *picture.place(click.x_px, click.y_px), 1)
    return surely, never


def _ellipse(inside: Mask, part: float = 0.92) -> Mask:
    """Return the ellipse that fills `part` of the box's width and height."""
    window = window_of(inside)
    drawn = np.zeros(inside.shape, np.uint8)
    if window is not None:
        middle = (window.left_px + window.right_px) // 2, (window.top_px + window.bottom_px) // 2
        axes = (
            max(1, round(window.width_px * part / 2)),
            max(1, round(window.height_px * part / 2)),
        )
        cv2.ellipse(drawn, middle, axes, 0, 0, 360, 1, -1)
    return drawn.astype(np.bool_) & inside


def _tightness(mask: Mask, inside: Mask) -> float:
    """Return how well the mask's own box fits the drawn one, and that it is no mere sliver."""
    window = window_of(mask)
    if window is None:
        return 0.0
    fit = window.width_px * window.height_px / area(inside)
    filled = area(mask) / (window.width_px * window.height_px)
    return fit * min(1.0, filled / 0.6)
