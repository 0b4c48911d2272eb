"""What the prompt bar says: counts of prompts, and why something cannot be asked."""

from core.domain.engines import EngineInfo
from core.domain.project import Stem
from core.domain.prompts import PromptKind, PromptSet

INVITATION = "or click an object, or drag a span"
SEPARATE_TIP = "Preview around the playhead, then the whole clip (Ctrl+Enter)"

_PLURALS = {
    PromptKind.TEXT: "words",
    PromptKind.REGION: "regions",
    PromptKind.SPAN: "spans",
    PromptKind.SPECTRAL: "painted areas",
}


def words_of(stem: Stem | None) -> str:
    return ", ".join(prompt.text for prompt in stem.prompts.texts) if stem else ""


def summary(kind: PromptKind, prompts: PromptSet) -> tuple[str, str]:
    """Return the few words on a chip, and the sentence in its tooltip."""
    if kind is PromptKind.TEXT:
        words = ", ".join(prompt.text for prompt in prompts.texts)
        return f"“{words}”", "The words for this sound"
    if kind is PromptKind.REGION:
        return _region(prompts)
    if kind is PromptKind.SPAN:
        n_plus, n_minus = len(prompts.positive_spans), len(prompts.negative_spans)
        counts = [f"+{n_plus}"] * bool(n_plus) + [f"−{n_minus}"] * bool(n_minus)
        tip = f"Heard during {counted(n_plus, 'span')}, silent during {n_minus}"
        return f"Spans {' '.join(counts)}", tip
    n_areas = len(prompts.spectral)
    return f"Painted {n_areas}", f"{counted(n_areas, 'area')} of the spectrogram painted"


def _region(prompts: PromptSet) -> tuple[str, str]:
    n_clicks = sum(len(region.clicks) for region in prompts.regions)
    n_boxes = sum(len(region.boxes) for region in prompts.regions)
    n_frames = len({pts for region in prompts.regions for pts in region.anchor_pts})
    marks = [counted(n_clicks, "click")] * bool(n_clicks) + [
        counted(n_boxes, "box", "boxes")
    ] * bool(n_boxes)
    n_regions = len(prompts.regions)
    text = "Region" if n_regions == 1 else f"Regions {n_regions}"
    return text, f"{' and '.join(marks)} on {counted(n_frames, 'frame')}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return `1 click`, `2 clicks`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def not_understood(kind: PromptKind, engine: EngineInfo) -> str:
    return (
        f"“{engine.title}” does not understand {_PLURALS[kind]}. "
        "Remove them, or choose another engine."
    )


def why_no_words(stem: Stem | None, engine: EngineInfo | None) -> str:
    """Return why words cannot be typed, empty if they can."""
    if stem is None:
        return "Open a clip to describe a sound"
    if engine is not None and PromptKind.TEXT not in engine.understands:
        return f"“{engine.title}” does not read words: point at the sound or mark when it sounds"
    return ""


def why_not(stem: Stem | None, engine: EngineInfo | None) -> str:
    """Return why this stem cannot be separated, empty if it can."""
    if stem is None:
        return "Open a clip first"
    if engine is None:
        return "Choose an engine first"
    if stem.prompts.is_empty:
        return "Click an object or drag a span first"
    unknown = sorted(stem.prompts.kinds - engine.understands)
    return not_understood(unknown[0], engine) if unknown else ""
