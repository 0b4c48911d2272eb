"""Many sounds from one recording: at another speed, of another colour, in another room.

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
    """How often speed is changed, and colour."""
    band_share: float = 0.0
    """How often the band is narrowed, as telephones, small speakers and old films do."""
    room_share: float = 0.0
    """How often the sound is put in a room."""

    def drawn_speed(self, random: np.random.Generator) -> float:
        """Return how many samples of the recording go into one of the mixture."""
        if random.random() >= self.share or self.largest_speed == 1.0:
            return 1.0
        return float(self.largest_speed ** random.uniform(-1, 1))


STRONG = VariationConfig(
    largest_speed=1.25, colour_db=8.0, share=0.8, band_share=0.25, room_share=0.3
)
"""For naming: a class of few recordings must not be known by its microphone."""

_SAMPLE_RATE_HZ = 16_000
_LOWEST_HZ, _HIGHEST_HZ = (60.0, 500.0), (2_000.0, 8_000.0)
"""Where a narrowed band may begin and end."""
_FALL_S = (0.1, 0.8)
"""After how long a room has become 60 dB quieter."""
_WET = (0.1, 0.7)
"""Of the power that comes from the room, not straight from the source."""


def varied(
    sound: Mono, n_samples: int, speed: float, config: VariationConfig, random: np.random.Generator
) -> Mono:
    """Return (N,) of `sound` (M,) at another speed and colour.

    Args:
        sound: at least `n_samples * speed` samples.
        n_samples: N.
        speed: samples of `sound` for one of what comes out.
        config: how far it may be changed.
        random: where the changes come from.
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
    if config.band_share and random.random() < config.band_share:
        sound = _narrowed(sound, random)
    if config.room_share and random.random() < config.room_share:
        sound = _in_a_room(sound, random)
    return np.array(sound, np.float32)


def _coloured(sound: Mono, config: VariationConfig, random: np.random.Generator) -> Mono:
    spectrum = np.fft.rfft(sound).astype(np.complex64)
    knots_db = random.normal(0.0, config.colour_db, config.n_knots)
    octaves = np.log2(np.arange(1, len(spectrum) + 1, dtype=np.float32))
    places = np.linspace(octaves[-1] - config.n_knots + 1, octaves[-1], config.n_knots)
    gains = 10 ** (np.interp(octaves, places, knots_db) / 20)
    return np.fft.irfft(spectrum * gains, len(sound)).astype(np.float32)


def _narrowed(sound: Mono, random: np.random.Generator) -> Mono:
    """Return (N,) without what is below one pitch and above another, falling off softly."""
    spectrum = np.fft.rfft(sound).astype(np.complex64)
    hz = np.fft.rfftfreq(len(sound), 1 / _SAMPLE_RATE_HZ).astype(np.float32)
    low_hz, high_hz = (
        np.float32(np.exp(random.uniform(*np.log(limits)))) for limits in (_LOWEST_HZ, _HIGHEST_HZ)
    )
    order = 2 * random.integers(1, 5)
    gains = 1 / np.sqrt(1 + (hz / high_hz) ** order)
    gains *= 1 / np.sqrt(1 + (low_hz / np.maximum(hz, 1.0)) ** order)
    return np.fft.irfft(spectrum * gains, len(sound)).astype(np.float32)


def _in_a_room(sound: Mono, random: np.random.Generator) -> Mono:
    """Return (N,) with the dying noise that a room answers with (Moorer's model of a late tail)."""
    n_tail = int(random.uniform(*_FALL_S) * _SAMPLE_RATE_HZ)
    tail = random.standard_normal(n_tail) * 10 ** (-3 * np.arange(n_tail) / n_tail)
    n_whole = 1 << (len(sound) + n_tail - 1).bit_length()
    spectrum = np.fft.rfft(sound, n_whole) * np.fft.rfft(tail, n_whole)
    answer = np.fft.irfft(spectrum, n_whole)[: len(sound)].astype(np.float32)
    loudness = float(np.linalg.norm(sound)) / max(float(np.linalg.norm(answer)), 1e-9)
    wet = random.uniform(*_WET)
    return np.float32(np.sqrt(1 - wet)) * sound + np.float32(np.sqrt(wet) * loudness) * answer
