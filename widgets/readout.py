"""Sentences about a place or a stretch of the timeline, for the person."""

from core.domain.prompts import SpanPrompt
from core.units import format_frequency, format_time


def describe_pointer(
    time_s: float, frequency_hz: float | None = None, level_db: float | None = None
) -> str:
    """Return time, frequency and level under the pointer, as far as they are known."""
    parts = [format_time(time_s)]
    if frequency_hz is not None:
        parts.append(format_frequency(frequency_hz))
    if level_db is not None:
        parts.append(format_db(level_db))
    return "   ".join(parts)


def describe_span(prompt: SpanPrompt) -> str:
    """Return sign, both ends and length of a span."""
    span = prompt.span
    sign = "+" if prompt.is_positive else "−"
    return (
        f"{sign}  {format_time(span.start_s)} – {format_time(span.end_s)}   ({span.length_s:.3f} s)"
    )


def format_db(level_db: float, decimals: int = 0) -> str:
    """Return a level with a true minus sign; −0 is 0."""
    text = f"{level_db:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", "−") + " dB"
