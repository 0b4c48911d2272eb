"""From what a person typed to the caption a detector reads: small letters, a full stop each.

GroundingDINO was taught with captions such as "a dog. a piano." and takes each full stop for the
end of one thing (arXiv 2303.05499 section 3.4, sub-sentence level text features).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import PromptError

_SEPARATORS = re.compile(r"[.,;:!?/|\n]+")
_WORD = re.compile(r"[^\W_]")
_NOT_LETTERS = re.compile(r"[^\w\s'’-]+")


@dataclass(frozen=True, slots=True)
class Caption:
    """The text for the network, and where in it each phrase stands, in characters."""

    text: str
    phrases: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def phrases_of(words: str) -> tuple[str, ...]:
    """Return the things that words name: "A dog, the Piano!" are "a dog" and "the piano".

    Raises:
        PromptError: there are no words.
    """
    parts = (_NOT_LETTERS.sub(" ", part) for part in _SEPARATORS.split(words.lower()))
    phrases = [" ".join(part.split()) for part in parts]
    named = tuple(dict.fromkeys(phrase for phrase in phrases if _WORD.search(phrase)))
    if not named:
        raise PromptError(
            f"{words!r} names nothing to look for",
            advice="Type what to look for in the picture, such as “dog” or “dog, piano”.",
        )
    return named


def caption_of(phrases: Sequence[str]) -> Caption:
    """Return the caption for some phrases.

    Raises:
        PromptError: there is none.
    """
    named = phrases_of(", ".join(phrases))
    text, spans = "", []
    for phrase in named:
        text += " " if text else ""
        spans.append((len(text), len(text) + len(phrase)))
        text += f"{phrase}."
    return Caption(text, named, tuple(spans))
