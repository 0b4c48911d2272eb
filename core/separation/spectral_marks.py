"""What the spans and the painted spectrum say, in samples of the mix: where to learn what.

A + span says "it sounds here", so what lies outside the + spans teaches the background, as does
the inside of − spans. With − spans alone everything else may hold the target.

Letters in shapes: N samples, F frequency bins, T frames.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.audio import AudioSource, Samples, duration_s
from core.domain.prompts import PromptSet, SpectralPrompt, TimeSpan
from core.errors import PromptError
from core.separation import intervals
from core.separation.intervals import Intervals

FADE_S = 0.02
"""Outside a span the sound falls silent over this time, so that no mark makes a click."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where, in samples of the mix, each part of the sound may be learned and heard.

    Attributes:
        background: what is surely, or by what was marked, not the target.
        target: where the target is learned.
        audible: where the target may be heard.
    """

    background: Intervals
    target: Intervals
    audible: Intervals


def read_marks(mix: AudioSource, prompts: PromptSet, *, is_unmarked_searched: bool) -> Marks:
    """Return what the spans of `prompts` say about `mix`.

    Spans that reach past an end are clipped.

    Raises:
        PromptError: a span lies wholly outside the sound, or − spans leave nothing over.
    """
    whole: Intervals = ((0, mix.n_samples),)
    positive = _in_samples(mix, prompts.positive_spans)
    negative = _in_samples(mix, prompts.negative_spans)
    target = intervals.without(positive or whole, negative)
    if not target:
        raise PromptError(
            "the − spans leave nothing in which the target could sound",
            advice="Shorten the − spans, or mark where the sound is heard with a + span.",
        )
    searched = intervals.without(whole, negative)
    if not positive:
        return Marks(background=negative, target=target, audible=target)
    unmarked = intervals.without(whole, positive)
    if not is_unmarked_searched:
        return Marks(intervals.union((*negative, *unmarked)), target, audible=target)
    # What may hold the target cannot teach the background, unless there is nothing else.
    return Marks(negative or unmarked, target, audible=searched)


def gate(audible: Intervals, start: int, stop: int, sample_rate_hz: int) -> Samples:
    """Return (stop - start,) gains: one where the target may be heard, fading to zero outside."""
    n_fade = max(1, round(FADE_S * sample_rate_hz))
    place = np.arange(start, stop)
    gains = np.zeros(stop - start, np.float32)
    for first, last in audible:
        if first - n_fade < stop and last + n_fade > start:
            away = np.clip(np.maximum(first - place, place - last + 1), 0, n_fade)
            np.maximum(gains, np.sin(0.5 * np.pi * (1.0 - away / n_fade)) ** 2, out=gains)
    return gains


def painted(
    prompts: Iterable[SpectralPrompt],
    times_s: npt.NDArray[np.float64],
    bins_hz: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return two bool (F, T): what was painted as the target, and as surely not the target.

    Where both were painted, the later stroke counts.
    """
    is_target = np.zeros((len(bins_hz), len(times_s)), np.bool_)
    is_other = np.zeros_like(is_target)
    for prompt in prompts:
        in_time = (times_s >= prompt.span.start_s) & (times_s < prompt.span.end_s)
        in_band = (bins_hz >= prompt.low_hz) & (bins_hz < prompt.high_hz)
        cells = np.ix_(in_band, in_time)
        is_target[cells] = prompt.is_positive
        is_other[cells] = not prompt.is_positive
    return is_target, is_other


def refuse_outside(mix: AudioSource, spans: Iterable[TimeSpan]) -> None:
    """Raise `PromptError` for a span in which there is no sound at all."""
    first_s, last_s = mix.start_s, mix.start_s + duration_s(mix)
    for span in spans:
        if span.end_s <= first_s or span.start_s >= last_s:
            raise PromptError(
                f"span {span.start_s:g} s to {span.end_s:g} s lies outside the sound, "
                f"which lasts from {first_s:g} s to {last_s:g} s",
                advice=f"Mark a stretch between {max(0.0, first_s):.1f} s and {last_s:.1f} s.",
            )


def _in_samples(mix: AudioSource, spans: Iterable[TimeSpan]) -> Intervals:
    refuse_outside(mix, spans)
    found = (span.to_samples(mix.sample_rate_hz, mix.start_s) for span in spans)
    return intervals.union((max(0, s.start), min(mix.n_samples, s.stop)) for s in found)
