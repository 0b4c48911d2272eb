"""The DAC-VAE of SAM Audio: sound to latents and back, under the official names of its weights.

papers/004 and Kumar et al. 2023 (DAC). Letters in shapes: B sounds, N samples, T latent frames, L
channels of a latent, M bits.
"""

from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.sam_audio.codec_decoder import Decoder
from core.nn.sam_audio.codec_encoder import Bottleneck, Encoder
from core.nn.sam_audio.config import CodecConfig

REACH_FRAMES = 12
"""So many latent frames on either side decide a sample's latent, or a latent's samples.

Of the sound's own path: at the official rates its layers reach 5.2 frames going in and 7.7 going
out. The watermark's LSTM remembers longer."""


class Codec(nn.Module):
    """Mono sound and its latents."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.quantizer = Bottleneck(config)
        self.decoder = Decoder(config)

    def encode(self, sound: Tensor) -> Tensor:
        """Return latents (B, T, L) of `sound` (B, N), T being N in hops, rounded up."""
        whole = self._whole_hops(sound)
        return self.quantizer.mean(self.encoder(whole[:, None])).transpose(1, 2)

    def decode(self, latents: Tensor, message: Tensor) -> Tensor:
        """Return sound (B, N), N being T hops.

        Args:
            latents: (B, T, L).
            message: (B, M) or (M,), the bits of the watermark.
        """
        bits = message.to(latents.device).expand(len(latents), -1)
        emb = self.quantizer.out_proj(latents.transpose(1, 2))
        out: Tensor = self.decoder(emb, bits)[:, 0]
        return out

    def _whole_hops(self, sound: Tensor) -> Tensor:
        """Return (B, N') ending on a whole hop, mirrored at its end where that goes."""
        n_missing = -sound.shape[-1] % self.config.hop_samples
        if n_missing < sound.shape[-1]:
            return nnf.pad(sound[:, None], (0, n_missing), mode="reflect")[:, 0]
        return nnf.pad(sound, (0, n_missing))
