"""Seeded mixtures of two recordings of different classes, with the truth and its activity.

Nothing is looped: a repeated sound would be too easy to learn. Letters in shapes: N samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from core.domain.prompts import TimeSpan
from core.errors import MediaError
from core.evaluation.activity import activity_spans
from core.evaluation.material import Files
from core.evaluation.sounds import Mono, read_mono, resample

LONGEST_S = 10.0
SHORTEST_BACKGROUND_S = 4.0
SHORTEST_TARGET_S = 0.5
SHORTEST_OVERLAP_S = 2.0
LARGEST_ACTIVE_PART = 2 / 3
LEVEL_DB = (-5.0, 5.0)
N_TRIES = 200


class Overlap(StrEnum):
    """How much of a mixture both recordings fill."""

    PARTLY = "partly"
    """The background sounds from beginning to end, the target somewhere in it: it is silent for at
    least a third of the time, so that its activity tells it apart."""
    FULL = "full"
    """As long as the shorter recording, and both sound throughout: activity tells nothing. Only
    where the target lasts less than `SHORTEST_OVERLAP_S` it is somewhere in that much background.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Two recordings at once: `target + background` is the mix, all float32 (N,)."""

    number: int
    name: str
    target_class: str
    background_class: str
    target: Mono
    background: Mono
    sample_rate_hz: int
    spans: tuple[TimeSpan, ...]
    """When the target sounds, by its true energy."""
    level_db: float
    """Of the target against the background, over the time in which the target sounds."""

    @property
    def mix(self) -> Mono:
        return self.target + self.background

    @property
    def length_s(self) -> float:
        return len(self.target) / self.sample_rate_hz


def make_mixtures(
    sounds: Files, n_mixtures: int, seed: int, overlap: Overlap = Overlap.PARTLY
) -> Iterator[Mixture]:
    """Yield `n_mixtures` mixtures; the same files, number and seed give the same ones.

    No recording is used twice while its class has others left.

    Args:
        sounds: recordings of two classes or more.
        n_mixtures: how many.
        seed: of every choice.
        overlap: how much of each mixture both fill.

    Raises:
        MediaError: too few recordings are long enough, or one cannot be read.
    """
    used: set[Path] = set()
    for number in range(n_mixtures):
        random = np.random.default_rng([seed, number])
        yield _one_mixture(sounds, random, used, number, overlap)


def _one_mixture(
    sounds: Files, random: np.random.Generator, used: set[Path], number: int, overlap: Overlap
) -> Mixture:
    classes = sorted(sounds)
    for _ in range(N_TRIES):
        target_class, background_class = (str(c) for c in random.choice(classes, 2, replace=False))
        target_path = _pick(sounds[target_class], random, used)
        background_path = _pick(sounds[background_class], random, used)
        pair = _fit(target_path, background_path, random, overlap)
        if pair is None:
            continue
        used.update((target_path, background_path))
        name = f"{number:03d} {target_path.stem} + {background_path.stem}"
        return Mixture(number, name, target_class, background_class, *pair)
    shortest_s = SHORTEST_BACKGROUND_S if overlap is Overlap.PARTLY else SHORTEST_OVERLAP_S
    raise MediaError(
        f"no pair of recordings that is long enough after {N_TRIES} draws",
        advice=f"Give at least two classes with recordings of {shortest_s:g} s or more.",
    )


def _pick(files: tuple[Path, ...], random: np.random.Generator, used: set[Path]) -> Path:
    fresh = [path for path in files if path not in used] or list(files)
    return fresh[int(random.integers(len(fresh)))]


def _fit(
    target_path: Path, background_path: Path, random: np.random.Generator, overlap: Overlap
) -> tuple[Mono, Mono, int, tuple[TimeSpan, ...], float] | None:
    """Return target, background, rate, spans and level, or None where the pair is no use."""
    target, target_hz = read_mono(target_path)
    background, background_hz = read_mono(background_path)
    rate_hz = max(target_hz, background_hz)
    target = resample(target, target_hz, rate_hz)
    background = resample(background, background_hz, rate_hz)
    target, background = _LAYING[overlap](target, background, rate_hz, random)
    shortest_s = SHORTEST_BACKGROUND_S if overlap is Overlap.PARTLY else SHORTEST_OVERLAP_S
    if len(background) < shortest_s * rate_hz or len(target) < SHORTEST_TARGET_S * rate_hz:
        return None
    target = _place(_fade(target, rate_hz), len(background), random)
    spans = activity_spans(target, rate_hz)
    level_db = float(random.uniform(*LEVEL_DB))
    gain = _gain(target, background, spans, rate_hz, level_db)
    if gain is None:
        return None
    # Both together are kept at a peak of 0.7, as recordings are.
    peak = float(np.abs(gain * target + background).max())
    scale = np.float32(0.7 / peak)
    return scale * np.float32(gain) * target, scale * background, rate_hz, spans, level_db


def _laid_apart(
    target: Mono, background: Mono, rate_hz: int, random: np.random.Generator
) -> tuple[Mono, Mono]:
    background = _crop(background, int(LONGEST_S * rate_hz), random)
    longest_s = 0.98 * LARGEST_ACTIVE_PART * len(background) / rate_hz
    return _crop(target, int(longest_s * rate_hz), random), background


def _laid_together(
    target: Mono, background: Mono, rate_hz: int, random: np.random.Generator
) -> tuple[Mono, Mono]:
    n_both = min(len(target), len(background), int(LONGEST_S * rate_hz))
    n_both = max(n_both, int(SHORTEST_OVERLAP_S * rate_hz))
    return _crop(target, n_both, random), _crop(background, n_both, random)


_LAYING = {Overlap.PARTLY: _laid_apart, Overlap.FULL: _laid_together}


def _crop(samples: Mono, n_longest: int, random: np.random.Generator) -> Mono:
    if len(samples) <= n_longest:
        return samples
    first = int(random.integers(len(samples) - n_longest + 1))
    return samples[first : first + n_longest]


def _fade(samples: Mono, rate_hz: int, fade_s: float = 0.01) -> Mono:
    """Return `samples` with short ramps at both ends, where a crop would click."""
    n_fade = min(round(fade_s * rate_hz), len(samples) // 2)
    ramp = np.linspace(0, 1, n_fade, dtype=np.float32)
    shape = np.ones(len(samples), np.float32)
    shape[:n_fade] = ramp
    shape[len(samples) - n_fade :] = ramp[::-1]
    return samples * shape


def _place(samples: Mono, n_samples: int, random: np.random.Generator) -> Mono:
    placed = np.zeros(n_samples, np.float32)
    first = int(random.integers(n_samples - len(samples) + 1))
    placed[first : first + len(samples)] = samples
    return placed


def _gain(
    target: Mono, background: Mono, spans: tuple[TimeSpan, ...], rate_hz: int, level_db: float
) -> float | None:
    """Return the factor that puts `target` at `level_db`, or None where one of them is silent."""
    sounding = np.zeros(len(target), np.bool_)
    for span in spans:
        sounding[span.to_samples(rate_hz)] = True
    if not sounding.any():
        return None
    # In float64: sums of float32 depend on where in memory an array happens to lie.
    loud = float(np.mean(target[sounding] ** 2, dtype=np.float64))
    other = float(np.mean(background[sounding] ** 2, dtype=np.float64))
    if loud <= 0.0 or other <= 1e-9:
        return None
    return float(np.sqrt(other / loud) * 10 ** (level_db / 20))
