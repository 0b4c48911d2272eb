"""What an engine makes of words and of a picture before it runs: known, in doubt, or unclear.

An engine without a vocabulary takes any words and is never in doubt. All of this is quick enough
for every key that is pressed.
"""

import re
from dataclasses import dataclass

from core.domain.beliefs import SURE_FROM, Belief
from core.domain.vocabulary import Vocabulary
from core.domain.wording import is_denial

_JOINTS = re.compile(r"[,;/+&|.!?()]|\b(?:and|with|plus|then|while|or)\b", re.IGNORECASE)
"""What parts one wanted sound from the next, as in `core.domain.wording`."""

_LEAST_CLEAR = 0.4
"""Confidence of the likeliest word, without which there are too many."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part of a text that isn't understood, and where it stands: `start <= place < end`."""

    part: str
    start: int
    end: int
    is_all: bool = True
    """True where nothing else of the text is understood either."""
    is_denial: bool = False
    """True where the text says what is not wanted."""

    def mended(self, text: str, word: str) -> str:
        """Return `text` with `word` in place of what isn't understood."""
        return text[: self.start] + word + text[self.end :]


def parts(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the sounds named in `text` stand: "a dog, and bells" names two."""
    edges = [0, *(place for joint in _JOINTS.finditer(text) for place in joint.span()), len(text)]
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        said = text[start:end]
        if said.strip():
            start += len(said) - len(said.lstrip())
            found.append((start, start + len(said.strip())))
    return tuple(found)


def doubt_about(text: str, vocabulary: Vocabulary) -> Doubt | None:
    """Return the first part of `text` that isn't understood; None where all of it is."""
    if not text.strip():
        return None
    if is_denial(text):
        return Doubt(text.strip(), 0, len(text), is_denial=True)
    is_all = not vocabulary.find(text)
    unknown = [place for place in parts(text) if vocabulary.misunderstood(text[slice(*place)])]
    if not unknown:
        return Doubt(text.strip(), 0, len(text)) if is_all else None
    start, end = unknown[0]
    return Doubt(text[start:end], start, end, is_all)


def is_clear(belief: Belief, vocabulary: Vocabulary) -> bool:
    """Whether a picture alone says what to look for.

    Known words are likelier than none of them, and there are few of them: of a violin and a cello
    something can be asked, of a little bit of everything it can't.
    """
    known = [confidence for name, confidence in belief.words if name in vocabulary.names]
    return sum(known) >= SURE_FROM and max(known) >= _LEAST_CLEAR


def guesses(
    belief: Belief, vocabulary: Vocabulary, n: int = 5, least: float = 0.02
) -> tuple[tuple[str, float], ...]:
    """Return up to `n` words as people write them, with confidences of `least` and more."""
    known = [(name, sure) for name, sure in belief.words if name in vocabulary.names]
    return tuple(
        (vocabulary.word(name).title.lower(), sure) for name, sure in known[:n] if sure >= least
    )
