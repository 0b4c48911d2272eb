"""Pictures of published sets as lessons, each with the second of sound that belongs to it.

Letters in shapes: B pictures, S sources, H W pixels, P pixels of a side, N samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from core.errors import MediaError
from core.training.avs_masks import ClassMap, Picture
from core.training.avs_sets import AvsFilm, AvsFrame, AvsSet
from core.training.sound_bank import decoded_mono
from core.training.sounding_batch import CLIP_S, NO_LABEL, SAMPLE_RATE_HZ, SoundingBatch

N_SOURCES = 4
"""Most classes of one picture that are told apart."""

_N_SAMPLES = round(CLIP_S * SAMPLE_RATE_HZ)

Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Lesson:
    film: AvsFilm
    frame: AvsFrame


class AvsScenes:
    """Lessons by number. A `SoundingScenes`."""

    def __init__(
        self, published: AvsSet, films: Sequence[AvsFilm], side_px: int, seed: int = 0
    ) -> None:
        """Make ready.

        Args:
            published: the set that the films are of.
            films: taught from.
            side_px: of the square that pictures are brought to.
            seed: of the order, and of what is mirrored.

        Raises:
            MediaError: there are no pictures with masks.
        """
        self.words = published.words
        self._published, self._side_px, self._seed = published, side_px, seed
        self._lessons = [_Lesson(film, frame) for film in films for frame in film.frames]
        if not self._lessons:
            raise MediaError(
                "none of the films has a mask", advice="Put the masks where they are published."
            )

    def __len__(self) -> int:
        return len(self._lessons)

    def batch(self, number: int, n: int) -> SoundingBatch:
        """Return batch `number` of `n` pictures; all are met before one comes again.

        Raises:
            MediaError: a file is missing or can't be decoded.
        """
        places = range(number * n, (number + 1) * n)
        made = [self._lesson(place) for place in places]
        frames, waves, classes, films = zip(*made, strict=True)
        maps = torch.from_numpy(np.stack(classes))  # (B, P, P)
        sources, labels = self._sources(classes, films)
        pictures = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
        return SoundingBatch(
            frames=pictures.contiguous().float() / 255,
            waves=torch.from_numpy(np.stack(waves)),
            masks=(maps > 0).float(),
            sources=None if sources is None else torch.from_numpy(sources).float(),
            labels=torch.from_numpy(labels),
            classes=maps if self._published.has_classes else None,
        )

    def _lesson(self, place: int) -> tuple[Picture, Mono, ClassMap, AvsFilm]:
        turn, within = divmod(place, len(self._lessons))
        order = np.random.default_rng((self._seed, turn)).permutation(len(self._lessons))
        lesson = self._lessons[int(order[within])]
        picture = _read(lesson.frame.picture, self._side_px, cv2.INTER_AREA)
        mask = _read(lesson.frame.mask, self._side_px, cv2.INTER_NEAREST)
        classes = self._published.classes(mask)
        if np.random.default_rng((self._seed, place, 1)).random() < 0.5:
            picture, classes = picture[:, ::-1], classes[:, ::-1]
        return picture, _second(lesson), np.ascontiguousarray(classes), lesson.film

    def _sources(
        self, classes: Sequence[ClassMap], films: Sequence[AvsFilm]
    ) -> tuple[npt.NDArray[np.bool_] | None, npt.NDArray[np.int64]]:
        """Return masks (B, S, P, P), None if nobody knows how many there are, and labels (B, S)."""
        shape = (len(classes), N_SOURCES)
        masks = np.zeros((*shape, self._side_px, self._side_px), np.bool_)
        labels = np.full(shape, NO_LABEL, np.int64)
        if not self._published.has_classes and not self.words:
            return None, labels
        for row, (map_, film) in enumerate(zip(classes, films, strict=True)):
            for place, found in enumerate(np.unique(map_[map_ > 0])[:N_SOURCES]):
                masks[row, place] = map_ == found
                is_told = self._published.has_classes
                labels[row, place] = found if is_told else self.words.index(film.label)
        return masks, labels


class AvsSingles:
    """Sounds of films with one source. A `SingleSounds`."""

    def __init__(self, films: Sequence[AvsFilm]) -> None:
        self._films: dict[str, list[AvsFilm]] = {}
        for film in films:
            if film.label:
                self._films.setdefault(film.label, []).append(film)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted(self._films))

    def excerpt(self, label: str, n_samples: int, random: np.random.Generator) -> Mono:
        """Return (N,) from anywhere in a film of a class."""
        films = self._films[label]
        sound = _sound(films[int(random.integers(len(films)))].sounds)
        first = int(random.integers(max(1, len(sound) - n_samples + 1)))
        return _cut(sound, first, n_samples)


def _second(lesson: _Lesson) -> Mono:
    sound, second = _sound(lesson.film.sounds), lesson.frame.second
    middle = max(0, (len(sound) - _N_SAMPLES) // 2)
    return _cut(sound, middle if second is None else second * SAMPLE_RATE_HZ, _N_SAMPLES)


def _cut(sound: Mono, first: int, n: int) -> Mono:
    """Return (N,), silent where the sound is over."""
    piece = sound[first : first + n]
    return np.pad(piece, (0, n - len(piece))).astype(np.float32)


@lru_cache(maxsize=256)
def _sound(paths: tuple[Path, ...]) -> Mono:
    """Return all of it at once, as long as the longest."""
    sounds = [decoded_mono(path, SAMPLE_RATE_HZ) for path in paths]
    longest = max(len(one) for one in sounds)
    padded = [np.pad(one, (0, longest - len(one))) for one in sounds]
    return np.asarray(np.sum(padded, axis=0), np.float32)


def _read(path: Path, side_px: int, how: int) -> Picture:
    """Return RGB (P, P, 3), or (P, P) of a mask that has no colours."""
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
    if found is None:
        raise MediaError(f"can't decode {path}", advice="Put the set as it was published.")
    if found.ndim == 3:
        found = np.ascontiguousarray(found[:, :, 2::-1])  # cv2 has BGR
    return np.asarray(cv2.resize(found, (side_px, side_px), interpolation=how), np.uint8)
