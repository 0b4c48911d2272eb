"""The audio encoders: a wave at 16 kHz to tokens that queries can be put to.

`HtsatEncoder` is the paper's (section 4.1). `HearingEncoder` is the small convolutional network
that the bundled separator hears with, taught to name sounds.

Letters in shapes: B clips, N samples, L tokens, D their width, T frames of a spectrogram.
"""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf
from transformers import ClapAudioConfig, ClapAudioModel
from transformers.audio_utils import mel_filter_bank

from core.nn.ddavs.config import HtsatConfig
from core.nn.hearing import FRAMES_PER_STEP, Hearing, HearingConfig
from core.nn.log_frequency import MIXTURE_FLOOR, to_log_frequency, to_log_level
from core.nn.stft import Stft

SAMPLE_RATE_HZ = 16_000
_PEAK = 0.5
"""Loudest sample of a clip as the hearing network was taught."""
_LEAST_PEAK = _PEAK / 30
"""What is quieter than this is not made loud: silence stays silence."""
_N_ROWS = 256


class AudioEncoder(nn.Module, ABC):
    """What every audio encoder gives."""

    width: int
    """D."""

    @abstractmethod
    def forward(self, waves: Tensor) -> Tensor:
        """Return tokens (B, L, D) of waves (B, N) at 16 kHz."""

    def embedding(self, waves: Tensor) -> Tensor:
        """Return one vector a clip, (B, D): what prototypes are made of (appendix B.1)."""
        tokens: Tensor = self(waves)
        return tokens.mean(1)


class HearingEncoder(AudioEncoder):
    """A `Hearing` over one second of log-frequency levels."""

    def __init__(self, config: HearingConfig) -> None:
        super().__init__()
        self.width = config.prompt_dim
        self.hearing = Hearing(config)

    def forward(self, waves: Tensor) -> Tensor:
        """Return tokens (B, f * t, D) of waves (B, N), from low to high and then in time."""
        peak = waves.abs().amax(1, keepdim=True)
        waves = waves * (_PEAK / peak.clamp(min=_LEAST_PEAK))
        magnitude = Stft().forward(waves.float()).abs()[:, None]  # (B, 1, bins, T)
        level = to_log_level(to_log_frequency(magnitude + MIXTURE_FLOOR, _N_ROWS))
        missing = -level.shape[3] % FRAMES_PER_STEP
        features = self.hearing(nnf.pad(level, (0, missing)))  # (B, D, f, t)
        tokens: Tensor = features.flatten(2).transpose(1, 2)
        return tokens


class HtsatEncoder(AudioEncoder):
    """HTSAT with CLAP's front end: 64 mel bands in decibels at 48 kHz."""

    filters: Tensor

    def __init__(self, config: HtsatConfig) -> None:
        super().__init__()
        self.config = config
        self.width = config.width * 2 ** (len(config.depths) - 1)
        self.tower = ClapAudioModel(_clap(config))
        bank = mel_filter_bank(
            num_frequency_bins=config.window_samples // 2 + 1,
            num_mel_filters=config.n_bands,
            min_frequency=0.0,
            max_frequency=config.highest_hz,
            sampling_rate=config.sample_rate_hz,
            norm="slaney",
            mel_scale="slaney",
        )
        filters = torch.tensor(bank, dtype=torch.float32)  # (bins, bands)
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, waves: Tensor) -> Tensor:
        """Return tokens (B, L, D) of waves (B, N)."""
        return self.tokens(self.levels(waves))

    def levels(self, waves: Tensor) -> Tensor:
        """Return mel levels in dB, (B, 1, T, bands), of waves (B, N) at 16 kHz."""
        from torchaudio.functional import resample  # slow to import, and only this one needs it

        config = self.config
        waves = resample(waves.float(), SAMPLE_RATE_HZ, config.sample_rate_hz)
        window = torch.hann_window(config.window_samples, device=waves.device)
        spectrum = torch.stft(
            waves, config.window_samples, config.hop_samples, window=window, return_complex=True
        )  # (B, bins, T)
        power = torch.einsum("bft,fm->btm", spectrum.abs().square(), self.filters)
        return 10 * torch.log10(power.clamp(min=1e-10))[:, None]

    def tokens(self, levels: Tensor) -> Tensor:
        """Return tokens (B, L, D) of mel levels (B, 1, T, bands)."""
        out: Tensor = self.tower(input_features=levels).last_hidden_state  # (B, D, f, t)
        return out.flatten(2).transpose(1, 2)


def audio_encoder(config: HtsatConfig | HearingConfig) -> AudioEncoder:
    """Return the encoder that a configuration describes."""
    if isinstance(config, HearingConfig):
        return HearingEncoder(config)
    return HtsatEncoder(config)


def _clap(config: HtsatConfig) -> ClapAudioConfig:
    sizes: dict[str, Any] = {
        "patch_embeds_hidden_size": config.width,
        "hidden_size": config.width * 2 ** (len(config.depths) - 1),
        "depths": list(config.depths),
        "num_attention_heads": list(config.n_heads),
        "spec_size": config.spectrum_size,
        "window_size": config.window,
        "num_mel_bins": config.n_bands,
        "num_hidden_layers": len(config.depths),
    }
    return ClapAudioConfig(**sizes)
