"""What an engine says of itself, as data: the window shows it, the registry checks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.prompts import PromptKind

SettingValue = float | int | str | bool


@dataclass(frozen=True, slots=True)
class EngineSetting:
    """One knob: its default, its limits for numbers or its choices, and one line of help."""

    name: str
    default: SettingValue
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """A separation engine as a person chooses it. Reading this loads nothing."""

    name: str
    title: str
    summary: str
    understands: frozenset[PromptKind]
    sample_rate_hz: int | None
    """The rate the model works at; None where it works at the mix's own."""
    band_hz: tuple[float, float] | None
    """What the model really models; None for the whole band of the mix."""
    licence: str
    is_generative: bool = False
    """True where the engine makes new sound, so that "as generated" is offered beside projected."""
    settings: tuple[EngineSetting, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must be installed first, name to why; empty for engines that ship."""
    vocabulary: tuple[str, ...] = ()
    """What a text prompt may be completed to; empty where the engine takes any words."""
