"""The DAC-VAE's way in: sound to latents, twenty-five a second.

Kumar et al. 2023 (DAC) with a variational bottleneck in place of the quantizer (papers/004). The
mean of the bottleneck is the latent; nothing is drawn at random. Letters in shapes: B clips, N
samples, T latent frames, L channels of a latent.
"""

from torch import Tensor, nn

from core.nn.sam_audio.codec_layers import NormedConv, ResidualUnit, Snake
from core.nn.sam_audio.config import CodecConfig

DILATIONS = (1, 3, 9)


class EncoderBlock(nn.Module):
    """Residual units, then half the channels again at a rate that many times lower."""

    def __init__(self, dim: int, stride: int) -> None:
        super().__init__()
        units = [ResidualUnit(dim, dilation) for dilation in DILATIONS]
        down = NormedConv(dim, 2 * dim, 2 * stride, stride=stride)
        self.block = nn.Sequential(*units, Snake(dim), down)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x)
        return out


class Encoder(nn.Module):
    """Sound (B, 1, N) to (B, latent_dim, T); N is a whole number of hops."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        dim = config.encoder_dim
        layers: list[nn.Module] = [NormedConv(1, dim, 7)]
        for stride in config.encoder_rates:
            layers.append(EncoderBlock(dim, stride))
            dim *= 2
        self.block = nn.Sequential(*layers, Snake(dim), NormedConv(dim, config.latent_dim, 3))

    def forward(self, sound: Tensor) -> Tensor:
        out: Tensor = self.block(sound)
        return out


class Bottleneck(nn.Module):
    """Between the encoder's channels and the latent: in as mean and spread, out as they were."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.in_proj = NormedConv(config.latent_dim, 2 * config.codebook_dim, 1)
        self.out_proj = NormedConv(config.codebook_dim, config.latent_dim, 1)

    def mean(self, encoded: Tensor) -> Tensor:
        """Return (B, L, T), the mean of what (B, latent_dim, T) stands for."""
        mean, _spread = self.in_proj(encoded).chunk(2, dim=1)
        out: Tensor = mean
        return out
