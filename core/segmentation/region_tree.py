"""Small, even patches of a picture merged step by step: the regions around a point, nested.

The patches come from a watershed seeded on a grid; the merging follows Ward's criterion in
CIE L*a*b*, held back where an edge runs between two patches.

Letters in shapes: h, w working pixels; R patches; E borders between patches.
"""

import heapq
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.working_picture import Field

Labels = npt.NDArray[np.int32]

_PATCH_PX = 6


@dataclass(frozen=True, slots=True, eq=False)
class RegionTree:
    """Every region that arose while patches were merged, down to the last."""

    labels: Labels  # (h, w), the patch of each pixel
    parents: tuple[int, ...]
    """Of each region the one it went into; -1 for the last. The first R regions are patches."""
    n_patches: int

    def regions_at(self, x: int, y: int) -> list[Mask]:
        """Return the regions (h, w) that hold the pixel, from the smallest to the largest."""
        nested = [int(self.labels[y, x])]
        while self.parents[nested[-1]] >= 0:
            nested.append(self.parents[nested[-1]])
        step = {region: depth for depth, region in enumerate(nested)}
        joins = np.array([self._first_common(patch, step) for patch in range(self.n_patches)])
        joined = joins[self.labels]
        return [np.asarray(joined <= depth, np.bool_) for depth in range(len(nested))]

    def _first_common(self, patch: int, step: dict[int, int]) -> int:
        while patch not in step:
            patch = self.parents[patch]
        return step[patch]


def gradient(lab: Field) -> Field:
    """Return the strength of edges (h, w): the largest colour step per pixel, in L*a*b* units."""
    across = cv2.Sobel(lab, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(lab, cv2.CV_32F, 0, 1, scale=0.125)
    return np.asarray(np.sqrt((across**2 + down**2).sum(axis=2)), np.float32)


def patches(pixels: Pixels, edges: Field) -> Labels:
    """Return a patch number per pixel (h, w); patches follow the edges of the picture."""
    high, wide = edges.shape
    seeds = np.zeros((high, wide), np.int32)
    number = 0
    for top in range(0, high, _PATCH_PX):
        for left in range(0, wide, _PATCH_PX):
            cell = edges[top : top + _PATCH_PX, left : left + _PATCH_PX]
            y, x = divmod(int(cell.argmin()), cell.shape[1])
            number += 1
            seeds[top + y, left + x] = number
    # OpenCV leaves the frame's edge unlabelled, so the picture gets a margin first.
    around = cv2.copyMakeBorder(pixels, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    labels = cv2.watershed(around, np.pad(seeds, 1))[1:-1, 1:-1]
    return _closed(np.asarray(labels, np.int32))


def _closed(labels: Labels) -> Labels:
    """Return patch numbers from 0, the lines between patches given to a neighbour."""
    labels = labels.astype(np.float32)
    while (open_ := labels <= 0).any():
        labels[open_] = cv2.dilate(labels, np.ones((3, 3), np.uint8))[open_]
    _, compact = np.unique(labels, return_inverse=True)
    return compact.reshape(labels.shape).astype(np.int32)


def build_tree(lab: Field, labels: Labels, edges: Field) -> RegionTree:
    """Merge patches, the most alike first, until one region is left."""
    n_patches = int(labels.max()) + 1
    merging = _Merging(lab, labels, edges, n_patches)
    parents = merging.run()
    return RegionTree(labels, tuple(parents), n_patches)


class _Merging:
    """The work of `build_tree`: sizes, mean colours and borders of the regions still apart."""

    def __init__(self, lab: Field, labels: Labels, edges: Field, n_patches: int) -> None:
        flat = labels.ravel()
        self._sizes = np.bincount(flat, minlength=n_patches).astype(float).tolist()
        self._sums = [
            tuple(colour)
            for colour in np.stack(
                [np.bincount(flat, lab[..., c].ravel(), n_patches) for c in range(3)], axis=1
            ).tolist()
        ]
        self._borders = _borders(labels, edges, n_patches)
        self._parents = [-1] * n_patches
        self._typical_edge = float(edges.mean()) + 0.5

    def run(self) -> list[int]:
        queue = [
            (self._cost(one, other), one, other)
            for one, others in enumerate(self._borders)
            for other in others
            if one < other
        ]
        heapq.heapify(queue)
        while queue:
            _, one, other = heapq.heappop(queue)
            if self._parents[one] < 0 and self._parents[other] < 0:
                new = self._merge(one, other)
                for neighbour in self._borders[new]:
                    heapq.heappush(queue, (self._cost(neighbour, new), neighbour, new))
        return self._parents

    def _cost(self, one: int, other: int) -> float:
        n, m = self._sizes[one], self._sizes[other]
        a, b = self._sums[one], self._sums[other]
        step2 = sum((p / n - q / m) ** 2 for p, q in zip(a, b, strict=True))
        length, strength = self._borders[one][other]
        edge = strength / length / self._typical_edge
        return float((n * m / (n + m) * step2) ** 0.5 * (0.3 + edge))

    def _merge(self, one: int, other: int) -> int:
        new = len(self._parents)
        self._parents[one] = self._parents[other] = new
        self._parents.append(-1)
        self._sizes.append(self._sizes[one] + self._sizes[other])
        self._sums.append(
            tuple(p + q for p, q in zip(self._sums[one], self._sums[other], strict=True))
        )
        joined: dict[int, tuple[float, float]] = {}
        for old in (one, other):
            for neighbour, (length, strength) in self._borders[old].items():
                if neighbour not in (one, other):
                    known = joined.get(neighbour, (0.0, 0.0))
                    joined[neighbour] = known[0] + length, known[1] + strength
                    self._borders[neighbour].pop(old, None)
        for neighbour, border in joined.items():
            self._borders[neighbour][new] = border
        self._borders.append(joined)
        return new


def _borders(labels: Labels, edges: Field, n_patches: int) -> list[dict[int, tuple[float, float]]]:
    """Return, per patch, its neighbours with (length, summed edge strength) of the border."""
    pairs = [
        (labels[:, 1:], labels[:, :-1], np.maximum(edges[:, 1:], edges[:, :-1])),
        (labels[1:], labels[:-1], np.maximum(edges[1:], edges[:-1])),
    ]
    one = np.concatenate([pair[0].ravel() for pair in pairs]).astype(np.int64)
    other = np.concatenate([pair[1].ravel() for pair in pairs]).astype(np.int64)
    strength = np.concatenate([pair[2].ravel() for pair in pairs])
    differ = one != other
    code = np.minimum(one, other)[differ] * n_patches + np.maximum(one, other)[differ]
    keys, where = np.unique(code, return_inverse=True)
    lengths = np.bincount(where, minlength=len(keys))
    sums = np.bincount(where, strength[differ], minlength=len(keys))
    borders: list[dict[int, tuple[float, float]]] = [{} for _ in range(n_patches)]
    for key, length, total in zip(keys.tolist(), lengths.tolist(), sums.tolist(), strict=True):
        a, b = divmod(key, n_patches)
        borders[a][b] = borders[b][a] = (float(length), float(total))
    return borders
