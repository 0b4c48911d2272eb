"""The segmenters there are, by name. Looking one up loads nothing; building one loads its own."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import ModelError
from core.segmentation.classic_info import CLASSIC
from core.segmentation.protocol import Segmenter, SegmenterInfo


@dataclass(frozen=True, slots=True)
class _Entry:
    info: SegmenterInfo
    build: Callable[[], Segmenter]


def _classic() -> Segmenter:
    from core.segmentation.classic import ClassicSegmenter

    return ClassicSegmenter()


_ENTRIES = (_Entry(CLASSIC, _classic),)


def segmenters() -> tuple[SegmenterInfo, ...]:
    """Return all segmenters, the default first."""
    return tuple(entry.info for entry in _ENTRIES)


def build(name: str) -> Segmenter:
    """Return a new segmenter.

    Raises:
        ModelError: there is none of that name; the advice names the closest.
    """
    for entry in _ENTRIES:
        if entry.info.name == name:
            return entry.build()
    known = [entry.info.name for entry in _ENTRIES]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or known
    raise ModelError(
        f"no segmenter is called {name!r}; known: {', '.join(known)}",
        advice=f"Choose another way to find objects: {' or '.join(close)}.",
    )
