"""Gathers what DAVIS is taught with: a published data set, or folders of recordings and pictures.

A folder with `train.csv` in it is a published set (see `films`); any other holds
`audio/<class>/<recording>` and `images/<class>/<picture>`. Letters in shapes: D width of CLIP's
space.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import MediaError
from core.progress import CancelToken, Progress, Report
from core.separation.davis_recipes import DavisRecipe
from core.training.films import Film, leaks, read_splits, without_leaks
from core.training.flow_conditions import ClassConditions, Conditions, FilmConditions
from core.training.flow_features import Features, FeatureStore
from core.training.pictures import Picture, find_pictures, split_pictures
from core.training.recordings import Part, Recording, find_recordings, split
from core.training.sound_bank import SoundBank, open_bank

STEP_S = {"MUSIC": 0.25, "AVE": 1.0}
"""From one frame of a film to the next one the network is shown."""

Say = Callable[[str], None]

Material = dict[Part, tuple[SoundBank, Conditions]]


@dataclass(frozen=True, slots=True, eq=False)
class Gatherer:
    """Where things are and how the network will hear them.

    Attributes:
        data: the folder with sounds and pictures.
        cache: where decoded sounds are kept.
        recipe: rate and window.
        store: of what CLIP says.
        say: told of leaks and of what is missing, in sentences.
        report: how far the reading is.
        cancel: stops it.
    """

    data: Path
    cache: Path
    recipe: DavisRecipe
    store: FeatureStore
    say: Say
    report: Report
    cancel: CancelToken

    def films(self) -> Material:
        """Return what a published set holds for training and, where it has any, for validation.

        Films that a later split lists too are left out of the earlier one.

        Raises:
            MediaError: a table has another form, or fewer than two classes can be learnt from.
            ModelError: features are missing, or don't fit.
            Cancelled: asked to stop.
        """
        splits = read_splits(self.data)
        for (one, other), shared in leaks(splits).items():
            self.say(
                f"{one} and {other} share {len(shared)} films ({', '.join(shared[:3])} …); "
                f"they are left out of {one}."
            )
        kept = without_leaks(splits)
        parts = {Part.TRAIN: kept["train"], Part.VALIDATION: kept.get("val", [])}
        return {
            part: self._of_films(part, self._there(films))
            for part, films in parts.items()
            if films or part is Part.TRAIN
        }

    def folders(self, split_seed: int, word_share: float) -> Material:
        """Return what folders of classes hold for training and validation, dealt by original.

        Raises:
            MediaError: there are no recordings, or something can't be decoded.
            ModelError: features are missing, or don't fit.
            Cancelled: asked to stop.
        """
        sounds = split(find_recordings(self.data), split_seed)
        has_pictures = (self.data / "images").is_dir()
        found = split_pictures(find_pictures(self.data), split_seed) if has_pictures else {}
        gathered: Material = {}
        for part in (Part.TRAIN, Part.VALIDATION):
            labels = {one.label for one in sounds[part]}
            pictures = [one for one in found.get(part, []) if one.label in labels]
            conditions = ClassConditions(
                tuple(one.label for one in sounds[part]),
                self._seen(pictures),
                {one: self._word(one) for one in sorted(labels)} if word_share else {},
                word_share,
            )
            gathered[part] = self._bank(part, sounds[part]), conditions
        return gathered

    def _there(self, films: Sequence[Film]) -> list[Film]:
        there = [film for film in films if (self.data / "audio" / film.sound).is_file()]
        if len(there) < len(films):
            self.say(f"{len(films) - len(there)} of {len(films)} films have no sound file.")
        if len({film.label for film in there}) < 2:
            raise MediaError(
                f"{len(there)} sounds of fewer than two classes are in {self.data / 'audio'}",
                advice="Put the sounds that the tables list under “audio”, and the pictures of "
                "each film under “frames”.",
            )
        return there

    def _of_films(self, part: Part, films: Sequence[Film]) -> tuple[SoundBank, Conditions]:
        paths = [self.data / "audio" / film.sound for film in films]
        recordings = [
            Recording(film.label, path, film.name) for film, path in zip(films, paths, strict=True)
        ]
        bank = self._bank(part, recordings)
        features = []
        for done, film in enumerate(films):
            self.report(Progress("Looking at films", done, len(films)))
            key = f"films/{film.frames}"
            features.append(self.store.of_frames(key, film.frame_paths(self.data), self.cancel))
        lengths_s = (bank.length(number) / bank.sample_rate_hz for number in range(len(films)))
        return bank, FilmConditions(tuple(features), tuple(lengths_s), STEP_S[self.recipe.name])

    def _seen(self, pictures: Sequence[Picture]) -> dict[str, Features]:
        """Return (pictures, D) by class."""
        seen: dict[str, list[Features]] = {}
        for done, picture in enumerate(pictures):
            self.cancel.raise_if_cancelled()
            self.report(Progress("Looking at pictures", done, len(pictures)))
            key = f"images/{picture.label}/{picture.path.stem}"
            seen.setdefault(picture.label, []).append(self.store.of_picture(key, picture.path))
        return {label: np.stack(found) for label, found in seen.items()}

    def _word(self, label: str) -> Features:
        return self.store.of_word(f"words/{label}", label.replace("_", " "))

    def _bank(self, part: Part, recordings: Sequence[Recording]) -> SoundBank:
        return open_bank(
            recordings,
            self.cache / part.value,
            self.recipe.sample_rate_hz,
            report=self.report,
            cancel=self.cancel,
        )
