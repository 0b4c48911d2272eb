"""Weighs what is seen by what is heard: of the things a picture may show, those that sound count.

A picture network that wavers between a rooster and a bird is helped by a mix in which something
crows. By Bayes' rule, with what is seen as the prior, and taking what is heard of each word for
evidence that is apart from it. Letters in shapes: C channels, K words, t steps.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from core.domain.audio import AudioSource
from core.domain.beliefs import Belief
from core.domain.prompts import TimeSpan
from core.domain.vocabulary import Vocabulary
from core.nn.mini import SAMPLE_RATE_HZ, MiniNetwork
from core.separation.mini_likelihoods import Likelihoods, likelihoods, smooth
from core.separation.projection import resampled_to_mono

HEARD_S = 16.0
"""Of a stretch that is heard at once."""

N_STRETCHES = 3
"""At most, spread over the mix or over the spans: a preview and the whole have to agree."""

LOUDEST_SHARE = 0.1
"""Of the steps, the likeliest, that say how likely a word sounds at all."""

USUAL = 0.03
"""How likely any one word is to sound, before anything is heard."""

TRUST = 0.6
"""Exponent of what is heard; 1 would be to believe that no likelihood is ever too sure. Chosen on
the recordings and pictures held out for validation."""

_LEAST = 1e-4


def heeded(belief: Belief, heard: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Belief:
    """Return what is believed to be seen after hearing as well.

    Args:
        belief: what is seen.
        heard: (K,) how likely each word of the vocabulary sounds.
        vocabulary: its words, in its order.
    """
    odds = np.clip(heard, _LEAST, 1 - _LEAST)
    ratios = (odds / (1 - odds) / (USUAL / (1 - USUAL))) ** TRUST
    words = [
        (name, seen * float(ratios[vocabulary.place(name)]) if name in vocabulary.names else seen)
        for name, seen in belief.words
    ]
    total = sum(weight for _, weight in words) + belief.nothing
    if total <= 0:
        return belief
    return Belief(
        tuple((name, weight / total) for name, weight in sorted(words, key=lambda one: -one[1]))
    )


def heard_at_all(
    network: MiniNetwork,
    mix: AudioSource,
    spans: Sequence[TimeSpan],
    beat: Callable[[], None],
) -> npt.NDArray[np.float64]:
    """Return (K,), how likely each word sounds somewhere in `mix`, from a few stretches of it.

    Args:
        network: in evaluation mode.
        mix: however long.
        spans: where to listen; all of the mix if there are none.
        beat: called after each stretch; may raise to stop.
    """
    found: list[Likelihoods] = []
    with torch.inference_mode():
        for start, stop in _stretches(mix, spans):
            samples = mix.read(start, stop)
            mono = resampled_to_mono(samples, mix.sample_rate_hz, SAMPLE_RATE_HZ)
            found.append(smooth(likelihoods(network, mono, beat)))
    if not found:
        return np.full(network.config.n_words, USUAL)
    together = np.sort(np.concatenate(found, 1), 1)  # (K, t)
    n_loudest = max(1, round(LOUDEST_SHARE * together.shape[1]))
    return np.asarray(together[:, -n_loudest:].mean(1), np.float64)


def _stretches(mix: AudioSource, spans: Sequence[TimeSpan]) -> list[tuple[int, int]]:
    """Return samples `start <= n < stop`, in order, of at most `N_STRETCHES` stretches."""
    rate_hz, n_heard = mix.sample_rate_hz, round(HEARD_S * mix.sample_rate_hz)
    if spans:
        cut = [span.to_samples(rate_hz, mix.start_s) for span in spans]
        marked = [(one.start, one.stop) for one in cut]
    else:
        marked = [(start, start + n_heard) for start in range(0, max(1, mix.n_samples), n_heard)]
    inside = [(max(0, start), min(mix.n_samples, stop)) for start, stop in marked]
    inside = [(start, min(stop, start + n_heard)) for start, stop in inside if start < stop]
    if len(inside) <= N_STRETCHES:
        return inside
    places = np.linspace(0, len(inside) - 1, N_STRETCHES).round().astype(int)
    return [inside[place] for place in places]
