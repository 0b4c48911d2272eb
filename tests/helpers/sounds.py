"""Sounds whose answer is known. All return float32 (C, N) with full scale 1.0."""

import numpy as np

from core.domain.audio import AudioClip, Samples


def tone(
    frequency_hz: float,
    length_s: float = 1.0,
    sample_rate_hz: int = 16_000,
    n_channels: int = 1,
    gain: float = 0.3,
) -> Samples:
    """A steady sine, equal in every channel."""
    time_s = np.arange(round(length_s * sample_rate_hz)) / sample_rate_hz
    wave = gain * np.sin(2 * np.pi * frequency_hz * time_s)
    return np.tile(wave.astype(np.float32), (n_channels, 1))


def noise(
    length_s: float = 1.0,
    sample_rate_hz: int = 16_000,
    n_channels: int = 1,
    gain: float = 0.1,
    seed: int = 0,
) -> Samples:
    """White noise, independent in every channel."""
    random = np.random.default_rng(seed)
    n_samples = round(length_s * sample_rate_hz)
    return (gain * random.standard_normal((n_channels, n_samples))).astype(np.float32)


def only_during(samples: Samples, sample_rate_hz: int, *spans_s: tuple[float, float]) -> Samples:
    """Return a copy that is silent outside the spans."""
    kept = np.zeros_like(samples)
    for start_s, end_s in spans_s:
        span = slice(round(start_s * sample_rate_hz), round(end_s * sample_rate_hz))
        kept[:, span] = samples[:, span]
    return kept


def clip(samples: Samples, sample_rate_hz: int = 16_000, start_s: float = 0.0) -> AudioClip:
    return AudioClip(np.ascontiguousarray(samples, np.float32), sample_rate_hz, start_s)
