"""Seeded mixtures of two recordings of different classes, with the truth and its activity.

The folder has the layout `audio/<class>/<recording>`. One recording, the background, sounds from
beginning to end; the other, the target, sounds somewhere in it and is silent for at least a third
of the time. Nothing is looped: a repeated background would be too easy to learn.

Letters in shapes: N samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from core.domain.prompts import TimeSpan
from core.errors import MediaError
from core.evaluation.activity import activity_spans

SUFFIXES = frozenset({".ogg", ".wav", ".flac", ".mp3"})
LONGEST_S = 10.0
SHORTEST_BACKGROUND_S = 4.0
SHORTEST_TARGET_S = 0.5
LARGEST_ACTIVE_PART = 2 / 3
LEVEL_DB = (-5.0, 5.0)
N_TRIES = 200

Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Two recordings at once: `target + background` is the mix, all float32 (N,)."""

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


def recordings(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return the recordings of each class under `folder/audio` (or `folder`), sorted.

    Raises:
        MediaError: fewer than two classes hold recordings.
    """
    root = folder / "audio" if (folder / "audio").is_dir() else folder
    classes = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    found = {
        path.name: tuple(sorted(f for f in path.iterdir() if f.suffix.lower() in SUFFIXES))
        for path in classes
    }
    found = {name: files for name, files in found.items() if files}
    if len(found) < 2:
        raise MediaError(
            f"{root} holds recordings of {len(found)} classes",
            advice="Give a folder with the layout audio/<class>/<recording>.wav "
            "and at least two classes.",
        )
    return found


def make_mixtures(folder: Path, n_mixtures: int, seed: int) -> Iterator[Mixture]:
    """Yield `n_mixtures` mixtures; the same folder, number and seed give the same ones.

    No recording is used twice while its class has others left.

    Raises:
        MediaError: the folder has too few recordings that are long enough.
    """
    found = recordings(folder)
    used: set[Path] = set()
    for number in range(n_mixtures):
        random = np.random.default_rng([seed, number])
        yield _one_mixture(found, random, used, number)


def read_mono(path: Path) -> tuple[Mono, int]:
    """Return the mean of a file's channels as float32 (N,), and its rate.

    Raises:
        MediaError: it is not there, or no sound that soundfile reads.
    """
    try:
        samples, sample_rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise MediaError(
            f"{path} cannot be read as sound: {error}",
            advice=f"Replace “{path.name}” by a WAV, FLAC, Ogg or MP3 file that plays.",
        ) from error
    return np.ascontiguousarray(samples.mean(axis=1), np.float32), int(sample_rate_hz)


def resample(samples: Mono, from_hz: int, to_hz: int) -> Mono:
    """Return `samples` at another rate; the very same array where nothing has to be done."""
    if from_hz == to_hz:
        return samples
    return np.asarray(soxr.resample(samples, from_hz, to_hz, quality="VHQ"), np.float32)


def _one_mixture(
    found: dict[str, tuple[Path, ...]], random: np.random.Generator, used: set[Path], number: int
) -> Mixture:
    classes = sorted(found)
    for _ in range(N_TRIES):
        target_class, background_class = random.choice(classes, 2, replace=False)
        target_path = _pick(found[target_class], random, used)
        background_path = _pick(found[background_class], random, used)
        pair = _fit(target_path, background_path, random)
        if pair is None:
            continue
        target, background, sample_rate_hz, spans, level_db = pair
        used.update((target_path, background_path))
        name = f"{number:03d} {target_path.stem} + {background_path.stem}"
        return Mixture(
            name,
            str(target_class),
            str(background_class),
            target,
            background,
            sample_rate_hz,
            spans,
            level_db,
        )
    raise MediaError(
        f"no pair of recordings that is long enough after {N_TRIES} draws",
        advice=f"Give at least two classes with recordings of {SHORTEST_BACKGROUND_S:g} s or more.",
    )


def _pick(files: tuple[Path, ...], random: np.random.Generator, used: set[Path]) -> Path:
    fresh = [path for path in files if path not in used] or list(files)
    return fresh[int(random.integers(len(fresh)))]


def _fit(
    target_path: Path, background_path: Path, random: np.random.Generator
) -> tuple[Mono, Mono, int, tuple[TimeSpan, ...], float] | None:
    """Return target, background, rate, spans and level, or None where the pair is no use."""
    target, target_hz = read_mono(target_path)
    background, background_hz = read_mono(background_path)
    rate_hz = max(target_hz, background_hz)
    background = _crop(resample(background, background_hz, rate_hz), LONGEST_S, rate_hz, random)
    length_s = len(background) / rate_hz
    target = resample(target, target_hz, rate_hz)
    target = _crop(target, 0.98 * LARGEST_ACTIVE_PART * length_s, rate_hz, random)
    if length_s < SHORTEST_BACKGROUND_S or len(target) < SHORTEST_TARGET_S * rate_hz:
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


def _crop(samples: Mono, longest_s: float, rate_hz: int, random: np.random.Generator) -> Mono:
    n_longest = int(longest_s * rate_hz)
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
    loud = float(np.mean(target[sounding] ** 2)) if sounding.any() else 0.0
    other = float(np.mean(background[sounding] ** 2)) if sounding.any() else 0.0
    if loud <= 0.0 or other <= 1e-9:
        return None
    return float(np.sqrt(other / loud) * 10 ** (level_db / 20))
