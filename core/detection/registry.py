"""The detectors there are, by name. Looking one up loads nothing; building one loads its own."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import cast

from core.detection.grounding_info import BASE, MM_TINY, TINY
from core.detection.protocol import Detector, DetectorInfo
from core.domain.closest import closest
from core.errors import ModelError
from core.store import needs

Load = Callable[[str], ModuleType]
"""Imports a module by its name; one that knows how to go easy on other threads may be given."""

_ADAPTER = "core.detection.grounding_dino"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A detector and the function that makes one, as module and name, called with a device."""

    info: DetectorInfo
    function: str

    @property
    def now(self) -> DetectorInfo:
        """The info with what is missing at this moment; the very same where nothing is."""
        missing = needs(self.info.name)
        return replace(self.info, needs=missing) if missing else self.info


_ENTRIES = (
    _Entry(MM_TINY, "build_mm_tiny"),
    _Entry(BASE, "build_base"),
    _Entry(TINY, "build_tiny"),
)

_FIRST_TO_GET = TINY.name
"""What a person is told to install: the smallest, and the one that most is known of."""


def detectors() -> tuple[DetectorInfo, ...]:
    """Return all detectors, the best default first."""
    return tuple(entry.now for entry in _ENTRIES)


def default() -> DetectorInfo:
    """Return the best installed detector, or the one to install where there is none."""
    ready = (info for info in detectors() if not info.needs)
    return next(ready, None) or info(_FIRST_TO_GET)


def info(name: str) -> DetectorInfo:
    """Return what is known of detector `name`.

    Raises:
        ModelError: there is none of that name; the advice names the closest.
    """
    return _entry(name).now


def build(name: str, device: str = "auto", load: Load = importlib.import_module) -> Detector:
    """Return detector `name`, ready to run on `device` ("auto", "cpu", "cuda", "mps").

    This is where torch gets loaded, so never call it on the thread of the window.

    Raises:
        ModelError: there is none of that name or no such device, or its weights do not load.
    """
    entry = _entry(name)
    if missing := entry.now.needs:
        listed = "; ".join(f"{what}: {how}" for what, how in missing.items())
        raise ModelError(
            f"{entry.info.title} is not installed",
            advice=f"{entry.info.title} finds words in the picture, and is not installed. "
            f"Needs {listed}.",
        )
    make = getattr(load(_ADAPTER), entry.function)
    return cast(Callable[[str], Detector], make)(device)


def _entry(name: str) -> _Entry:
    for entry in _ENTRIES:
        if entry.info.name == name:
            return entry
    known = [entry.info.name for entry in _ENTRIES]
    raise ModelError(
        f"no detector is called {name!r}; known: {', '.join(known)}",
        advice=f"Choose another detector: {closest(name, known)}.",
    )
