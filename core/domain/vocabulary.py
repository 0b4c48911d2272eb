"""The words an engine knows by name, and which of them a typed text means.

A text is understood or it is not: "dogs barking" is the dog, "guitar" both guitars, "carpet"
nothing at all. What is not understood can be answered with the nearest words that are.

A word is meant by its synonyms, wherever they stand. Its hints mean it only where a clause says
nothing surer: in "a man with a guitar", "man" is a voice; in "a man playing the guitar" it isn't.
Phrases that are known, but are no word's, keep what is inside them from being taken for one: a
"fire alarm" isn't a fire.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.domain.wording import Tokens, clauses, is_denial, tokens
from core.errors import ModelError

_TYPO, _ALIKE = 0.8, 0.6
"""Of 1: how alike letters must be for a slip of the finger, and to be named at all."""


@dataclass(frozen=True, slots=True)
class Word:
    """One sound an engine knows, and how people say it."""

    name: str
    """Of the class, as in folders of recordings: "big_cat"."""
    title: str
    """For people: "Big cat"."""
    synonyms: tuple[str, ...]
    """Mean this word, perhaps others too: "guitar" stands in both guitars."""
    hints: tuple[str, ...] = ()
    """Mean it only where nothing surer is said."""


@dataclass(frozen=True, slots=True)
class Related:
    """Phrases that mean no word, and the names of those nearest to them in meaning."""

    phrases: tuple[str, ...]
    nearest: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All words of an engine, in the order its network has them."""

    words: tuple[Word, ...]
    related: tuple[Related, ...] = ()

    def find(self, text: str) -> tuple[Word, ...]:
        """Return the words that `text` means, as they are said; none where it isn't understood.

        A text that says what is *not* wanted isn't understood.
        """
        return tuple(dict.fromkeys(word for group in self.meanings(text) for word in group))

    def meanings(self, text: str) -> tuple[tuple[Word, ...], ...]:
        """Return for each thing that `text` names the words it may mean, any of them.

        "guitar and piano" names two things, the first of which is either of two words.
        """
        if is_denial(text):
            return ()
        found = (group for clause in clauses(text) for group in self._meant(*clause))
        return tuple(dict.fromkeys(found))

    def misunderstood(self, text: str) -> tuple[str, ...]:
        """Return the clauses of `text` in which no word was found, as plain words."""
        return tuple(
            " ".join(named + setting)
            for named, setting in clauses(text)
            if not self._meant(named, setting)
        )

    def nearest(self, text: str, n: int = 3) -> tuple[Word, ...]:
        """Return up to `n` words that might have been meant, best first.

        Slips of the finger come first, then what is near in meaning. Only where there is neither
        what is spelt a little alike. There may be none.
        """
        said = [named + setting for named, setting in clauses(text)]
        alike = sorted(self._alike(said), key=lambda pair: -pair[0])
        slips = [word for ratio, word in alike if ratio >= _TYPO]
        order = [*slips, *self._near(said)] or [word for _, word in alike]
        return tuple(dict.fromkeys(order))[:n]

    @cached_property
    def completions(self) -> tuple[str, ...]:
        """What may be offered while a person types: all titles and synonyms, from a to z."""
        said = {word.title.lower() for word in self.words}
        return tuple(sorted(said.union(*(word.synonyms for word in self.words))))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(word.name for word in self.words)

    def place(self, name: str) -> int:
        """Return where the word `name` stands.

        Raises:
            ValueError: there is no such word.
        """
        return self.names.index(name)

    def word(self, name: str) -> Word:
        """Return the word `name`; `ValueError` where there is none."""
        return self.words[self.place(name)]

    def _meant(self, named: Tokens, setting: Tokens) -> list[tuple[Word, ...]]:
        """Return what a clause means: what it names, and only failing that its setting."""
        return self._heard_in(named) or self._heard_in(setting)

    def _heard_in(self, said: Tokens) -> list[tuple[Word, ...]]:
        """Return the words meant by tokens: the sure ones, else the hints, unless in doubt."""
        sure: list[tuple[Word, ...]] = []
        deeds: list[tuple[Word, ...]] = []
        hinted: list[tuple[Word, ...]] = []
        has_stranger = False
        for phrase in self._phrases(said):
            if phrase in self._by_synonym:
                is_deed = len(phrase) == 1 and phrase[0].endswith("ing")
                (deeds if is_deed else sure).append(self._by_synonym[phrase])
            elif phrase in self._by_relation:
                has_stranger = True
            else:
                hinted.append(self._by_hint[phrase])
        if has_stranger:
            return sure  # a whale that sings isn't a singing voice
        return [*sure, *deeds] or hinted

    def _phrases(self, said: Tokens) -> Iterable[Tokens]:
        """Yield the known phrases in `said` from left to right, the longest first."""
        start = 0
        while start < len(said):
            longest = min(self._longest, len(said) - start)
            ends = range(start + longest, start, -1)
            stop = next((end for end in ends if said[start:end] in self._known), None)
            if stop is not None:
                yield said[start:stop]
            start = stop or start + 1

    def _near(self, said: Iterable[Tokens]) -> Iterable[Word]:
        """Yield what is near in meaning to the known phrases."""
        phrases = [phrase for one in said for phrase in self._phrases(one)]
        for phrase in phrases:
            yield from map(self.word, self._by_relation.get(phrase, ()))
        for table in (self._by_synonym, self._by_hint):
            for phrase in phrases:
                yield from table.get(phrase, ())

    def _alike(self, said: Iterable[Tokens]) -> Iterable[tuple[float, Word]]:
        """Yield how alike the letters of unknown tokens are to synonyms, 0 to 1."""
        for one in said:
            known = {token for phrase in self._phrases(one) for token in phrase}
            for spelt in dict.fromkeys(token for token in one if token not in known):
                for phrase, words in self._by_synonym.items():
                    ratio = _likeness(spelt, " ".join(phrase))
                    if ratio >= _ALIKE:
                        yield from ((ratio, word) for word in words)

    @cached_property
    def _by_synonym(self) -> Mapping[Tokens, tuple[Word, ...]]:
        return _index((text, word) for word in self.words for text in (word.title, *word.synonyms))

    @cached_property
    def _by_hint(self) -> Mapping[Tokens, tuple[Word, ...]]:
        return _index((text, word) for word in self.words for text in word.hints)

    @cached_property
    def _by_relation(self) -> Mapping[Tokens, tuple[str, ...]]:
        return {tokens(text): one.nearest for one in self.related for text in one.phrases}

    @cached_property
    def _known(self) -> frozenset[Tokens]:
        return frozenset(self._by_synonym) | frozenset(self._by_hint) | frozenset(self._by_relation)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._known), default=0)


