"""Many sounds from one recording: played faster or slower, and through another room's colour.

Letters in shapes: N samples, M samples before the change of speed.
"""

from dataclasses import dataclass

import numpy as np

from core.training.sound_bank import Mono


@dataclass(frozen=True, slots=True)
class VariationConfig:
    """How far a sound may be changed without becoming another one."""

    largest_speed: float = 1.15
    """Pitch goes with it; 1.15 is a little more than two semitones, either way."""
    colour_db: float = 6.0
    """Standard deviation of the gain at each knot of the equaliser."""
    n_knots: int = 6
    """Of the equaliser, evenly spaced on a logarithmic axis."""
    share: float = 0.7
    """How often each of the two is done."""

    def drawn_speed(self, random: np.random.Generator) -> float:
        """Return how many samples of the recording go into one of the mixture."""
        if random.random() >= self.share or self.largest_speed == 1.0:
            return 1.0
        return float(self.largest_speed ** random.uniform(-1, 1))


def varied(
    sound: Mono, n_samples: int, speed: float, config: VariationConfig, random: np.random.Generator
) -> Mono:
    """Return (N,) of `sound` (M,) at another speed and colour.

    Args:
        sound: at least `n_samples * speed` samples.
        n_samples: N.
        speed: samples of `sound` for one of what comes out.
        config: how strong the colour may be.
        random: where the colour comes from.
    """
    if speed != 1.0:
        # Straight lines between samples dull the topmost octave a little, as rooms do.
        places = np.arange(n_samples, dtype=np.float32) * np.float32(speed)
        whole = places.astype(np.int32)
        part = places - whole
        sound = sound[whole] + part * (sound[np.minimum(whole + 1, len(sound) - 1)] - sound[whole])
    sound = sound[:n_samples]
    if config.colour_db and random.random() < config.share:
        sound = _coloured(sound, config, random)
    return np.array(sound, np.float32)


def _coloured(sound: Mono, config: VariationConfig, random: np.random.Generator) -> Mono:
    spectrum = np.fft.rfft(sound).astype(np.complex64)
    knots_db = random.normal(0.0, config.colour_db, config.n_knots)
    octaves = np.log2(np.arange(1, len(spectrum) + 1, dtype=np.float32))
    places = np.linspace(octaves[-1] - config.n_knots + 1, octaves[-1], config.n_knots)
    gains = 10 ** (np.interp(octaves, places, knots_db) / 20)
    return np.fft.irfft(spectrum * gains, len(sound)).astype(np.float32)
