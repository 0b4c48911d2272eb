"""Sound to latents and back as AudioLDM and AudioLDM 2 do it: log mel, VAE, vocoder.

What the official code of ZeroSep does around it is mended here. It lays out 102.4 frames for a
second, so that its answer is 2.4 % longer than what was asked for; a second has 100. And it fills
up to whole cells of the VAE at the *start*, which shifts the answer by up to 30 ms; here it is at
the end.

Letters in shapes: n samples, t frames, m mel bands, h by w cells of the latent.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers import SpeechT5HifiGan

from core.errors import ModelError
from core.nn.log_mel import LogMel
from core.separation.zerosep_model import Part

N_WINDOW = 1024
_LOWEST_HZ = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class MelSound:
    """The sound of both models.

    Attributes:
        vae: an `AutoencoderKL`, between log mel pictures (1, 1, t, m) and latents.
        vocoder: makes sound of log mels (1, t, m).
    """

    vae: Part
    vocoder: SpeechT5HifiGan

    def __post_init__(self) -> None:
        if self.mel.n_bands % self.n_frames_a_cell:
            raise ModelError(
                f"{self.mel.n_bands} mel bands do not fill cells of {self.n_frames_a_cell}",
                advice="The folders “vae” and “vocoder” are of different models. Get it again.",
            )

    @property
    def mel(self) -> LogMel:
        """Return the transform that the vocoder inverts."""
        config = self.vocoder.config
        n_hop = int(torch.tensor(config.upsample_rates).prod())
        rate_hz = int(config.sampling_rate)
        return LogMel(rate_hz, int(config.model_in_dim), rate_hz / 2, N_WINDOW, n_hop)

    @property
    def n_frames_a_cell(self) -> int:
        """Return how many frames, and bands, become one cell of the latent."""
        return int(2 ** (len(self.vae.config["block_out_channels"]) - 1))

    @property
    def band_hz(self) -> tuple[float, float]:
        # Just below the edge the lowpass of the resampler has already taken some away.
        return _LOWEST_HZ, 0.975 * self.mel.highest_hz

    def encode(self, waves: Tensor) -> Tensor:
        """Return the latent (1, z, h, w) of waves (1, n), which silence fills up at the end."""
        n_cell = self.mel.n_hop * self.n_frames_a_cell
        n_missing = -waves.shape[1] % n_cell
        picture = self.mel.forward(nnf.pad(waves, (0, n_missing)))[None]  # (1, 1, t, m)
        latent: Tensor = self.vae.encode(picture).latent_dist.mode()
        return latent * float(self.vae.config["scaling_factor"])

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        """Return the first n samples (1, n) of a latent (1, z, h, w)."""
        picture = self.vae.decode(latent / self.vae.config["scaling_factor"]).sample
        wave: Tensor = self.vocoder(picture[:, 0])  # (1, n)
        return wave.reshape(1, -1)[:, :n_samples]
