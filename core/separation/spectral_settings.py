"""The knobs of the spectral engine as one checked value, and how settings are checked at all."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.engines import EngineInfo, EngineSetting, SettingValue
from core.errors import PromptError
from core.separation.spectral_info import SPECTRAL_INFO


@dataclass(frozen=True, slots=True)
class SpectralSettings:
    """See `SPECTRAL_INFO` for what each one means."""

    divergence: str
    target_parts: int
    background_parts: int
    passes: int
    sharpness: float
    unmarked: str

    @classmethod
    def read(cls, given: Mapping[str, SettingValue]) -> "SpectralSettings":
        values = checked_settings(SPECTRAL_INFO, given)
        return cls(
            divergence=str(values["divergence"]),
            target_parts=int(values["target_parts"]),
            background_parts=int(values["background_parts"]),
            passes=int(values["passes"]),
            sharpness=float(values["sharpness"]),
            unmarked=str(values["unmarked"]),
        )


def checked_settings(
    info: EngineInfo, given: Mapping[str, SettingValue]
) -> dict[str, SettingValue]:
    """Return all settings of an engine, `given` ones in place of defaults.

    Raises:
        PromptError: a setting is unknown, of the wrong kind, or outside its limits.
    """
    known = {setting.name: setting for setting in info.settings}
    for name in given:
        if name not in known:
            raise PromptError(
                f"engine {info.name} has no setting {name!r}",
                advice=f"“{info.title}” has the settings {', '.join(known)}.",
            )
    return {name: _checked(one, given.get(name, one.default)) for name, one in known.items()}


def _checked(setting: EngineSetting, value: SettingValue) -> SettingValue:
    is_fine, limits = _fits(setting, value)
    if not is_fine:
        raise PromptError(
            f"setting {setting.name} is {value!r}", advice=f"“{setting.name}” must be {limits}."
        )
    return value


def _fits(setting: EngineSetting, value: SettingValue) -> tuple[bool, str]:
    """Return whether `value` may stand in `setting`, and what may."""
    if setting.choices:
        return value in setting.choices, " or ".join(setting.choices)
    if isinstance(setting.default, bool | str):
        return isinstance(value, type(setting.default)), "of its own kind"
    low = setting.minimum if setting.minimum is not None else -math.inf
    high = setting.maximum if setting.maximum is not None else math.inf
    limits = f"a number between {low:g} and {high:g}"
    if isinstance(value, bool | str) or not low <= value <= high:
        return False, limits
    is_whole = isinstance(setting.default, int)
    return not is_whole or float(value).is_integer(), limits
