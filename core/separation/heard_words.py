"""Which words of the vocabulary sound when in a mix, by the hearing part of the bundled network.

All of the mix is heard, piece by piece. Only the spans that were found are kept, so hours cost
time (seconds for each), but no memory.

Letters in shapes: C channels, N samples, K words, t steps (8 frames, 0.128 s each).
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.domain.audio import AudioClip, AudioSource, Samples
from core.domain.beliefs import HeardWord
from core.domain.prompts import TimeSpan
from core.domain.vocabulary import Vocabulary, read_vocabulary
from core.nn.mini import SAMPLE_RATE_HZ, MiniNetwork
from core.progress import CancelToken, Report, ignore
from core.separation.devices import pick_device
from core.separation.mini import load_mini
from core.separation.mini_info import VOCABULARY
from core.separation.mini_likelihoods import STEP_S, Likelihoods, likelihoods, smooth
from core.separation.projection import resampled_to_mono
from core.separation.pulse import Pulse

N_PIECE, N_CONTEXT = 207, 8
"""Steps that are kept of a piece, and that are heard on both sides of it: 26.5 s and 1 s."""

BEGINS, ENDS = 0.5, 0.25
"""Likelihood from which a word is taken to sound, and below which to have ended.

On recordings held out for validation likelihoods come true about as often as they say, and of what
begins at a half as many words are right as at any stricter limit."""

SHORTEST_S = 0.2
BRIDGED_S = 0.4
"""Pauses up to this long are part of one span."""


def heard_words(
    network: MiniNetwork,
    vocabulary: Vocabulary,
    samples: Samples,
    sample_rate_hz: int,
    *,
    start_s: float = 0.0,
) -> tuple[HeardWord, ...]:
    """Return the words that are heard in `samples` (C, N), surest first.

    Args:
        network: in evaluation mode.
        vocabulary: its words, in its order.
        samples: (C, N).
        sample_rate_hz: theirs.
        start_s: media time of the first.
    """
    clip = AudioClip(samples, sample_rate_hz, start_s)
    return heard_in(network, vocabulary, clip, report=ignore, cancel=CancelToken())


def heard_in(
    network: MiniNetwork,
    vocabulary: Vocabulary,
    mix: AudioSource,
    *,
    report: Report,
    cancel: CancelToken,
) -> tuple[HeardWord, ...]:
    """Return the words that are heard in all of `mix`, surest first; its length costs no memory.

    Raises:
        Cancelled: the person has asked to stop.
    """
    pulse = Pulse(report, cancel)
    n_piece = round(N_PIECE * STEP_S * mix.sample_rate_hz)
    n_context = round(N_CONTEXT * STEP_S * mix.sample_rate_hz)
    finder = SpanFinder(len(vocabulary.words))
    pulse.enter("Listening", mix.n_samples, n_piece / 3)
    with torch.inference_mode():
        for start in range(0, mix.n_samples, n_piece):
            pulse.stand_at(start, start + n_piece)
            heard = mix.read(start - n_context, start + n_piece + n_context)
            mono = resampled_to_mono(heard, mix.sample_rate_hz, SAMPLE_RATE_HZ)
            likely = smooth(likelihoods(network, mono, pulse.beat))
            finder.feed(likely[:, N_CONTEXT : N_CONTEXT + N_PIECE])
    pulse.stand_at(mix.n_samples, mix.n_samples)
    return _named(finder, vocabulary, mix)


@dataclass(slots=True)
class _Span:
    """In steps, with the likelihoods inside added up."""

    start: int
    stop: int
    total: float

    @property
    def mean(self) -> float:
        return self.total / (self.stop - self.start)


class SpanFinder:
    """Finds spans in likelihoods that come piece by piece: hysteresis, pauses bridged."""

    def __init__(self, n_words: int) -> None:
        self._n_steps = 0
        self._is_on = np.zeros(n_words, np.bool_)
        self._spans: list[list[_Span]] = [[] for _ in range(n_words)]

    def feed(self, likely: Likelihoods) -> None:
        """Take the next steps (K, t)."""
        for column in likely.T:
            self._is_on = column >= np.where(self._is_on, ENDS, BEGINS)
            for word in np.flatnonzero(self._is_on):
                self._extend(int(word), float(column[word]))
            self._n_steps += 1

    def spans(self, word: int) -> list[tuple[float, float, float]]:
        """Return (start, end, mean likelihood) of the spans of a word, in seconds from the first.

        What is shorter than `SHORTEST_S` is left out.
        """
        long_enough = [
            span for span in self._spans[word] if (span.stop - span.start) * STEP_S >= SHORTEST_S
        ]
        return [(span.start * STEP_S, span.stop * STEP_S, span.mean) for span in long_enough]

    def _extend(self, word: int, likely: float) -> None:
        spans = self._spans[word]
        if spans and (self._n_steps - spans[-1].stop) * STEP_S <= BRIDGED_S:
            pause = self._n_steps - spans[-1].stop
            spans[-1].total += likely + pause * ENDS
            spans[-1].stop = self._n_steps + 1
        else:
            spans.append(_Span(self._n_steps, self._n_steps + 1, likely))


def _named(finder: SpanFinder, vocabulary: Vocabulary, mix: AudioSource) -> tuple[HeardWord, ...]:
    end_s = mix.start_s + mix.n_samples / mix.sample_rate_hz
    found = []
    for place, word in enumerate(vocabulary.words):
        spans = finder.spans(place)
        times = [
            (max(0.0, mix.start_s + start), min(end_s, mix.start_s + stop))
            for start, stop, _ in spans
        ]
        kept = tuple(TimeSpan(start, stop) for start, stop in times if start < stop)
        if kept:
            best = max(mean for _, _, mean in spans)
            found.append(HeardWord(word.name, min(1.0, best), kept))
    return tuple(sorted(found, key=lambda one: -one.confidence))


def heard_by_bundled(
    mix: AudioSource, device: str, *, report: Report, cancel: CancelToken
) -> tuple[HeardWord, ...]:
    """Return what the network that ships hears in `mix`: see `heard_in`.

    Raises:
        ModelError: there is no such device, or its file is missing or damaged.
        Cancelled: the person has asked to stop.
    """
    network = load_mini(str(pick_device(device)))
    return heard_in(network, read_vocabulary(VOCABULARY), mix, report=report, cancel=cancel)
