"""Which separation engines there are, as data: looking one up loads no network and no torch."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from core.domain.engines import EngineInfo
from core.errors import ModelError
from core.separation.gentle_import import import_gently
from core.separation.protocol import Separator
from core.separation.spectral_info import SPECTRAL_INFO


@dataclass(frozen=True, slots=True)
class _Entry:
    """An engine and the function that makes one, as "module:function", called with a device."""

    info: EngineInfo
    builder: str


_ENTRIES: tuple[_Entry, ...] = (_Entry(SPECTRAL_INFO, "core.separation.spectral:build"),)


def engines() -> tuple[EngineInfo, ...]:
    """Return every engine there is, best default first."""
    return tuple(entry.info for entry in _ENTRIES)


def info(name: str) -> EngineInfo:
    """Return what is known of engine `name`.

    Raises:
        ModelError: there is no such engine; the advice names the closest.
    """
    return _entry(name).info


def build(name: str, device: str = "auto") -> Separator:
    """Return engine `name`, ready to run on `device` ("auto", "cpu", "cuda", "mps").

    This is where torch gets loaded, so never call it on the thread of the window.

    Raises:
        ModelError: there is no such engine or no such device, or its weights do not load.
    """
    module_name, function_name = _entry(name).builder.split(":")
    function = getattr(import_gently(module_name), function_name)
    return cast(Callable[[str], Separator], function)(device)


def _entry(name: str) -> _Entry:
    for entry in _ENTRIES:
        if entry.info.name == name:
            return entry
    names = [entry.info.name for entry in _ENTRIES]
    close = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.4) or names
    raise ModelError(
        f"there is no engine called {name!r}; there are {', '.join(names)}",
        advice=f"Did you mean {' or '.join(f'“{one}”' for one in close)}?",
    )
