"""Follows one object from an anchor, frame by frame in one direction of time.

Two shapes are kept apart: what is *expected* (the whole object, even behind something) and what
is *seen*. As long as nearly all that is expected is seen, the expected shape follows the seen
one; where less is seen, the expected shape only moves along, so that the object is whole again
when it comes out from behind.

Letters in shapes: h, w working pixels.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.segmentation.appearance import Appearance, Colours, alike, colour_numbers, histogram
from core.segmentation.graph_cut import cut
from core.segmentation.mask_shapes import area, fill_holes, grow, largest_pieces
from core.segmentation.optical_flow import FlowMeter, Gray, Motion, shifted
from core.segmentation.redetection import Portrait, Sighting, find_again
from core.segmentation.shot_change import cut_likelihood
from core.segmentation.working_picture import Field, Window, window_of

_HIDDEN_BELOW = 0.82  # part of the expected shape that is seen
_LOST_BELOW = 0.15
_SPEED_FROM = 0.5
_SHORT_OF = 0.95
_SHAKEN_BELOW = 0.6
_MAX_HIDDEN_FRAMES = 40
_KEPT_PER_FRAME = 0.97
_NEVER_SURER_THAN = 0.97
_CALM_PART, _MOST_CALM_PX = 0.1, 12
_FOUND_AGAIN_AT_MOST = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the tracker needs of a frame."""

    pixels: Pixels  # (h, w, 3)
    gray: Gray  # without what is thinner than the object by far
    colours: Colours

    @classmethod
    def of(cls, pixels: Pixels, calm_px: int) -> "View":
        gray = cv2.medianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), calm_px)
        return cls(pixels, np.asarray(gray, np.uint8), colour_numbers(pixels))


