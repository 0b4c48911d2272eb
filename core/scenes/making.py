"""Makes scenes of things cut out of pictures and recordings of them, with the truth beside.

VPO's idea (papers/002 section 4.1: things put together with sounds of their class), with several
things in one picture, silent ones among them, and sounds that come from nowhere in it. What a scene
holds depends on the seed and its number alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import MediaError
from core.scenes.composing import Sizes, compose, drawn_ground
from core.scenes.cutout_bank import CutoutBank
from core.scenes.likeness import alike
from core.scenes.scene import Scene, SceneKind
from core.scenes.sounds import Mono, SceneSounds, mixed

_WHOLE: Sizes = (0.4, 0.9)
_BESIDE: Sizes = (0.3, 0.6)
_TINY: Sizes = (0.13, 0.22)

_SHARES: Mapping[SceneKind, float] = {
    SceneKind.SINGLE: 0.14,
    SceneKind.AMONG: 0.33,
    SceneKind.MULTI: 0.24,
    SceneKind.INSTANCES: 0.06,
    SceneKind.SMALL: 0.09,
    SceneKind.OFF_SCREEN: 0.1,
    SceneKind.SILENT: 0.04,
}


@dataclass(frozen=True, slots=True)
class SceneConfig:
    """How scenes are made."""

    side_px: int = 224
    frame_samples: int = 16_000
    """Of sound around each frame."""
    n_frames: int = 1
    off_screen_share: float = 0.15
    """How often something is heard from off screen in scenes of other kinds."""
    evenness: float = 0.5
    """Power of a class's number of cut-outs that it is drawn by: 0, all alike; 1, as they are."""
    photograph_share: float = 0.7
    """In classes that have drawings too."""
    shares: tuple[tuple[SceneKind, float], ...] = tuple(_SHARES.items())
    """How often a scene is of each kind, where none is asked for."""


@dataclass(frozen=True, slots=True)
class _Cast:
    """Classes of the things in a scene, of what is heard, and how large things are."""

    seen: tuple[str, ...]
    sounding: tuple[bool, ...]
    off_screen: tuple[str, ...]
    sizes: tuple[Sizes, ...]


