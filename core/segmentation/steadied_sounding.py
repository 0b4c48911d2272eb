"""What sounds, frame after frame, made steady: what was believed before is carried along by motion.

A segmenter that looks at each frame alone flickers. Here half of what is believed of a frame comes
from the frame before, moved by optical flow, and a cut begins anew. Only the past is used, so that
frames can be shown while the rest is still looked at. Ours.

Letters in shapes: H, W pixels of a frame; h, w of a small map.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.domain.soundings import (
    CLAIMED_FROM,
    LEAST_CLAIM,
    NO_SOURCE,
    HeatMap,
    Owners,
    PackedMap,
    SeenSource,
)
from core.segmentation.appearance import Colours, colour_numbers
from core.segmentation.optical_flow import FlowMeter, Gray, Motion
from core.segmentation.shot_change import cut_likelihood
from core.segmentation.sounding_protocol import SoundingMap

LONGER_SIDE = 160
"""Of the maps."""

NAMED_FROM = 0.4
"""How sure a name must be to be said. How sure the bundled network is comes true: on
validation scenes names of 0.8 and more were right nineteen times in twenty, those below 0.4 once in
seven."""

_USUAL_STEP_S = 0.2
_SHARE_OF_NOW = 0.5
"""Of what is believed of a frame a usual step after the one before; later ones count for more."""
_SHARE_OF_NAMES_NOW = 0.3
"""A thing is not renamed by one frame."""
_SPREAD = 4.0
"""Of a name around its thing, in places of a map."""
_SLIVER = 0.15
"""Of what hangs together, that no name of its own is believed for."""
_FORGOTTEN_BELOW = 0.05
_CUT_FROM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Steadied:
    """What is believed of one frame."""

    heat: PackedMap
    owners: PackedMap
    sources: tuple[SeenSource, ...]
    begins_shot: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A frame in small."""

    gray: Gray
    colours: Colours


