"""Sizes of SAM Audio's networks; the defaults are those of the base model.

papers/004, with the numbers of the official configuration. Letters in shapes: D width of the
transformer, H heads.
"""

import math
from dataclasses import dataclass, field

LATENT_DIM = 128
"""Channels of one sound's latent; target and residual stand side by side as 256."""

SAMPLE_RATE_HZ = 48_000


@dataclass(frozen=True, slots=True)
class TransformerConfig:
    """The diffusion transformer. What its official configuration never varies is not asked."""

    dim: int = 2048
    n_heads: int = 16
    n_layers: int = 16
    norm_eps: float = 1e-5
    ffn_expansion: int = 4
    multiple_of: int = 64
    max_positions: int = 10_000
    frequency_dim: int = 256
    context_dim: int = 2048
    out_channels: int = 2 * LATENT_DIM

    def __post_init__(self) -> None:
        if self.dim % self.n_heads or (self.dim // self.n_heads) % 2:
            raise ValueError(f"{self.dim} channels make no {self.n_heads} heads of even width")
        if self.context_dim != self.dim:
            raise ValueError(f"a memory {self.context_dim} wide does not fit width {self.dim}")

    @property
    def head_dim(self) -> int:
        return self.dim // self.n_heads

    @property
    def hidden_dim(self) -> int:
        """Of the feed-forward layers: two thirds of the expansion, in whole multiples."""
        wanted = int(2 * self.ffn_expansion * self.dim / 3)
        return -(-wanted // self.multiple_of) * self.multiple_of

    @property
    def theta(self) -> float:
        """Of the rotary positions."""
        return float(max(10_000, 2 * self.max_positions))


@dataclass(frozen=True, slots=True)
class CodecConfig:
    """The DAC-VAE. Encoder and decoder rates multiply to the hop.

    `watermark_rates`, `watermark_channels`, `watermark_hidden` and `watermark_dim` are not in the
    official configuration; they show in the shapes of its checkpoint.
    """

    encoder_dim: int = 64
    encoder_rates: tuple[int, ...] = (2, 8, 10, 12)
    latent_dim: int = 1024
    decoder_dim: int = 1536
    decoder_rates: tuple[int, ...] = (12, 10, 8, 2)
    codebook_dim: int = LATENT_DIM
    sample_rate_hz: int = SAMPLE_RATE_HZ
    watermark_rates: tuple[int, ...] = (8, 5, 4, 2)
    watermark_channels: int = 32
    watermark_hidden: int = 512
    watermark_dim: int = 128
    n_message_bits: int = 16

    def __post_init__(self) -> None:
        if math.prod(self.encoder_rates) != math.prod(self.decoder_rates):
            raise ValueError(f"{self.encoder_rates} and {self.decoder_rates} make different hops")
        if len(self.watermark_rates) != len(self.decoder_rates):
            raise ValueError(f"{self.watermark_rates} are not one for each decoder rate")

    @property
    def hop_samples(self) -> int:
        return math.prod(self.encoder_rates)

    @property
    def frame_rate_hz(self) -> float:
        return self.sample_rate_hz / self.hop_samples


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """The Perception Encoder, picture side; `text_...` sizes are of the half nobody uses."""

    image_size_px: int = 336
    patch_px: int = 14
    dim: int = 1024
    n_layers: int = 24
    n_heads: int = 16
    n_pool_heads: int = 8
    mlp_ratio: float = 4.0
    out_dim: int = 1024
    text_dim: int = 1024
    text_n_layers: int = 24
    text_n_words: int = 49_408
    text_n_positions: int = 32

    @property
    def n_patches_a_side(self) -> int:
        return self.image_size_px // self.patch_px


@dataclass(frozen=True, slots=True)
class SamAudioConfig:
    """All of it."""

    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    codec: CodecConfig = field(default_factory=CodecConfig)
    vision: VisionConfig = field(default_factory=VisionConfig)
    text_dim: int = 768
    n_anchors: int = 3
    anchor_dim: int = 128

    @property
    def in_channels(self) -> int:
        """What flows, as many zeros, and the mixture twice."""
        return 3 * self.transformer.out_channels
