"""Tiny sizes of SAM Audio's networks, with everything in them that full ones have."""

from core.nn.sam_audio.config import (
    CodecConfig,
)

TINY_CODEC = CodecConfig(
    encoder_dim=4,
    latent_dim=64,
    decoder_dim=96,
    codebook_dim=8,
    watermark_channels=2,
    watermark_hidden=32,
    watermark_dim=8,
)
