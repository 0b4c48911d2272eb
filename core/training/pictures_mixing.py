"""Draw batches of crops with what is to be seen in them: objects on other grounds, beside others.

The batch of a step depends on the seed and the step's number alone. Letters in shapes: B crops,
S pixels of a side, K words; the answer K is "none of these".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.pictures import Pixels
from core.scenes.grounds import corner_ground, gradient_ground, laid_over
from core.training.pictures_bank import BankedPicture
from core.training.pictures_variation import (
    Box,
    Share,
    VariationChances,
    blob,
    crop_matrix,
    roughened,
    share_of,
    spoiled,
    view,
)


@dataclass(frozen=True, slots=True)
class CropMixing:
    """How often crops are of which kind."""

    none_share: float = 0.14
    """Of crops that show nothing that sounds."""
    evenness: float = 0.5
    """Power of a class's number of pictures that it is drawn by: 0, all alike; 1, as they are."""
    photograph_share: float = 0.75
    """In classes that have drawings too."""
    moved_share: float = 0.6
    """Of objects with a known outline, those put before another ground."""
    whole_mask_share: float = 0.35
    """Of crops whose mask says nothing."""
    beside_share: float = 0.25
    """Of crops in which another object stands, outside the mask."""
    chances: VariationChances = field(default_factory=VariationChances)


@dataclass(frozen=True, slots=True, eq=False)
class CropBatch:
    """Crops and their answers."""

    pictures: npt.NDArray[np.uint8]  # (B, S, S, 3)
    masks: npt.NDArray[np.float32]  # (B, S, S)
    answers: npt.NDArray[np.int64]  # (B,), 0 to K


class CropMixer:
    """Draws from a bank. Pictures of classes that are no words are not used."""

    def __init__(
        self,
        bank: Sequence[BankedPicture],
        words: Sequence[str],
        side_px: int,
        mixing: CropMixing,
        seed: int = 0,
    ) -> None:
        self.side_px, self.mixing, self.seed = side_px, mixing, seed
        self._n_words = len(words)
        self._nothing = [one for one in bank if one.picture.is_of_nothing]
        self._of_word = [[one for one in bank if one.picture.label == word] for word in words]
        self._all = [one for pictures in self._of_word for one in pictures]
        self._outlined = [one for one in self._all if one.outline is not None]
        weights = np.array([len(one) for one in self._of_word], np.float64) ** mixing.evenness
        weights[[not one for one in self._of_word]] = 0.0
        self._chances = weights / weights.sum()

    def batch(self, step: int, n_crops: int) -> CropBatch:
        """Return the batch of a step."""
        random = np.random.default_rng((self.seed, step))
        crops = [self._crop(random) for _ in range(n_crops)]
        pictures = [spoiled(crop[0], self.mixing.chances, random) for crop in crops]
        return CropBatch(
            np.stack(pictures),
            np.stack([crop[1] for crop in crops]),
            np.array([crop[2] for crop in crops], np.int64),
        )

    def _crop(self, random: np.random.Generator) -> tuple[Pixels, Share, int]:
        if random.random() < self.mixing.none_share:
            pixels, mask, answer = self._none(random)
        else:
            pixels, mask, answer = self._some(random)
        if random.random() < self.mixing.beside_share and self._outlined:
            pixels, covered = self._beside(pixels, random)
            mask = mask * (1 - covered)
        return pixels, mask, answer

    def _none(self, random: np.random.Generator) -> tuple[Pixels, Share, int]:
        mask = self._loose_mask(random)
        if random.random() < 0.5 and self._nothing:
            return self._of_nothing(random), mask, self._n_words
        return self._ground(random), mask, self._n_words

    def _of_nothing(self, random: np.random.Generator) -> Pixels:
        shown = self._nothing[random.integers(len(self._nothing))]
        return self._viewed(shown, (0.35, 1.05), random)[0]

    def _viewed(
        self, shown: BankedPicture, sides: tuple[float, float], random: np.random.Generator
    ) -> tuple[Pixels, Share | None]:
        box = _box(shown)
        matrix = crop_matrix(box, sides, self.side_px, self.mixing.chances, random)
        pixels = view(shown.pixels, matrix, self.side_px, random)
        if shown.outline is None:
            return pixels, None
        return pixels, share_of(shown.outline, matrix, self.side_px)

    def _some(self, random: np.random.Generator) -> tuple[Pixels, Share, int]:
        answer = int(random.choice(self._n_words, p=self._chances))
        shown = self._one_of(self._of_word[answer], random)
        sides = (0.5, 1.1) if shown.outline is None else (0.65, 1.45)
        pixels, share = self._viewed(shown, sides, random)
        if share is not None and random.random() < self.mixing.moved_share:
            pixels = laid_over(self._ground(random), pixels, share)
        if share is None or random.random() < self.mixing.whole_mask_share:
            return pixels, self._loose_mask(random), answer
        return pixels, roughened(share, random), answer

    def _one_of(
        self, pictures: Sequence[BankedPicture], random: np.random.Generator
    ) -> BankedPicture:
        wants_photograph = random.random() < self.mixing.photograph_share
        fitting = [one for one in pictures if one.picture.is_drawing != wants_photograph]
        chosen = fitting or pictures
        return chosen[int(random.integers(len(chosen)))]

    def _loose_mask(self, random: np.random.Generator) -> Share:
        if random.random() < self.mixing.whole_mask_share:
            return np.ones((self.side_px, self.side_px), np.float32)
        return blob(self.side_px, random)

    def _ground(self, random: np.random.Generator) -> Pixels:
        """Return something to stand before: a corner of a photograph, any scene, or a gradient."""
        kind = random.random()
        if kind < 0.3 and self._nothing:
            return self._of_nothing(random)
        if kind < 0.7:
            shown = self._all[random.integers(len(self._all))].pixels
            return corner_ground(shown, self.side_px, random)
        return gradient_ground(self.side_px, random)

    def _beside(self, pixels: Pixels, random: np.random.Generator) -> tuple[Pixels, Share]:
        """Return the crop with another object at one of its sides, and where that is."""
        shown = self._outlined[random.integers(len(self._outlined))]
        other, share = self._viewed(shown, (1.0, 1.4), random)
        if share is None:
            return pixels, np.zeros(pixels.shape[:2], np.float32)
        side_px = self.side_px
        scale = random.uniform(0.4, 0.8)
        # Its middle lies near the rim, so that at least the middle of the crop stays free.
        angle = random.uniform(0, 2 * np.pi)
        away = random.uniform(0.75, 1.1) * np.array([np.cos(angle), np.sin(angle)])
        shift = side_px / 2 * (1 + away - scale)
        place = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        size = (side_px, side_px)
        covered = np.asarray(cv2.warpAffine(share, place, size), np.float32)
        placed = np.asarray(cv2.warpAffine(other, place, size), np.uint8)
        return laid_over(pixels, placed, covered), covered


def _box(shown: BankedPicture) -> Box:
    if shown.outline is None:
        height_px, width_px = shown.pixels.shape[:2]
        return Box(0, 0, width_px, height_px)
    x, y, wide, high = cv2.boundingRect(shown.outline.astype(np.uint8))
    return Box(x, y, wide, high)
