"""Made scenes as lessons for a sounding segmenter: cut-outs and recordings of one part of a folder.

Sounds are varied in speed and colour and frames spoiled as cameras and videos do, so that the few
pictures and recordings there are go further. A batch depends on the seed and its number alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from core.progress import CancelToken, Report
from core.scenes.cutout_bank import CutoutBank, open_cutouts
from core.scenes.making import SceneConfig, SceneMaker
from core.scenes.scene import Scene
from core.scenes.sounds import Mono, loud_excerpt
from core.training.pictures import Picture, find_pictures, split_pictures
from core.training.pictures_variation import VariationChances, spoiled
from core.training.recordings import Part, find_recordings, split
from core.training.sound_bank import SoundBank, open_bank
from core.training.sounding_batch import NO_LABEL, SoundingBatch
from core.training.variation import VariationConfig, varied

N_SOURCES = 3
"""Most classes that are seen and heard in a scene."""


@dataclass(frozen=True, slots=True)
class CompositeConfig:
    """How lessons are made of scenes."""

    scenes: SceneConfig = field(default_factory=SceneConfig)
    variation: VariationConfig = field(default_factory=VariationConfig)
    chances: VariationChances = field(
        default_factory=lambda: VariationChances(recoloured=0.5, grey=0.1, covered=0.0)
    )


class BankedSounds:
    """Excerpts of a bank's recordings, at other speeds and in other colours. `SceneSounds`."""

    def __init__(self, bank: SoundBank, variation: VariationConfig) -> None:
        self._bank, self._variation = bank, variation
        self._numbers = bank.by_class()

    @property
    def sample_rate_hz(self) -> int:
        return self._bank.sample_rate_hz

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._numbers)

    def excerpt(self, label: str, n_samples: int, random: np.random.Generator) -> Mono:
        """Return (N,) of a recording of a class, with its loudest sample at 1."""
        numbers = self._numbers[label]
        number = numbers[int(random.integers(len(numbers)))]
        speed = self._variation.drawn_speed(random)
        n_read = int(np.ceil(n_samples * speed)) + 1

        def read(first: int, n: int) -> Mono:
            return self._bank.read(number, first, n)

        sound = loud_excerpt(self._bank.length(number), n_read, read, random)
        return varied(sound, n_samples, speed, self._variation, random)


class CompositeScenes:
    """Lessons by number. A `SoundingScenes`."""

    def __init__(
        self,
        cutouts: CutoutBank,
        sounds: SoundBank,
        words: tuple[str, ...],
        config: CompositeConfig,
        seed: int = 0,
    ) -> None:
        """Make ready.

        Args:
            cutouts: things to be seen.
            sounds: recordings to be heard.
            words: what numbers of classes mean; classes that are no words have none.
            config: how scenes are made, and how they are spoiled.
            seed: another seed is another series of lessons.

        Raises:
            MediaError: too few classes can be both seen and heard.
        """
        self.words, self._config = words, config
        self.recordings = sounds.recordings
        self._seed = seed
        banked = BankedSounds(sounds, config.variation)
        self.maker = SceneMaker(cutouts, banked, replace(config.scenes, n_frames=1), seed)

    def batch(self, number: int, n: int) -> SoundingBatch:
        """Return batch `number` of `n` scenes; the same number always gives the same batch."""
        scenes = [self.maker.scene(number * n + place) for place in range(n)]
        random = np.random.default_rng((self._seed, number, 1))
        frames = [spoiled(one.frames[0], self._config.chances, random) for one in scenes]
        sources, labels = zip(*(self._sources(one) for one in scenes), strict=True)
        pictures = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)  # (B, 3, S, S)
        return SoundingBatch(
            frames=pictures.contiguous().float() / 255,
            waves=torch.from_numpy(np.stack([one.wave for one in scenes])),
            masks=torch.from_numpy(np.stack([one.truth[0] for one in scenes])).float(),
            sources=torch.from_numpy(np.stack(sources)).float(),
            labels=torch.from_numpy(np.stack(labels)),
        )

    def _sources(self, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
        """Return masks (N_SOURCES, S, S) and numbers (N_SOURCES,) of the classes that sound."""
        masks = np.zeros((N_SOURCES, *scene.frames.shape[1:3]), np.bool_)
        labels = np.full(N_SOURCES, NO_LABEL, np.int64)
        for place, (label, mask) in enumerate(scene.sources_of(0).items()):
            masks[place] = mask
            labels[place] = self.words.index(label) if label in self.words else NO_LABEL
        return masks, labels


def open_composites(  # noqa: PLR0913 - two of them report and cancel
    data: Path,
    cache: Path,
    part: Part,
    config: CompositeConfig,
    *,
    seed: int = 0,
    split_seed: int = 0,
    report: Report,
    cancel: CancelToken,
) -> CompositeScenes:
    """Return lessons from one part of a folder, dealt by origin as everywhere.

    Args:
        data: `audio/<class>/<recording>` and `images/<class>/<picture>`.
        cache: a folder for cut-outs and decoded recordings; made if it is not there.
        part: of recordings and pictures alike.
        config: how lessons are made.
        seed: of the lessons.
        split_seed: of the deal.
        report: told of each file while the cache is filled.
        cancel: stops the filling.

    Raises:
        MediaError: there is too little in `data`, or a file can't be decoded.
        Cancelled: asked to stop.
    """
    recordings = find_recordings(data)
    words = tuple(sorted({one.label for one in recordings}))
    pictures = split_pictures(find_pictures(data), split_seed)[part]
    cutouts = open_cutouts(_by_class(pictures), cache, report=report, cancel=cancel)
    dealt = split(recordings, split_seed)[part]
    bank = open_bank(dealt, cache, report=report, cancel=cancel)
    return CompositeScenes(cutouts, bank, words, config, seed)


def _by_class(pictures: list[Picture]) -> Mapping[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for one in pictures:
        found.setdefault(one.label, []).append(one.path)
    return found
