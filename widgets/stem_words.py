"""A stem in a few words and one sign: what was asked for, and how far it is."""

from dataclasses import dataclass

from core.domain.project import Stem
from core.domain.prompts import PromptSet


@dataclass(frozen=True, slots=True)
class StemState:
    """An icon name, the theme colour it takes, and the sentence that explains it."""

    icon: str
    tint: str
    sentence: str


_EMPTY = StemState("question", "muted", "Nothing asked for yet. Click, type or drag a span.")
_READY = StemState("separate", "muted", "Ready to separate.")
_RUNNING = StemState("clock", "info", "Being separated…")
_DONE = StemState("good", "good", "Separated.")
_STALE = StemState("stale", "warning", "Prompts or engine changed since. Separate again.")


def state_of(stem: Stem, *, is_running: bool) -> StemState:
    if is_running:
        return _RUNNING
    if stem.result is not None:
        return _STALE if stem.is_stale else _DONE
    return _EMPTY if stem.prompts.is_empty else _READY


def summary_of(prompts: PromptSet) -> str:
    """Return what was asked for: `“dog barking” · object · spans +2 −1 · painted`."""
    parts = [f"“{prompt.text}”" for prompt in prompts.texts]
    if prompts.regions:
        parts.append("object")
    n_here, n_not = len(prompts.positive_spans), len(prompts.negative_spans)
    if n_here and n_not:
        # As short as on the chip of the prompt bar: the row has little room.
        parts.append(f"spans +{n_here} −{n_not}")
    elif n_here:
        parts.append(f"{n_here} span" + ("s" if n_here > 1 else ""))
    elif n_not:
        parts.append(f"{n_not} not here")
    if prompts.spectral:
        parts.append("painted")
    return " · ".join(parts) or "No prompts yet"
