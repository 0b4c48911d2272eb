"""The mel spectrograms of MMAudio, at 44.1 kHz and at 16 kHz.

Facts: hkchengrex/MMAudio; the filters are Slaney's, as librosa makes them.
Letters in shapes: B clips, N samples, F mel bands, T frames.
"""

from dataclasses import dataclass

import torch
import torchaudio
from torch import Tensor
from torch.nn import functional as nnf

FLOOR = 1e-5
"""Magnitudes below are taken for this, before the logarithm."""

_UNDER_ROOT = 1e-9


@dataclass(frozen=True, slots=True)
class MelConfig:
    """How a spectrogram is made. The defaults are 44.1 kHz."""

    sample_rate_hz: int = 44_100
    window_samples: int = 2048
    hop_samples: int = 512
    n_bands: int = 128
    top_hz: float = 22_050.0
    is_natural_log: bool = True
    """Natural logarithm; else to base ten."""


MEL_44K = MelConfig()
MEL_16K = MelConfig(
    sample_rate_hz=16_000,
    window_samples=1024,
    hop_samples=256,
    n_bands=80,
    top_hz=8000.0,
    is_natural_log=False,
)


class MelSpectrogram:
    """Sound (B, N) to log mel magnitudes (B, F, N // hop), on the device of the sound.

    What exceeds 1 is clipped, as the published networks had it.
    """

    def __init__(self, config: MelConfig) -> None:
        self.config = config
        filters = torchaudio.functional.melscale_fbanks(
            n_freqs=config.window_samples // 2 + 1,
            f_min=0.0,
            f_max=config.top_hz,
            n_mels=config.n_bands,
            sample_rate=config.sample_rate_hz,
            norm="slaney",
            mel_scale="slaney",
        )
        self.filters = filters.t().contiguous()  # (F, window / 2 + 1)
        self._window = torch.hann_window(config.window_samples)

    def __call__(self, sound: Tensor) -> Tensor:
        config = self.config
        margin = (config.window_samples - config.hop_samples) // 2
        clipped = sound.float().clamp(-1, 1)[:, None]  # (B, 1, N)
        padded = nnf.pad(clipped, (margin, margin), mode="reflect")[:, 0]
        spectrum = torch.stft(
            padded,
            config.window_samples,
            config.hop_samples,
            window=self._window.to(sound.device),
            center=False,
            return_complex=True,
        )
        power = spectrum.real.square() + spectrum.imag.square()
        mel = (self.filters.to(sound.device) @ (power + _UNDER_ROOT).sqrt()).clamp(min=FLOOR)
        logarithm: Tensor = mel.log() if config.is_natural_log else mel.log10()
        return logarithm
