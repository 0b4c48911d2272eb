"""Completes the word at the cursor, one of several: "a dog and vio" offers "violin"."""

import re
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QListView

MOST_OFFERED = 12

_BREAK = re.compile(r"[,;/+&|.!?()]\s*|\b(?:and|with|plus|then|while|or)\s+", re.IGNORECASE)
_SMALL = re.compile(r"(?:(?:a|an|the|some|my|two|three)\s+)+", re.IGNORECASE)


class Cut(NamedTuple):
    """A text around the word that the cursor is in."""

    before: str
    word: str
    after: str


def cut(text: str, cursor: int) -> Cut:
    """Return the word that ends at the cursor, without "a" or "the", and what is around it."""
    start = max((found.end() for found in _BREAK.finditer(text[:cursor])), default=0)
    start += len(text[start:cursor]) - len(text[start:cursor].lstrip())
    small = _SMALL.match(text, start, cursor)
    start = small.end() if small is not None else start
    following = _BREAK.search(text, cursor)
    end = following.start() if following is not None else len(text)
    rest = text[cursor:end]
    # The rest of a word that the cursor is in the middle of is completed away, the room is not.
    end = cursor + len(rest.rstrip()) if rest.strip() else cursor
    return Cut(text[:start], text[start:cursor], text[end:])


def offers(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known words that hold `word`, those that begin with it first."""
    wanted = " ".join(word.casefold().split())
    if not wanted:
        return ()
    held = [one for one in known if wanted in one.casefold()]
    return tuple(sorted(held, key=lambda one: _rank(wanted, one.casefold()))[:MOST_OFFERED])


def _rank(wanted: str, one: str) -> tuple[int, int]:
    place = 0 if one.startswith(wanted) else 1 if f" {wanted}" in one else 2
    return place, len(one) if place == 0 else 0


class WordCompleter(QCompleter):
    """Offers known words; what stands around the completed one stays."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: tuple[str, ...] = ()
        self._cut = Cut("", "", "")
        self._model = QStringListModel(self)
        self.setModel(self._model)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self._list = QListView()
        self._list.setObjectName("popup")
        self.setPopup(self._list)

    @property
    def is_open(self) -> bool:
        return self._list.isVisible()

    def close(self) -> None:
        self._list.hide()

    def set_words(self, known: tuple[str, ...]) -> None:
        # Qt takes a model that changes under an open list for a choice that was given up.
        if known != self._known:
            self._known = known
            self._model.setStringList([])

    def offers(self, text: str, cursor: int) -> tuple[str, ...]:
        """Return what the word at the cursor may become."""
        word = cut(text, cursor).word
        found = offers(word, self._known)
        # Nothing is left to complete where the word is there and is no part of another.
        return () if found == (word.casefold(),) else found

    def prepare(self, text: str, cursor: int) -> None:
        """Have ready what to offer for a text, before Qt asks."""
        self._cut = cut(text, cursor)
        self._model.setStringList(list(self.offers(text, cursor)))

    def splitPath(self, path: str) -> list[str]:  # noqa: N802 - called by Qt
        """Let Qt compare the word at the cursor rather than the whole text."""
        del path
        return [" ".join(self._cut.word.split())]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:  # noqa: N802
        """Return the whole text with the chosen word in its place; called by Qt."""
        return f"{self._cut.before}{index.data()}{self._cut.after}"