class Tracker:
    """Holds what is known of the object while frames go by. Constant size."""

    def __init__(self, pixels: Pixels, mask: Mask) -> None:
        """Begin with the working picture (h, w, 3) of an anchor and its mask (h, w)."""
        self._meter = FlowMeter()
        # Motion is read without bars and twigs in front, which would hold the mask back.
        self._calm_px = 2 * round(min(_MOST_CALM_PX, _CALM_PART * math.sqrt(area(mask))) / 2) + 1
        self._view = View.of(pixels, self._calm_px)
        self._expected = mask.astype(np.float32)
        self._seen = mask.copy()
        self._appearance = self._learn(self._view, mask)
        self._first = self._appearance.inside
        evidence = self._appearance.evidence_at(self._view.colours)
        self._portraits = [Portrait.take(pixels, mask, evidence)]
        self._speed = 0.0, 0.0
        self._confidence = self._ceiling = 1.0
        self._n_hidden = 0
        self._n_lost = 0
        self._is_other_shot = False

    def step(self, pixels: Pixels) -> tuple[Mask, float]:
        """Return the mask (h, w) in the next working picture, and how sure it is (0 to 1)."""
        old, self._view = self._view, View.of(pixels, self._calm_px)
        if not self._expected.any():
            return np.zeros_like(self._seen), 0.0
        motion = self._meter.between(old.gray, self._view.gray)
        cut_now = cut_likelihood(old.colours, self._view.colours, self._view.gray, motion)
        if cut_now > 0.5:
            self._lose(is_other_shot=True)
        if self._n_lost:
            self._seek()
        else:
            self._follow(motion, 1.0 - cut_now)
        return self._seen.copy(), self._confidence

    def _follow(self, motion: Motion, same_shot: float) -> None:
        carried = motion.carry(self._seen.astype(np.float32)) > 0.5
        self._feel_speed(motion.typical_step(carried))
        self._expected = self._moved(motion)
        expected = self._expected > 0.5
        seen = self._found(expected, carried, motion)
        now = same_shot * self._trust(seen, expected, motion)
        if area(seen) < max(6, _LOST_BELOW * area(expected)) or now < 0.1:
            self._lose(is_other_shot=False)
            return
        self._seen = seen
        rising = self._confidence + 0.25 * (now - self._confidence)
        self._confidence = min(now, rising, self._limit(now))
        self._learn_on(seen, expected)

    def _moved(self, motion: Motion) -> Field:
        """Return the expected shape in the new frame: what is hidden moves with what is seen."""
        open_ = np.where(self._seen, self._expected, 0.0).astype(np.float32)
        hidden = np.where(self._seen, 0.0, self._expected).astype(np.float32)
        return np.maximum(motion.carry(open_), shifted(hidden, *self._speed))

    def _feel_speed(self, step: tuple[float, float] | None) -> None:
        # The last sliver before something is hidden says little about how it moves.
        if step is not None and area(self._seen) > _SPEED_FROM * area(self._expected > 0.5):
            old = self._speed
            self._speed = 0.5 * (old[0] + step[0]), 0.5 * (old[1] + step[1])

    def _found(self, expected: Mask, carried: Mask, motion: Motion) -> Mask:
        """Return what is seen of the object, from motion, colours and a cut along the edge."""
        evidence = self._appearance.evidence_at(self._view.colours)
        likely = carried & (evidence > -0.6)
        if self._n_hidden:
            likely |= expected & (evidence > 0.3)
        size = area(expected | carried)
        around = grow(expected, max(3.0, 0.3 * math.sqrt(size))) & ~expected
        telling = 1.0 - alike(
            histogram(self._view.colours, likely), histogram(self._view.colours, around)
        )
        if telling < 0.2 or not likely.any():
            return fill_holes(largest_pieces(likely))
        band_px = max(1.5, 0.09 * math.sqrt(size) * telling)
        if area(likely) < _SHORT_OF * area(expected):
            # Something is missing: it may have moved unlike the rest. Else nothing may creep on.
            likely |= grow(likely, 2 * band_px) & (evidence > 0.7)
        core = ~grow(~likely, band_px) & motion.is_sure & (evidence > -0.2)
        never = ~grow(expected | likely, band_px) | (evidence < -0.93)
        found = fill_holes(largest_pieces(cut(self._view.pixels, likely, core, never, 1), 0.1))
        fits = 0.6 * area(likely) < area(found) < 1.5 * area(likely)
        return found if fits else fill_holes(largest_pieces(likely))

    def _trust(self, seen: Mask, expected: Mask, motion: Motion) -> float:
        n_seen = area(seen)
        if n_seen == 0:
            return 0.0
        steady = float(np.count_nonzero(motion.is_sure & seen)) / n_seen
        shares = histogram(self._view.colours, seen)
        likeness = 0.5 * alike(shares, self._appearance.inside) + 0.5 * alike(shares, self._first)
        evidence = self._appearance.evidence_at(self._view.colours)[seen]
        foreign = float(np.count_nonzero(evidence < -0.5)) / n_seen
        whole = n_seen / max(1, area(expected))
        return float(
            _NEVER_SURER_THAN
            * math.sqrt(min(1.0, steady / 0.7))
            * np.clip((likeness - 0.3) / 0.45, 0.0, 1.0)
            * min(1.0, whole / 0.9)
            * (1.0 - min(1.0, 1.5 * max(0.0, foreign - 0.1)))
        )

    def _limit(self, now: float) -> float:
        """Return how sure the tracker may be: once shaken, only recognition restores trust."""
        if now < _SHAKEN_BELOW:
            self._ceiling = min(self._ceiling, now + 0.1)
        elif self._ceiling < 1.0:
            window = window_of(self._expected > 0.5)
            evidence = self._appearance.evidence_at(self._view.colours)
            if window is not None and self._sighted(window.middle(3), evidence, 0.6):
                self._ceiling = min(1.0, self._ceiling + 0.1)
        return self._ceiling

    def _learn_on(self, seen: Mask, expected: Mask) -> None:
        """Let shape and colours follow what was seen, as far as it can be trusted."""
        is_hidden = area(seen) < _HIDDEN_BELOW * area(expected)
        self._n_hidden = self._n_hidden + 1 if is_hidden else 0
        whole_again = self._n_hidden > _MAX_HIDDEN_FRAMES
        if whole_again:
            self._n_hidden = 0  # it has changed for good: this is what it looks like now
        if self._n_hidden:
            return
        # What goes missing is given up slowly, or a slow eclipse would look like shrinking.
        kept = 0.0 if whole_again else _KEPT_PER_FRAME
        self._expected = np.maximum(kept * self._expected, seen.astype(np.float32))
        fresh = self._learn(self._view, seen)
        self._appearance = self._appearance.with_outside(fresh.outside, 0.15)
        if self._confidence > 0.85 and area(seen) > 0.95 * area(expected):
            self._appearance = self._appearance.with_inside(fresh.inside, 0.02)
            evidence = self._appearance.evidence_at(self._view.colours)
            self._portraits[1:] = [Portrait.take(self._view.pixels, seen, evidence)]

    def _lose(self, *, is_other_shot: bool) -> None:
        self._n_lost = max(1, self._n_lost)
        self._is_other_shot = is_other_shot
        self._seen = np.zeros_like(self._seen)
        self._confidence = min(self._confidence, 0.1)

    def _seek(self) -> None:
        """Look for the object near where it went out of sight."""
        self._n_lost += 1
        self._confidence *= 0.9
        fading = 0.95**self._n_lost
        self._expected = shifted(self._expected, self._speed[0] * fading, self._speed[1] * fading)
        window = window_of(self._expected > 0.5)
        if window is None or (self._n_lost % 2 and self._n_lost > 12):
            return
        evidence = self._appearance.evidence_at(self._view.colours)
        size = math.sqrt(window.width_px * window.height_px)
        speed = math.hypot(*self._speed)
        reach = 0.4 * size + min(3.0 * size, self._n_lost * max(1.5, 1.5 * speed))
        high, wide = self._seen.shape
        region = window.grown(reach, wide, high)
        sighting = self._sighted(region, evidence, 0.8 if self._is_other_shot else 0.6)
        if sighting is not None:
            self._find(sighting.mask, sighting.quality)

    def _sighted(self, region: Window, evidence: Field, needed: float) -> Sighting | None:
        for portrait in self._portraits:
            if portrait is not None:
                sighting = find_again(portrait, self._view.pixels, evidence, region)
                if sighting is not None and sighting.quality > needed:
                    return sighting
        return None

    def _find(self, mask: Mask, quality: float) -> None:
        self._n_lost = self._n_hidden = 0
        self._expected = mask.astype(np.float32)
        self._seen = mask
        self._confidence = self._ceiling = min(_FOUND_AGAIN_AT_MOST, quality * 0.7)

    @staticmethod
    def _learn(view: View, mask: Mask) -> Appearance:
        around = grow(mask, max(4.0, 0.6 * math.sqrt(area(mask)))) & ~grow(mask, 1)
        return Appearance.learn(histogram(view.colours, mask), histogram(view.colours, around))