class Steadier:
    """Takes the maps of a clip in order of time; one object for one clip.

    A source is known again by its label, or without one by where it was. Sure names weigh
    more than doubtful ones; who has none that is sure enough stays without.
    """

    def __init__(self) -> None:
        self._meter = FlowMeter()
        self._numbers: dict[str, int] = {}
        self._n_unnamed = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the frame before; the numbers of sources stay."""
        self._before: _Look | None = None
        self._time_s = 0.0
        self._heat: HeatMap | None = None
        self._by_source: dict[str, HeatMap] = {}

    def next(self, frame: Pixels, found: SoundingMap, time_s: float) -> Steadied:
        """Return what is believed of `frame` (H, W, 3) at `time_s`, later than the one before."""
        look = _seen_small(frame)
        n_steps = max(0.0, time_s - self._time_s) / _USUAL_STEP_S
        self._time_s = time_s
        carry, is_cut = self._way_from_before(look)
        now: dict[str, HeatMap] = {}
        for source in found.sources:
            own = _small(source.heat)
            name = source.label or self._known_again(own, carry, now)
            now[name] = own * np.float32(source.certainty)
        self._heat = _joined(_small(found.heat), self._heat, carry, n_steps)
        self._by_source = _all_joined(now, self._by_source, carry, n_steps)
        self._before = look
        sources, owners = self._sources(self._heat)
        heat, owned = PackedMap.of_heat(self._heat), PackedMap.of_owners(owners)
        return Steadied(heat, owned, sources, is_cut)

    def _known_again(self, heat: HeatMap, motion: Motion | None, taken: Collection[str]) -> str:
        """Return under what name a source without one was known, by where it was, or a new one."""
        overlaps = {
            name: float(np.minimum(motion.carry(before), heat).sum())
            for name, before in self._by_source.items()
            if motion is not None and name.startswith("#") and name not in taken
        }
        best = max(overlaps, key=lambda name: overlaps[name], default=None)
        if best is not None and overlaps[best] > 0:
            return best
        self._n_unnamed += 1
        return f"#{self._n_unnamed}"

    def _way_from_before(self, look: _Look) -> tuple[Motion | None, bool]:
        """Return how things moved, None where nothing can be carried; and whether it was a cut."""
        if self._before is None:
            return None, False
        motion = self._meter.between(self._before.gray, look.gray)
        cut = cut_likelihood(self._before.colours, look.colours, look.gray, motion)
        return (None, True) if cut >= _CUT_FROM else (motion, False)

    def _sources(self, heat: HeatMap) -> tuple[tuple[SeenSource, ...], Owners]:
        """Return who claims anything, the surest first, and whose each place is (h, w)."""
        nobodys = np.full(heat.shape, NO_SOURCE, np.uint8)
        if not self._by_source:
            return (), nobodys
        first = np.argmax(list(self._by_source.values()), 0)  # (h, w)
        _settle(first, heat > CLAIMED_FROM)
        found = []
        for place, (name, own) in enumerate(self._by_source.items()):
            claimed = (first == place) & (heat > CLAIMED_FROM)
            if claimed.mean() >= LEAST_CLAIM:
                score = float(np.clip(own[claimed].mean(), 0.0, 1.0))
                is_sure = own[claimed].mean() >= NAMED_FROM * heat[claimed].mean()
                is_named = is_sure and not name.startswith("#")
                number = self._numbers.setdefault(name, len(self._numbers))
                found.append((place, SeenSource(number, name if is_named else "", score)))
        found.sort(key=lambda one: -one[1].score)
        owners = nobodys
        for rank, (place, _) in enumerate(found):
            owners[first == place] = rank
        return tuple(source for _, source in found), owners


def _settle(first: npt.NDArray[np.intp], is_claimed: Mask) -> None:
    """Give slivers of a thing to whom most of the thing belongs, in place."""
    n_parts, parts = cv2.connectedComponents(is_claimed.astype(np.uint8))
    for part in range(1, n_parts):
        inside = parts == part
        counts = np.bincount(first[inside])
        is_sliver = counts < _SLIVER * counts.sum()
        first[inside & is_sliver[np.minimum(first, len(counts) - 1)]] = counts.argmax()


def _seen_small(frame: Pixels) -> _Look:
    small = np.asarray(cv2.resize(frame, _map_size(frame), interpolation=cv2.INTER_AREA), np.uint8)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    return _Look(gray, colour_numbers(small))


def _small(heat: HeatMap) -> HeatMap:
    return np.asarray(cv2.resize(heat, _map_size(heat), interpolation=cv2.INTER_AREA), np.float32)


def _map_size(picture: Pixels | HeatMap) -> tuple[int, int]:
    """Return width and height of the maps of a frame."""
    high, wide = picture.shape[:2]
    scale = LONGER_SIDE / max(high, wide)
    return max(16, round(wide * scale)), max(16, round(high * scale))


def _joined(now: HeatMap, before: HeatMap | None, motion: Motion | None, n_steps: float) -> HeatMap:
    """Return the mean of what is seen now and what was believed before, moved to now."""
    if before is None or motion is None:
        return now
    return _mixed(now, motion.carry(before), 1 - (1 - _SHARE_OF_NOW) ** n_steps)


def _mixed(now: HeatMap, carried: HeatMap, share: float) -> HeatMap:
    return np.asarray(share * now + (1 - share) * carried, np.float32)


def _all_joined(
    now: Mapping[str, HeatMap],
    before: Mapping[str, HeatMap],
    motion: Motion | None,
    n_steps: float,
) -> dict[str, HeatMap]:
    """Return the same for each source; one that was not seen for long is forgotten."""
    if motion is None:
        return dict(now)
    share = 1 - (1 - _SHARE_OF_NAMES_NOW) ** n_steps
    joined = {}
    for name in dict.fromkeys((*before, *now)):
        like = now.get(name, before.get(name))
        assert like is not None
        nothing = np.zeros_like(like)
        # Spread, so that the edge of a thing that moves isn't taken for another thing.
        carried = cv2.GaussianBlur(motion.carry(before.get(name, nothing)), (0, 0), _SPREAD)
        joined[name] = _mixed(now.get(name, nothing), np.asarray(carried, np.float32), share)
    return {name: heat for name, heat in joined.items() if heat.max() >= _FORGOTTEN_BELOW}
