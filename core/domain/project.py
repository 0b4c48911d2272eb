"""The project as one immutable value. Samples and masks live on disk, never in here.

Every edit in `core.domain.edits` returns a new project, so undo is "put the old one back".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.engines import SettingValue
from core.domain.prompts import PromptSet


@dataclass(frozen=True, slots=True)
class StemResult:
    """A finished separation: where its target lies on disk and what made it.

    The residual is not stored: it is mix − target, sample for sample.
    """

    target_path: Path
    """float32 WAV, same rate, channels, length and start as the mix."""
    prompts: PromptSet
    engine: str
    seed: int
    settings: Mapping[str, SettingValue]
    n_samples: int
    sample_rate_hz: int
    n_channels: int
    report: Mapping[str, SettingValue] = field(default_factory=dict)
    """What the engine wants to be remembered: band modelled, device, seconds spent."""


@dataclass(frozen=True, slots=True)
class Stem:
    """A named target: what was asked for, by which engine, and the newest result."""

    stem_id: str
    name: str
    colour: int
    """Index into the colour-blind-safe palette of the window."""
    prompts: PromptSet = field(default_factory=PromptSet)
    engine: str = "spectral"
    seed: int = 0
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    result: StemResult | None = None
    gain_db: float = 0.0
    is_muted: bool = False
    is_soloed: bool = False

    @property
    def is_stale(self) -> bool:
        """True where the result was made from other prompts, engine, seed or settings."""
        made = self.result
        return made is not None and (
            made.prompts != self.prompts
            or made.engine != self.engine
            or made.seed != self.seed
            or dict(made.settings) != dict(self.settings)
        )


@dataclass(frozen=True, slots=True)
class Project:
    """What is on the desk: one clip, the chosen sound track, and the stems."""

    media_path: Path | None = None
    audio_stream: int | None = None
    """Stream index of the chosen track; None for the first."""
    stems: tuple[Stem, ...] = ()
    selected_stem_id: str | None = None
    loop_start_s: float | None = None
    loop_end_s: float | None = None

    def stem(self, stem_id: str) -> Stem:
        """Return the stem, or raise `KeyError`."""
        for stem in self.stems:
            if stem.stem_id == stem_id:
                return stem
        raise KeyError(stem_id)

    @property
    def selected_stem(self) -> Stem | None:
        return next((stem for stem in self.stems if stem.stem_id == self.selected_stem_id), None)
