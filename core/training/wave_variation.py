"""The same sound in another room, a little higher or lower, pressed and noisier.

papers/002 table 7, the chain that makes the positives of the contrastive module: reverberation
20 to 40, pitch ±150 cents, compression with fixed settings, jitter at 10 to 20 dB. The paper used
WavAugment; what its numbers mean there is said at each. Letters in shapes: B clips, N samples,
F bins, T frames, R samples of a room.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.training.sounding_batch import SAMPLE_RATE_HZ

_WINDOW_SAMPLES, _HOP_SAMPLES = 512, 128


@dataclass(frozen=True, slots=True)
class WaveVariation:
    """How far a sound may be changed."""

    least_reverb: float = 20.0
    """Percent: of the wet sound, and of a second until a room's answer has fallen by 60 dB."""
    most_reverb: float = 40.0
    largest_pitch_cents: float = 150.0
    threshold_db: float = -20.0
    """Below the peak: where the compressor begins."""
    ratio: float = 4.0
    """Of level before to level after, above the threshold."""
    least_noise_ratio_db: float = 10.0
    most_noise_ratio_db: float = 20.0


def varied_waves(
    waves: Tensor, chance: torch.Generator, variation: WaveVariation | None = None
) -> Tensor:
    """Return waves (B, N) as somebody else may have recorded them, as loud as they were.

    Args:
        waves: (B, N) at 16 kHz, on the processor.
        chance: where everything random comes from.
        variation: how far; table 7 if None.
    """
    variation = variation or WaveVariation()
    peak = waves.abs().amax(1, keepdim=True)  # (B, 1)
    out = torch.stack([_repitched(wave, _drawn_cents(variation, chance)) for wave in waves])
    out = _reverberated(out, variation, chance)
    out = _compressed(out, variation)
    out = out * (peak / out.abs().amax(1, keepdim=True).clamp(min=1e-8))
    return _noisy(out, variation, chance)


def _drawn_cents(variation: WaveVariation, chance: torch.Generator) -> float:
    drawn = float(torch.rand((), generator=chance)) * 2 - 1
    return drawn * variation.largest_pitch_cents


def _repitched(wave: Tensor, cents: float) -> Tensor:
    """Return (N,) that is higher by `cents` and as long."""
    # Stretched by a phase vocoder, then read faster.
    faster = 2 ** (cents / 1200)
    window = torch.hann_window(_WINDOW_SAMPLES)
    spectrum = torch.stft(
        wave, _WINDOW_SAMPLES, _HOP_SAMPLES, window=window, return_complex=True
    )  # (F, T)
    n_stretched = round(len(wave) * faster)
    stretched = torch.istft(
        _stretched(spectrum, 1 / faster),
        _WINDOW_SAMPLES,
        _HOP_SAMPLES,
        window=window,
        length=n_stretched,
    )
    read = nnf.interpolate(stretched[None, None], len(wave), mode="linear", align_corners=False)
    return read[0, 0]


def _stretched(spectrum: Tensor, rate: float) -> Tensor:
    """Return spectra (F, T / rate): levels in between, phases that turn on as they did."""
    n_frames = spectrum.shape[1]
    places = torch.arange(0, n_frames, rate)
    left = places.long()
    part = (places - left)[None]
    padded = nnf.pad(torch.view_as_real(spectrum), (0, 0, 0, 2))
    padded = torch.view_as_complex(padded.contiguous())  # (F, T + 2)
    before, after = padded[:, left], padded[:, left + 1]
    level = torch.lerp(before.abs(), after.abs(), part)
    bins = torch.arange(spectrum.shape[0])
    expected = (2 * math.pi * _HOP_SAMPLES / _WINDOW_SAMPLES * bins)[:, None]
    turn = after.angle() - before.angle() - expected
    turn = turn - 2 * math.pi * torch.round(turn / (2 * math.pi)) + expected
    phase = torch.cumsum(torch.cat((before[:, :1].angle(), turn[:, :-1]), 1), 1)
    return torch.polar(level, phase)


def _reverberated(waves: Tensor, variation: WaveVariation, chance: torch.Generator) -> Tensor:
    """Return waves with the answer of a room each: noise that dies away."""
    n = waves.shape[1]
    drawn = torch.rand(len(waves), 1, generator=chance)
    least, most = variation.least_reverb, variation.most_reverb
    share = ((least + (most - least) * drawn) / 100).clamp(min=1e-3)  # (B, 1)
    time_s = torch.arange(n) / SAMPLE_RATE_HZ
    decay = torch.exp(-math.log(1000) * time_s[None] / share)  # a thousandth is -60 dB
    room = torch.randn(len(waves), n, generator=chance) * decay  # (B, R)
    room = room / room.norm(dim=1, keepdim=True)
    size = 2 * n
    wet = torch.fft.irfft(torch.fft.rfft(waves, size) * torch.fft.rfft(room, size), size)[:, :n]
    return torch.lerp(waves, wet, share)


def _compressed(waves: Tensor, variation: WaveVariation) -> Tensor:
    """Return waves whose loud stretches are less loud; levels are those of 10 ms."""
    n_window = SAMPLE_RATE_HZ // 100
    power = nnf.avg_pool1d(waves.square()[:, None], n_window + 1, 1, n_window // 2)[:, 0]
    level = power.clamp(min=1e-10).sqrt()
    threshold = level.amax(1, keepdim=True) * 10 ** (variation.threshold_db / 20)
    over = (level / threshold).clamp(min=1.0)
    return waves * over ** (1 / variation.ratio - 1)


def _noisy(waves: Tensor, variation: WaveVariation, chance: torch.Generator) -> Tensor:
    """Return waves with white noise under them, at the ratio that was drawn for each."""
    drawn = torch.rand(len(waves), 1, generator=chance)
    least, most = variation.least_noise_ratio_db, variation.most_noise_ratio_db
    ratio_db = least + (most - least) * drawn
    noise = torch.randn(waves.shape, generator=chance)
    loudness = waves.square().mean(1, keepdim=True).sqrt()
    return waves + noise * loudness * 10 ** (-ratio_db / 20)