def said_as(name: str, vocabulary: Vocabulary | None) -> str:
    """Return a known sound's name as a person says it; without a vocabulary as good as it goes."""
    if vocabulary is None:
        return spoken(name)
    return vocabulary.word(name).title.lower()


def spoken(name: str) -> str:
    """Return the name of a class as a person would type it: `electric guitar`."""
    return name.replace("_", " ").strip()


def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary in a JSON file.

    Raises:
        ModelError: it can't be read, or is damaged.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        words = tuple(
            Word(one["name"], one["title"], tuple(one["synonyms"]), tuple(one["hints"]))
            for one in held["words"]
        )
        related = tuple(
            Related(tuple(one["phrases"]), tuple(one["words"])) for one in held["related"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the vocabulary {path} can't be read: {error}",
            advice="Install Soloist again: a file that comes with it is missing or damaged.",
        ) from error
    return Vocabulary(words, related)


def _index(said: Iterable[tuple[str, Word]]) -> dict[Tokens, tuple[Word, ...]]:
    found: dict[Tokens, dict[Word, None]] = {}
    for text, word in said:
        found.setdefault(tokens(text), {})[word] = None
    return {phrase: tuple(words) for phrase, words in found.items()}


def _likeness(one: str, other: str) -> float:
    # Longer words differ by more letters: the quick bound saves nearly all the work.
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()
