"""Chooses the engine for what was asked, and reads its settings."""

from collections.abc import Sequence

from core.domain.engines import EngineInfo, EngineSetting, SettingValue
from core.domain.prompts import PromptSet
from core.errors import CoreError, ModelError
from core.separation import registry
from core.separation.protocol import refuse_unknown_prompts


def choose_engine(name: str | None, prompts: PromptSet) -> EngineInfo:
    """Return engine `name`, or without a name the best one that understands all of `prompts`.

    Raises:
        ModelError: there is no such engine.
        PromptError: it, or every engine, does not understand one of the prompts.
    """
    if name is not None:
        chosen = registry.info(name)
    else:
        ready = [engine for engine in registry.engines() if not engine.needs]
        fitting = [engine for engine in ready if prompts.kinds <= engine.understands]
        chosen = (fitting or ready)[0]
    refuse_unknown_prompts(chosen, prompts)
    return chosen


def read_settings(engine: EngineInfo, texts: Sequence[str] | None) -> dict[str, SettingValue]:
    """Return all settings of `engine`: its defaults, changed by texts like `passes=80`.

    Raises:
        ModelError: an unknown setting, or a value that it cannot take.
    """
    settings: dict[str, SettingValue] = {one.name: one.default for one in engine.settings}
    known = {one.name: one for one in engine.settings}
    for text in texts or ():
        name, _, value = text.partition("=")
        if name not in known:
            raise ModelError(
                f"engine {engine.name} has no setting {name!r}",
                advice=f"Its settings are {', '.join(known) or 'none'}; write --set NAME=VALUE.",
            )
        settings[name] = _value(known[name], value)
    return settings


def _value(setting: EngineSetting, text: str) -> SettingValue:
    if setting.choices:
        if text not in setting.choices:
            raise _refusal(setting, text, f"one of {', '.join(setting.choices)}")
        return text
    if isinstance(setting.default, bool):
        if text.lower() not in {"true", "false"}:
            raise _refusal(setting, text, "true or false")
        return text.lower() == "true"
    if isinstance(setting.default, str):
        return text
    return _number(setting, text)


def _number(setting: EngineSetting, text: str) -> SettingValue:
    low = float("-inf") if setting.minimum is None else setting.minimum
    high = float("inf") if setting.maximum is None else setting.maximum
    form = f"a number from {low:g} to {high:g}"
    try:
        value = int(text) if isinstance(setting.default, int) else float(text)
    except ValueError as error:
        raise _refusal(setting, text, form) from error
    if not low <= value <= high:
        raise _refusal(setting, text, form)
    return value


def _refusal(setting: EngineSetting, text: str, form: str) -> CoreError:
    return ModelError(
        f"setting {setting.name} cannot be {text!r}",
        advice=f"Give {form}. {setting.help}",
    )
