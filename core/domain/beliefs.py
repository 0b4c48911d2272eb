"""What the machine believes it sees or hears, and how sure it is; people may know better.

Letters in shapes: K words of a vocabulary.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.prompts import TimeSpan
from core.domain.vocabulary import Vocabulary

SURE_FROM = 0.5
"""Confidence from which a word is said without "perhaps"."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Which of the known words is seen in a region. Confidences come true as often as they say."""

    words: tuple[tuple[str, float], ...]
    """Names and their confidences, 0 to 1, best first. What is left of 1: none of these."""

    def __post_init__(self) -> None:
        confidences = [confidence for _, confidence in self.words]
        if any(not 0 <= confidence <= 1 for confidence in confidences):
            raise ValueError(f"confidences {confidences} are not between 0 and 1")
        if confidences != sorted(confidences, reverse=True) or sum(confidences) > 1 + 1e-4:
            raise ValueError("confidences must fall and add up to 1 at most")

    @property
    def best(self) -> str | None:
        """The name of the most likely word, however likely; None where there are no words."""
        return self.words[0][0] if self.words else None

    @property
    def confidence(self) -> float:
        """Of the most likely word."""
        return self.words[0][1] if self.words else 0.0

    @property
    def nothing(self) -> float:
        """Confidence that none of the known words is seen."""
        return max(0.0, 1.0 - sum(confidence for _, confidence in self.words))

    @property
    def is_sure(self) -> bool:
        """Whether the most likely word may be said without "perhaps"."""
        return self.confidence >= SURE_FROM

    def weights(self, vocabulary: Vocabulary) -> npt.NDArray[np.float32]:
        """Return shares of the words of `vocabulary`, (K,), adding up to 1; others are left out.

        All are 0 where nothing of the vocabulary is believed.
        """
        shares = np.zeros(len(vocabulary.words), np.float32)
        for name, confidence in self.words:
            if name in vocabulary.names:
                shares[vocabulary.place(name)] += confidence
        total = float(shares.sum())
        return shares / np.float32(total) if total > 0 else shares


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word that is heard in a sound, and when."""

    name: str
    """Of a word in the vocabulary."""
    confidence: float
    """0 to 1, where it is heard best."""
    spans: tuple[TimeSpan, ...]
    """In media time, rising, none of which touch."""

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence {self.confidence} is not between 0 and 1")
