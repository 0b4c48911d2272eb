"""The segmenters there are, by name. Looking one up loads nothing; building one loads its own."""

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import cast

from core.errors import ModelError
from core.segmentation.classic_info import CLASSIC
from core.segmentation.protocol import Segmenter, SegmenterInfo
from core.segmentation.sam_info import EDGETAM, SAM2, sam_needs

Load = Callable[[str], ModuleType]
"""Imports a module by its name; one that knows how to go easy on other threads may be given."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A segmenter and the module whose `build` makes one, called with a device."""

    info: SegmenterInfo
    module: str
    missing: Callable[[str], Mapping[str, str]] | None = None
    """Looks what is still to be installed for the segmenter of a name; None for one that ships."""

    @property
    def now(self) -> SegmenterInfo:
        """The info with what is missing at this moment; the very same where nothing is."""
        needs = self.missing(self.info.name) if self.missing is not None else {}
        return replace(self.info, needs=needs) if needs else self.info


_ENTRIES = (
    _Entry(CLASSIC, "core.segmentation.classic"),
    _Entry(SAM2, "core.segmentation.sam2", sam_needs),
    _Entry(EDGETAM, "core.segmentation.edgetam", sam_needs),
)

DEFAULT = CLASSIC.name


def segmenters() -> tuple[SegmenterInfo, ...]:
    """Return all segmenters, the default first."""
    return tuple(entry.now for entry in _ENTRIES)


def info(name: str) -> SegmenterInfo:
    """Return what is known of segmenter `name`.

    Raises:
        ModelError: there is none of that name; the advice names the closest.
    """
    return _entry(name).now


def build(name: str, device: str = "auto", load: Load = importlib.import_module) -> Segmenter:
    """Return segmenter `name`, ready to run on `device` ("auto", "cpu", "cuda", "mps").

    All but the default load torch here, so never call it on the thread of the window.

    Raises:
        ModelError: there is none of that name or no such device, or its weights do not load.
    """
    make = load(_entry(name).module).build
    return cast(Callable[[str], Segmenter], make)(device)


def _entry(name: str) -> _Entry:
    for entry in _ENTRIES:
        if entry.info.name == name:
            return entry
    known = [entry.info.name for entry in _ENTRIES]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or known
    raise ModelError(
        f"no segmenter is called {name!r}; known: {', '.join(known)}",
        advice=f"Choose another way to find objects: {' or '.join(close)}.",
    )
