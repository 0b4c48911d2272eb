r"""Audacity label tracks: where the sound was marked, to be read beside the exported sound.

The format is Audacity's own: `start TAB end TAB label`, seconds with a decimal point, and for a
label with a frequency range a second line `\ TAB low TAB high` in hertz.
"""

from core.domain.project import Stem
from core.domain.prompts import SpectralPrompt, TimeSpan


def labels_text(stem: Stem, start_s: float) -> str:
    """Return the label track of `stem`.

    Times count from the first sample of the exported sound, which lies at media time `start_s`;
    what lies before it cannot be shown and is left out.
    """
    name = _one_line(stem.name)
    lines: list[tuple[float, str]] = []
    for prompt in stem.prompts.spans:
        label = name if prompt.is_positive else f"not {name}"
        lines += _timed(prompt.span, label, start_s)
    for painted in stem.prompts.spectral:
        label = f"{name} (painted)" if painted.is_positive else f"not {name} (painted)"
        lines += _timed(painted.span, label, start_s, painted)
    return "".join(line for _, line in sorted(lines))


def _timed(
    span: TimeSpan, label: str, start_s: float, painted: SpectralPrompt | None = None
) -> list[tuple[float, str]]:
    first_s, last_s = max(0.0, span.start_s - start_s), span.end_s - start_s
    if last_s <= 0:
        return []
    line = f"{first_s:.6f}\t{last_s:.6f}\t{label}\n"
    if painted is not None:
        line += f"\\\t{painted.low_hz:.6f}\t{painted.high_hz:.6f}\n"
    return [(first_s, line)]


def _one_line(text: str) -> str:
    """Tabs and line ends part the columns, so none may be inside."""
    return " ".join(text.split())