class SceneMaker:
    """Makes scenes, each from its number."""

    def __init__(
        self, bank: CutoutBank, sounds: SceneSounds, config: SceneConfig, seed: int = 0
    ) -> None:
        """Make ready.

        Raises:
            MediaError: fewer than four classes have both a cut-out and a recording.
        """
        self.config, self.seed = config, seed
        self.bank, self._sounds = bank, sounds
        self._numbers = bank.by_class()
        heard = set(sounds.classes)
        self.classes = tuple(label for label in self._numbers if label in heard)
        """That can be seen and heard."""
        if len(self.classes) < 4:
            raise MediaError(
                f"{len(self.classes)} classes have both recordings and pictures to cut from",
                advice="Give a folder with audio/<class>/* and images/<class>/* for at least "
                "four classes, whose pictures show one thing before a calm ground.",
            )

    def scene(self, number: int, kind: SceneKind | None = None) -> Scene:
        """Return scene `number`: the same for the same seed, whatever was made before."""
        random = np.random.default_rng((self.seed, number))
        kinds, shares = zip(*self.config.shares, strict=True)
        drawn = kinds[int(random.choice(len(kinds), p=np.array(shares) / sum(shares)))]
        kind = kind or drawn
        cast = self._cast(kind, random)
        order = random.permutation(len(cast.seen))
        things = [self._thing(cast.seen[place], random) for place in order]
        drawing = compose(
            drawn_ground(self.bank, self.config.side_px, random),
            [self.bank.cutouts[thing] for thing in things],
            [cast.sizes[place] for place in order],
            self.config.n_frames,
            random,
        )
        wave, heard = self._heard(cast, random)
        labels = tuple(cast.seen[place] for place in order)
        sounds = [
            heard[label] if cast.sounding[place] else np.zeros(self.config.n_frames, np.bool_)
            for place, label in zip(order, labels, strict=True)
        ]
        return Scene(
            kind=kind,
            frames=_noisy(drawing.frames, random),
            wave=wave,
            sample_rate_hz=self._sounds.sample_rate_hz,
            labels=labels,
            masks=drawing.masks,
            sounding=np.array(sounds, np.bool_).reshape(len(labels), self.config.n_frames),
            off_screen=cast.off_screen,
        )

    def _cast(self, kind: SceneKind, random: np.random.Generator) -> _Cast:
        n_sounding, n_silent = _counts(kind, random)
        labels = self._classes(n_sounding, (), random)
        silent = self._classes(n_silent, labels, random)
        off_screen: tuple[str, ...] = ()
        if kind is SceneKind.OFF_SCREEN:
            off_screen = self._off_screen(1 + int(random.random() < 0.3), silent, random)
        elif kind is not SceneKind.SILENT and random.random() < self.config.off_screen_share:
            off_screen = self._off_screen(1, (*labels, *silent), random)
        if kind is SceneKind.INSTANCES:
            labels = (labels[0], labels[0])
        seen = (*labels, *silent)
        sizes = _TINY if kind is SceneKind.SMALL else _WHOLE if len(seen) == 1 else _BESIDE
        sounding = (True,) * len(labels) + (False,) * len(silent)
        return _Cast(seen, sounding, off_screen, (sizes,) * len(seen))

    def _classes(
        self, n: int, beside: Sequence[str], random: np.random.Generator
    ) -> tuple[str, ...]:
        """Return up to `n` classes that are unlike each other and those `beside`."""
        chosen: tuple[str, ...] = ()
        for _ in range(n):
            taken = frozenset().union(*(alike(one) for one in (*beside, *chosen)))
            free = [label for label in self.classes if label not in taken]
            if not free:
                break
            weights = np.array([len(self._numbers[label]) for label in free], np.float64)
            weights **= self.config.evenness
            chosen += (free[int(random.choice(len(free), p=weights / weights.sum()))],)
        return chosen

    def _off_screen(
        self, n: int, beside: Sequence[str], random: np.random.Generator
    ) -> tuple[str, ...]:
        taken = frozenset().union(*(alike(one) for one in beside))
        free = [label for label in self._sounds.classes if label not in taken]
        chosen = random.choice(len(free), min(n, len(free)), replace=False)
        return tuple(free[int(one)] for one in chosen)

    def _thing(self, label: str, random: np.random.Generator) -> int:
        """Return the number of a cut-out of a class."""
        wants_photograph = random.random() < self.config.photograph_share
        numbers = self._numbers[label]
        cutouts = self.bank.cutouts
        fitting = [one for one in numbers if cutouts[one].is_drawing != wants_photograph]
        chosen = fitting or numbers
        return chosen[int(random.integers(len(chosen)))]

    def _heard(
        self, cast: _Cast, random: np.random.Generator
    ) -> tuple[Mono, dict[str, npt.NDArray[np.bool_]]]:
        """Return the mixture, and for each class when it is heard in it, (K,)."""
        config = self.config
        n_samples = config.n_frames * config.frame_samples
        seen = [label for label, is_heard in zip(cast.seen, cast.sounding, strict=True) if is_heard]
        labels = list(dict.fromkeys((*seen, *cast.off_screen)))
        if not labels:
            return np.zeros(n_samples, np.float32), {}
        sources = [self._sounds.excerpt(label, n_samples, random) for label in labels]
        wave, heard = mixed(sources, config.n_frames, random)
        return wave, dict(zip(labels, heard, strict=True))


def _counts(kind: SceneKind, random: np.random.Generator) -> tuple[int, int]:
    """Return how many classes sound, and how many are silent."""
    if kind is SceneKind.SINGLE:
        return 1, 0
    if kind is SceneKind.AMONG:
        return 1, int(random.integers(1, 4))
    if kind is SceneKind.MULTI:
        return int(random.integers(2, 4)), 1
    if kind is SceneKind.OFF_SCREEN:
        return 0, int(random.integers(0, 3))
    if kind is SceneKind.SILENT:
        return 0, int(random.integers(1, 3))
    return 1, 1


def _noisy(frames: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return the frames a little out of focus and with the grain of a camera, half the time."""
    if random.random() < 0.5:
        return frames
    sigma, grain = float(random.uniform(0.3, 0.9)), float(random.uniform(1, 6))
    noisy = np.empty_like(frames)
    for number, frame in enumerate(frames):
        soft = cv2.GaussianBlur(frame, (0, 0), sigma)
        noise = random.standard_normal(frame.shape, np.float32) * np.float32(grain)
        noisy[number] = np.clip(soft + noise, 0, 255).astype(np.uint8)
    return noisy
