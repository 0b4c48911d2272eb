"""Names that may have been meant by one that is not known."""

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known names most like `name`, at most three, as “a or b”; all if none is."""
    names = list(known)
    return " or ".join(difflib.get_close_matches(name, names, n=3, cutoff=0.3) or names)
