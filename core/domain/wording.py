"""What people type, made comparable: case, accents, plurals and small words no longer matter.

A text falls into clauses ("a dog, and two cats" has two) and each clause into tokens.
"""

import re
import unicodedata

Tokens = tuple[str, ...]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL = _set(
    "a an the some any my your his her its their this that these those of is are was were be being "
    "very one two three many several few s t please just only sound sounds hear"
)
"""Say nothing of what sounds."""

_JOINTS = _set("and with plus then while or")

_SETTINGS = _set(
    "in on at near by from during behind beside over under inside outside through around before "
    "after against to for into like beneath above next"
)
"""After these stands where it happens, seldom what is meant."""

_DENIALS = _set("no not without except minus but never dont doesnt isnt")

_ODD_PLURALS = {
    "children": "child",
    "calves": "calf",
    "feet": "foot",
    "geese": "goose",
    "hooves": "hoof",
    "men": "man",
    "mice": "mouse",
    "oxen": "ox",
    "wolves": "wolf",
    "women": "woman",
    "leaves": "leaf",
    "knives": "knife",
}


def is_denial(text: str) -> bool:
    """Whether `text` says what is not wanted: "everything but the dog"."""
    return any(token in _DENIALS for clause in _split(text) for token in clause)


def clauses(text: str) -> tuple[tuple[Tokens, Tokens], ...]:
    """Return for each clause what is named and the setting it is named in, small words left out."""
    found: list[tuple[Tokens, Tokens]] = []
    for words in _split(text):
        clause: list[str] = []
        for word in [*words, "and"]:
            if word not in _JOINTS:
                clause.append(word)
            elif clause:
                found.append(_cut(clause))
                clause = []
    return tuple(one for one in found if one[0] or one[1])


def tokens(text: str) -> Tokens:
    """Return the words of a phrase in the singular, small ones left out."""
    return tuple(singular(word) for clause in _split(text) for word in clause if word not in _SMALL)


def singular(word: str) -> str:
    """Return an English noun in the singular; what isn't one is treated alike on both sides."""
    if word in _ODD_PLURALS:
        return _ODD_PLURALS[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _cut(clause: list[str]) -> tuple[Tokens, Tokens]:
    place = next((at for at, word in enumerate(clause) if word in _SETTINGS), len(clause))
    named = tokens(" ".join(clause[:place]))
    setting = tokens(" ".join(word for word in clause[place:] if word not in _SETTINGS))
    return named, setting


def _split(text: str) -> list[list[str]]:
    """Return the words between signs that end a clause, in plain small letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # "dog's" is about a dog, "don't" is a denial.
    plain = re.sub(r"['’](s|)\b", "", plain).replace("'", "").replace("’", "")
    parts = re.split(r"[,;/+&|.!?()]", plain)
    return [re.findall(r"[^\W_]+", part) for part in parts]
