"""What a person may say about the sound they want: words, regions, time spans, painted spectrum.

Prompts are frozen, hashable and refuse nonsense at birth. A `PromptSet` holds any number of them.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from core.errors import PromptError
from core.units import seconds_to_samples


class PromptKind(StrEnum):
    """The four kinds; engines declare which of them they understand."""

    TEXT = "text"
    REGION = "region"
    SPAN = "span"
    SPECTRAL = "spectral"


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A half-open stretch of media time, `start_s <= t < end_s`, in seconds."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise PromptError(
                f"span {self.start_s} s to {self.end_s} s is not finite",
                advice="Give both ends of the span in seconds.",
            )
        if not 0.0 <= self.start_s < self.end_s:
            raise PromptError(
                f"span {self.start_s:g} s to {self.end_s:g} s is empty or starts before zero",
                advice="Drag the end of the span to the right of its start.",
            )

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s

    def overlaps(self, other: "TimeSpan") -> bool:
        return self.start_s < other.end_s and other.start_s < self.end_s

    def to_samples(self, sample_rate_hz: int, start_s: float = 0.0) -> slice:
        """Return the samples covered, of a sound whose sample 0 lies at media time `start_s`.

        Both ends are rounded by one rule, so spans that touch in seconds touch in samples.
        """
        return slice(
            seconds_to_samples(self.start_s - start_s, sample_rate_hz),
            seconds_to_samples(self.end_s - start_s, sample_rate_hz),
        )


@dataclass(frozen=True, slots=True)
class TextPrompt:
    """Words for the sound: "a dog barking". Never empty, trimmed."""

    text: str

    def __post_init__(self) -> None:
        if not self.text or self.text != self.text.strip():
            raise PromptError(
                f"text prompt {self.text!r} is empty or not trimmed",
                advice="Type a few words for the sound, such as “dog barking”.",
            )


@dataclass(frozen=True, slots=True)
class SpanPrompt:
    """The sound is heard (positive) or is surely not heard (negative) during `span`."""

    span: TimeSpan
    is_positive: bool = True


@dataclass(frozen=True, slots=True)
class Click:
    """A point on the frame `pts`, in frame pixels: on the object (positive) or off it."""

    x_px: float
    y_px: float
    pts: int
    is_positive: bool = True

    def __post_init__(self) -> None:
        if self.x_px < 0 or self.y_px < 0:
            raise PromptError(
                f"click at {self.x_px:g}, {self.y_px:g} lies outside the picture",
                advice="Click inside the picture.",
            )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around the object on the frame `pts`, in frame pixels, x0 < x1 and y0 < y1."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float
    pts: int

    def __post_init__(self) -> None:
        if not (0 <= self.x0_px < self.x1_px and 0 <= self.y0_px < self.y1_px):
            raise PromptError(
                f"box {self.x0_px:g},{self.y0_px:g} to {self.x1_px:g},{self.y1_px:g} is empty "
                "or lies outside the picture",
                advice="Drag the box from its top left to its bottom right corner.",
            )


@dataclass(frozen=True, slots=True)
class RegionPrompt:
    """An object in the picture: clicks and boxes on one or more frames.

    Being frozen and hashable it is itself the key under which its mask track is kept:
    undo brings back the earlier region and with it the earlier track.
    """

    clicks: tuple[Click, ...] = ()
    boxes: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        if not self.boxes and not any(click.is_positive for click in self.clicks):
            raise PromptError(
                "a region needs a box or at least one positive click",
                advice="Click the thing that sounds, or drag a box around it.",
            )

    @property
    def anchor_pts(self) -> tuple[int, ...]:
        """The frames that were clicked or boxed, rising."""
        clicked = {click.pts for click in self.clicks}
        return tuple(sorted(clicked | {box.pts for box in self.boxes}))


@dataclass(frozen=True, slots=True)
class SpectralPrompt:
    """A painted rectangle of the spectrogram that belongs to the target, or surely does not.

    A brush stroke is a run of small rectangles.
    """

    span: TimeSpan
    low_hz: float
    high_hz: float
    is_positive: bool = True

    def __post_init__(self) -> None:
        if not 0.0 <= self.low_hz < self.high_hz:
            raise PromptError(
                f"band {self.low_hz:g} Hz to {self.high_hz:g} Hz is empty",
                advice="Paint over a stretch of the spectrogram that has some height.",
            )


@dataclass(frozen=True, slots=True)
class PromptSet:
    """All that was said about one sound. May be empty while the person is still deciding."""

    texts: tuple[TextPrompt, ...] = ()
    regions: tuple[RegionPrompt, ...] = ()
    spans: tuple[SpanPrompt, ...] = ()
    spectral: tuple[SpectralPrompt, ...] = ()

    @property
    def kinds(self) -> frozenset[PromptKind]:
        """The kinds that are present."""
        present = {
            PromptKind.TEXT: self.texts,
            PromptKind.REGION: self.regions,
            PromptKind.SPAN: self.spans,
            PromptKind.SPECTRAL: self.spectral,
        }
        return frozenset(kind for kind, prompts in present.items() if prompts)

    @property
    def is_empty(self) -> bool:
        return not self.kinds

    @property
    def positive_spans(self) -> tuple[TimeSpan, ...]:
        return tuple(sorted(prompt.span for prompt in self.spans if prompt.is_positive))

    @property
    def negative_spans(self) -> tuple[TimeSpan, ...]:
        return tuple(sorted(prompt.span for prompt in self.spans if not prompt.is_positive))
