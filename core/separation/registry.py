"""Which separation engines there are, as data: looking one up loads no network and no torch."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from core.domain.engines import EngineInfo
from core.errors import ModelError
from core.separation.davis_files import davis_needs
from core.separation.davis_info import DAVIS_FLOW_INFO, DAVIS_INFO
from core.separation.gentle_import import import_gently
from core.separation.mini_info import MINI_INFO
from core.separation.mmaudiosep_files import mmaudiosep_needs
from core.separation.mmaudiosep_info import MMAUDIOSEP_INFOS
from core.separation.protocol import Separator
from core.separation.sam_audio_info import SAM_AUDIO_INFOS
from core.separation.spectral_info import SPECTRAL_INFO
from core.separation.zerosep_files import zerosep_needs
from core.separation.zerosep_info import ZEROSEP_BUILDERS, ZEROSEP_INFOS
from core.store import needs


@dataclass(frozen=True, slots=True)
class _Entry:
    """An engine and the function that makes one, as "module:function", called with a device."""

    info: EngineInfo
    builder: str
    missing: Callable[[str], Mapping[str, str]] | None = None
    """Looks what is still to be installed for the engine of a name; None for those that ship."""

    @property
    def now(self) -> EngineInfo:
        """The info with what is missing at this moment; the very same where nothing is."""
        needs = self.missing(self.info.name) if self.missing is not None else {}
        return replace(self.info, needs=needs) if needs else self.info


_ENTRIES: tuple[_Entry, ...] = (
    _Entry(MINI_INFO, "core.separation.mini:build"),
    _Entry(SPECTRAL_INFO, "core.separation.spectral:build"),
    *(
        _Entry(one, f"core.separation.sam_audio:build_{size}", needs)
        for one, size in zip(SAM_AUDIO_INFOS, ("small", "base", "large"), strict=True)
    ),
    _Entry(DAVIS_FLOW_INFO, "core.separation.davis:build_davis_flow", davis_needs),
    _Entry(DAVIS_INFO, "core.separation.davis:build_davis", davis_needs),
    *(_Entry(info, ZEROSEP_BUILDERS[info.name], zerosep_needs) for info in ZEROSEP_INFOS),
    *(
        _Entry(one, f"core.separation.mmaudiosep:build_{size}", mmaudiosep_needs)
        for one, size in zip(MMAUDIOSEP_INFOS, ("small", "medium", "large"), strict=True)
    ),
)


def engines() -> tuple[EngineInfo, ...]:
    """Return every engine there is, best default first."""
    return tuple(entry.now for entry in _ENTRIES)


def info(name: str) -> EngineInfo:
    """Return what is known of engine `name`.

    Raises:
        ModelError: there is no such engine; the advice names the closest.
    """
    return _entry(name).now


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
