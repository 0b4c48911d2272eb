"""Reads the options of `main.py eval`: ways of asking, settings to try, the file of figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.cli.engine_choice import read_settings
from core.domain.engines import EngineInfo, SettingValue
from core.errors import ExportError, PromptError
from core.evaluation.asking import EVERY_WAY, Way

Tried = Mapping[str, tuple[SettingValue, ...]]


def read_ways(text: str | None) -> tuple[Way, ...]:
    """Return the ways in a text like `text,span,all`, each once; every way without a text.

    Raises:
        PromptError: there is no such way, or none is named.
    """
    if text is None:
        return EVERY_WAY
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {way.value: way for way in Way}
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise PromptError(
            f"a target cannot be asked for by {', '.join(wrong) or 'nothing'}",
            advice=f"Give some of {', '.join(known)}, with commas between.",
        )
    return tuple(dict.fromkeys(known[name] for name in names))


def read_tried(
    engine: EngineInfo, texts: Sequence[str], *, is_ablation: bool = False
) -> tuple[dict[str, SettingValue], Tried]:
    """Return the settings that stay, and those to be tried with all values, of an engine.

    Args:
        engine: whose settings they are.
        texts: `passes=80` stays, `passes=20,40,80` is tried.
        is_ablation: every switch and choice that `texts` do not speak of is tried with all values.

    Raises:
        ModelError: an unknown setting, or a value that it cannot take.
    """
    fixed = [text for text in texts if "," not in text]
    tried: dict[str, tuple[SettingValue, ...]] = {}
    for text in texts:
        name, _, values = text.partition("=")
        if "," in values:
            given = [f"{name}={value.strip()}" for value in values.split(",")]
            tried[name] = tuple(read_settings(engine, [one])[name] for one in given)
    usual = read_settings(engine, fixed)
    if is_ablation:
        named = {text.partition("=")[0] for text in texts}
        tried |= {name: values for name, values in _switches(engine).items() if name not in named}
    return usual, tried


def refuse_existing(path: Path | None, *, may_overwrite: bool) -> None:
    """Raise `ExportError` where the figures could not be written: before a run, not after it."""
    if path is not None and path.exists() and not may_overwrite:
        raise ExportError(
            f"{path} exists already", advice="Choose another name, or add --overwrite."
        )


def _switches(engine: EngineInfo) -> Tried:
    return {
        one.name: one.choices or (True, False)
        for one in engine.settings
        if one.choices or isinstance(one.default, bool)
    }
