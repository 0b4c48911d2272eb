"""The watermark that the DAC-VAE's decoder writes into every sound it makes.

Sixteen bits, put into the sound by a second, causal path through the blocks of the decoder. What
is here follows the names and shapes in SAM Audio's checkpoint and a public copy of the codec's
code; no official weight has been run through it. Letters in shapes: B sounds, C channels, N
samples, n samples at the watermark's own rate, M bits.
"""

import torch
from torch import Tensor, nn

from core.nn.sam_audio.codec_layers import CausalConv, NormedConv, Snake
from core.nn.sam_audio.config import CodecConfig


class SkippedLstm(nn.Module):
    """Two layers of LSTM over (B, C, n), and a way around them."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(dim, dim, 2)

    def forward(self, x: Tensor) -> Tensor:
        steps = x.permute(2, 0, 1)  # (n, B, C)
        answer: Tensor = self.lstm(steps)[0]
        return (answer + steps).permute(1, 2, 0)


class WatermarkEncoder(nn.Module):
    """Begins with what the decoder made, (B, C, N), and ends with what the bits are added to."""

    def __init__(self, dim: int, config: CodecConfig) -> None:
        super().__init__()
        hidden, width = config.watermark_hidden, config.watermark_channels
        to_sound, away = NormedConv(dim, 1, 7), CausalConv(1, width, 7)
        self.pre = nn.Sequential(Snake(dim), to_sound, nn.Tanh(), away)
        last = CausalConv(hidden, config.watermark_dim, 7)
        self.post = nn.Sequential(SkippedLstm(hidden), nn.ELU(), last)

    def sound(self, x: Tensor) -> Tensor:
        """Return the sound (B, 1, N) as it is before any watermark."""
        for layer in list(self.pre)[:-1]:
            x = layer(x)
        return x


class MessageAdder(nn.Module):
    """Adds what each bit of a message stands for."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.msg_processor = nn.Embedding(2 * config.n_message_bits, config.watermark_dim)

    def forward(self, x: Tensor, message: Tensor) -> Tensor:
        """Return `x` (B, C, n) with the bits `message` (B, M) in it, each 0 or 1."""
        rows = 2 * torch.arange(message.shape[1], device=message.device) + message
        added: Tensor = self.msg_processor(rows).sum(1)  # (B, C)
        return x + added[:, :, None]


class WatermarkDecoder(nn.Module):
    """Begins with bits in a latent, and ends with what is added to the sound."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        hidden = config.watermark_hidden
        first = CausalConv(config.watermark_dim, hidden, 7)
        self.pre = nn.Sequential(first, SkippedLstm(hidden))
        self.post = nn.Sequential(nn.ELU(), CausalConv(config.watermark_channels, 1, 7))


class Watermarker(nn.Module):
    """The two ends of the watermark's path; its middle lies in the decoder's blocks."""

    def __init__(self, dim: int, config: CodecConfig) -> None:
        super().__init__()
        self.encoder_block = WatermarkEncoder(dim, config)
        self.msg_processor = MessageAdder(config)
        self.decoder_block = WatermarkDecoder(config)
        self.strength = config.watermark_channels / config.watermark_dim


def drawn_message(seed: int, config: CodecConfig) -> Tensor:
    """Return (M,) bits that depend on the seed alone.

    The official decoder draws new ones each time, so that no two of its answers are the same.
    """
    random = torch.Generator().manual_seed(seed)
    return torch.randint(0, 2, (config.n_message_bits,), generator=random)
