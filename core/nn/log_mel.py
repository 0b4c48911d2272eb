"""The log mel spectrogram that AudioLDM, AudioLDM 2 and Tango were taught with (TacotronSTFT).

Frame t is centred t hops after the first sample, and stands for the hop that begins there.

Letters in shapes: C channels, N samples, T frames, M mel bands.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torchaudio
from torch import Tensor

_FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class LogMel:
    """Natural logarithm of magnitudes in mel bands of Slaney's scale and norm."""

    sample_rate_hz: int = 16_000
    n_bands: int = 64
    highest_hz: float = 8_000.0
    n_window: int = 1024
    n_hop: int = 160

    def forward(self, waves: Tensor) -> Tensor:
        """Return (C, T, M), T = N / hop, of waves (C, N); N is a multiple of the hop."""
        window = torch.hann_window(self.n_window, device=waves.device)
        n_around = self.n_window // 2
        # A sound shorter than that can't be mirrored at its ends.
        mode = "reflect" if waves.shape[1] > n_around else "constant"
        around = torch.nn.functional.pad(waves[None], (n_around, n_around), mode)[0]
        spectrum = torch.stft(
            around, self.n_window, self.n_hop, window=window, center=False, return_complex=True
        )
        bank = _mel_bank(self).to(waves.device)  # (F, M)
        bands = spectrum.abs().transpose(1, 2) @ bank  # (C, T + 1, M)
        return bands[:, : waves.shape[1] // self.n_hop].clamp_min(_FLOOR).log()


@lru_cache(maxsize=4)
def _mel_bank(mel: LogMel) -> Tensor:
    bank: Tensor = torchaudio.functional.melscale_fbanks(
        mel.n_window // 2 + 1,
        f_min=0.0,
        f_max=mel.highest_hz,
        n_mels=mel.n_bands,
        sample_rate=mel.sample_rate_hz,
        norm="slaney",
        mel_scale="slaney",
    )
    return bank
