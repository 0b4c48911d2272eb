"""The ways of asking an engine for the target of a mixture: by text, picture, spans, wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from core.domain.masks import MaskTrack
from core.domain.pictures import PictureSource
from core.domain.prompts import (
    PromptKind,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    TextPrompt,
)
from core.domain.vocabulary import spoken
from core.evaluation.material import Material
from core.evaluation.mixtures import Mixture
from core.evaluation.stills import read_still


class Way(StrEnum):
    """How the target is asked for."""

    TEXT = "text"
    """The name of its class."""
    PICTURE = "picture"
    """A picture of its class, all of which is the region."""
    SPAN = "span"
    """When it sounds, by its true energy."""
    TEXT_SPAN = "text+span"
    ALL = "all"
    """Everything there is to say; without the picture where its class has none."""
    WRONG = "wrong"
    """The name of a class that is not in the mixture."""
    NONE = "none"
    """Nothing at all."""


EVERY_WAY = tuple(Way)

_KINDS: dict[Way, frozenset[PromptKind]] = {
    Way.TEXT: frozenset({PromptKind.TEXT}),
    Way.PICTURE: frozenset({PromptKind.REGION}),
    Way.SPAN: frozenset({PromptKind.SPAN}),
    Way.TEXT_SPAN: frozenset({PromptKind.TEXT, PromptKind.SPAN}),
    Way.ALL: frozenset({PromptKind.TEXT, PromptKind.REGION, PromptKind.SPAN}),
    Way.WRONG: frozenset({PromptKind.TEXT}),
    Way.NONE: frozenset(),
}


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What an engine is told of a mixture."""

    prompts: PromptSet
    tracks: Mapping[RegionPrompt, MaskTrack] = field(default_factory=dict)
    picture: PictureSource | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Words questions for an engine; the same mixture and seed give the same ones.

    Attributes:
        material: where classes and pictures come from.
        understood: the kinds of prompts of the engine.
        seed: of the choice of pictures and wrong words.
    """

    material: Material
    understood: frozenset[PromptKind]
    seed: int = 0

    def can(self, way: Way) -> bool:
        """Return whether the engine understands what this way says, and there is such a thing."""
        shown = {PromptKind.REGION} if self.material.pictures else set()
        usable = self.understood & ({PromptKind.TEXT, PromptKind.SPAN} | shown)
        if way is Way.ALL:
            return len(usable) > 1
        if way is Way.WRONG and len(self.material.sounds) < 3:
            return False
        return _KINDS[way] <= usable

    def question(self, way: Way, mixture: Mixture) -> Question | None:
        """Return what is asked of `mixture`, None where its class has no picture to ask by.

        Raises:
            MediaError: the picture cannot be read.
        """
        kinds = _KINDS[way] & self.understood
        shown = self.picture_of(mixture) if PromptKind.REGION in kinds else None
        if way is Way.PICTURE and shown is None:
            return None
        name = self.wrong_class(mixture) if way is Way.WRONG else mixture.target_class
        texts = (TextPrompt(spoken(name)),) if PromptKind.TEXT in kinds else ()
        spans = tuple(map(SpanPrompt, mixture.spans)) if PromptKind.SPAN in kinds else ()
        if shown is None:
            return Question(PromptSet(texts=texts, spans=spans))
        picture = read_still(shown)
        region, track = picture.whole()
        return Question(PromptSet(texts, (region,), spans), {region: track}, picture)

    def picture_of(self, mixture: Mixture) -> Path | None:
        """Return the picture that is shown for the target, None where its class has none."""
        there = self.material.pictures.get(mixture.target_class, ())
        return there[self._draw(mixture, len(there))] if there else None

    def wrong_class(self, mixture: Mixture) -> str:
        """Return a class that is not in the mixture, of three or more."""
        heard = {mixture.target_class, mixture.background_class}
        others = [name for name in self.material.sounds if name not in heard]
        return others[self._draw(mixture, len(others))]

    def _draw(self, mixture: Mixture, n_choices: int) -> int:
        # Apart from the draws of mixtures, which stay as they are whatever is asked.
        random = np.random.default_rng([self.seed, mixture.number, 1])
        return int(random.integers(n_choices))
