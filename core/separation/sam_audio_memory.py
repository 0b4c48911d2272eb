"""How much memory SAM Audio needs, by arithmetic: nothing is allocated and no file is read.

Weights are counted; what work takes beside them is measured on networks without content
(`core.nn.live_memory`), as the most that any step takes: a window through the flow, a piece of
sound in or out of the codec, or pictures through their encoder.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import nn

from core.nn.live_memory import peak_bytes, weight_bytes
from core.nn.sam_audio.codec import REACH_FRAMES, Codec
from core.nn.sam_audio.config import CodecConfig, SamAudioConfig
from core.nn.sam_audio.network import Conditions, SamAudioFlow
from core.nn.sam_audio.vision_names import picture_half
from core.separation.memory_ladder import Rung
from core.separation.sam_audio_sound import PIECE_FRAMES

N_WORDS = 32
"""Tokens of a long phrase."""

GIB = 2**30


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes on the device where the work is done."""

    weights: int
    work: int

    @property
    def total(self) -> int:
        return self.weights + self.work

    @property
    def total_gib(self) -> float:
        return self.total / GIB


@lru_cache(maxsize=8)
def memory_need(
    config: SamAudioConfig, rung: Rung, n_at_once: int = 1, has_pictures: bool = False
) -> MemoryNeed:
    """Return what a request needs.

    Args:
        config: of the networks.
        rung: dtype, length of a window and where weights wait.
        n_at_once: windows that go through the flow together.
        has_pictures: whether regions were asked for.
    """
    with torch.device("meta"):
        flow, codec = SamAudioFlow(config), Codec(config.codec)
    flow_bytes = weight_bytes(flow, rung.dtype)
    if rung.is_offloaded:
        flow_bytes = max(_own_bytes(part, rung.dtype) for part in flow.modules())
    weights = flow_bytes + weight_bytes(codec, torch.float32)
    work = max(flow_work(config, rung, n_at_once), codec_work(config.codec))
    if has_pictures:
        n_values = sum(torch.Size(shape).numel() for shape in picture_half(config.vision).values())
        weights += n_values * rung.dtype.itemsize
    return MemoryNeed(weights, work)


def flow_work(config: SamAudioConfig, rung: Rung, n_at_once: int) -> int:
    """Return what a window takes while it goes through the flow."""
    # Each layer takes what the last one has given back: one is enough to see.
    small = replace(config, transformer=replace(config.transformer, n_layers=1))
    with torch.device("meta"):
        network = SamAudioFlow(small).to(rung.dtype).requires_grad_(False)
        n_frames = max(1, round(rung.window_s * config.codec.frame_rate_hz))
        given = Conditions(
            torch.zeros(n_at_once, n_frames, config.codec.codebook_dim, dtype=rung.dtype),
            torch.zeros(n_at_once, N_WORDS, config.text_dim, dtype=rung.dtype),
            anchors=torch.zeros(n_at_once, n_frames, dtype=torch.long),
        )
        width = config.transformer.out_channels
        noisy = torch.zeros(n_at_once, n_frames, width, dtype=rung.dtype)
        time = torch.zeros(n_at_once)
    return peak_bytes(lambda: network(noisy, time, given))


def codec_work(config: CodecConfig, n_frames: int = PIECE_FRAMES + 2 * REACH_FRAMES) -> int:
    """Return what a piece of sound takes on its way through the codec.

    The LSTM of the watermark is left out: at its low rate it takes next to nothing, and without
    content it would be walked through step by step.
    """
    with torch.device("meta"):
        codec = Codec(config).requires_grad_(False)
        marker = codec.decoder.wm_model
        marker.encoder_block.post[0] = marker.decoder_block.pre[1] = nn.Identity()
        latents = torch.zeros(1, n_frames, config.codebook_dim)
        sound = torch.zeros(1, n_frames * config.hop_samples)
        message = torch.zeros(config.n_message_bits, dtype=torch.long)
    return max(
        peak_bytes(lambda: codec.decode(latents, message)),
        peak_bytes(lambda: codec.encode(sound)),
    )


def _own_bytes(part: nn.Module, dtype: torch.dtype) -> int:
    """Return what the weights of a module itself take, without those of its parts."""
    return sum(one.numel() for one in part.parameters(recurse=False)) * dtype.itemsize
