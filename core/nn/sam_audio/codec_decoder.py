"""The DAC-VAE's way out: latents to sound, with a watermark.

Kumar et al. 2023 (DAC), with the shapes of SAM Audio's checkpoint. Each block holds layers of two
paths, of the sound and of the watermark, in the order of the official names. Letters in shapes: B
sounds, N samples, T latent frames, M bits.
"""

from typing import cast

from torch import Tensor, nn

from core.nn.sam_audio.codec_encoder import DILATIONS
from core.nn.sam_audio.codec_layers import (
    CausalConv,
    CausalResidualUnit,
    CausalTransposedConv,
    NormedConv,
    NormedTransposedConv,
    ResidualUnit,
    Snake,
)
from core.nn.sam_audio.codec_watermark import Watermarker
from core.nn.sam_audio.config import CodecConfig

_SOUND = (0, 1, 4, 5, 8)
_MARK_DOWN = (7, 10, 11)
_MARK_UP = (2, 3, 6)
"""Which layers of a block each path takes, in this order."""

_NARROWING = 3
"""The watermark's path is so many times narrower than the sound's."""


class DecoderBlock(nn.Module):
    """Half the channels, a higher rate; and beside it a step of the watermark's path."""

    def __init__(self, dim: int, stride: int, mark_stride: int) -> None:
        super().__init__()
        out_dim = dim // 2
        mark_dim, mark_out_dim = dim // _NARROWING, out_dim // _NARROWING
        first, second, third = (ResidualUnit(out_dim, dilation) for dilation in DILATIONS)
        kernel = 2 * mark_stride
        self.block = nn.ModuleList(
            (
                Snake(dim),
                NormedTransposedConv(dim, out_dim, stride),
                nn.ELU(),
                CausalTransposedConv(mark_dim, mark_out_dim, kernel, stride=mark_stride),
                first,
                second,
                CausalResidualUnit(mark_out_dim),
                CausalResidualUnit(mark_out_dim),
                third,
                nn.Identity(),
                nn.ELU(),
                CausalConv(mark_out_dim, mark_dim, kernel, stride=mark_stride),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        return self._through(_SOUND, x)

    def mark_down(self, x: Tensor) -> Tensor:
        """Return the watermark's path one step further from the sound."""
        return self._through(_MARK_DOWN, x)

    def mark_up(self, x: Tensor) -> Tensor:
        """Return the watermark's path one step nearer to the sound."""
        return self._through(_MARK_UP, x)

    def _through(self, places: tuple[int, ...], x: Tensor) -> Tensor:
        for place in places:
            x = self.block[place](x)
        return x


class Decoder(nn.Module):
    """(B, latent_dim, T) and bits (B, M) to sound (B, 1, N)."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        dim = config.decoder_dim
        layers: list[nn.Module] = [NormedConv(config.latent_dim, dim, 7)]
        for stride, mark_stride in zip(config.decoder_rates, config.watermark_rates, strict=True):
            layers.append(DecoderBlock(dim, stride, mark_stride))
            dim //= 2
        self.model = nn.ModuleList(layers)
        self.wm_model = Watermarker(dim, config)

    def forward(self, x: Tensor, message: Tensor) -> Tensor:
        for layer in self.model:
            x = layer(x)
        marker = self.wm_model
        mark = self._mark(marker.encoder_block.pre(x), message)
        return marker.encoder_block.sound(x).add_(mark, alpha=marker.strength)

    def _mark(self, x: Tensor, message: Tensor) -> Tensor:
        """Return (B, 1, N) to be added, given the beginning of the watermark's path."""
        blocks = [cast(DecoderBlock, layer) for layer in list(self.model)[1:]]
        for block in reversed(blocks):
            x = block.mark_down(x)
        x = self.wm_model.msg_processor(self.wm_model.encoder_block.post(x), message)
        x = self.wm_model.decoder_block.pre(x)
        for block in blocks:
            x = block.mark_up(x)
        out: Tensor = self.wm_model.decoder_block.post(x)
        return out
