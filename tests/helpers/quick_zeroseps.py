"""ZeroSep engines as they are registered, but for fewer steps: contracts hold for any number."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.domain.engines import EngineSetting
from core.separation.protocol import Separator

SAME_CODE = (
    "zerosep-audioldm2-large",
    "zerosep-audioldm2-music",
    "zerosep-audioldm-l",
    "zerosep-tango-full",
    "zerosep-tango-music",
)
"""Engines that differ from others in their weights alone."""

_QUICK: dict[str, float] = {"steps": 10, "start": 0.1}
"""One step into the noise, and one back."""


def _quick(setting: EngineSetting) -> EngineSetting:
    return replace(setting, default=_QUICK.get(setting.name, setting.default))


def _built(name: str) -> Separator:
    from core.separation.zerosep import build  # takes diffusers along

    engine = build(name, "cpu")
    info = replace(engine.info, settings=tuple(_quick(one) for one in engine.info.settings))
    return replace(engine, info=info)


QUICK_ZEROSEPS: dict[str, Callable[[], Separator]] = {
    name: partial(_built, name)
    for name in (
        "zerosep-audioldm-s",
        "zerosep-audioldm2",
        "zerosep-tango",
        "zerosep-stable-audio",
    )
}
