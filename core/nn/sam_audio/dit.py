"""The diffusion transformer that all of SAM Audio's conditions meet in.

papers/004, with the constants of the official code: frames attend to each other under adaptive
norms, then look, without any norm, at the memory that holds the words. For inference only: there
is no dropout. Letters in shapes: B clips, T latent frames, K words, D width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.sam_audio.attention import Attention, Rotation, rotation
from core.nn.sam_audio.config import TransformerConfig
from core.nn.sam_audio.layers import GatedLayers, ResidualConv, RmsNorm, modulated, waves_of


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What frames look at: (B, K, D), and bool (B, K), False for words that only fill up."""

    tokens: Tensor
    is_kept: Tensor | None = None


class DitBlock(nn.Module):
    """Attention among frames, a look at the memory, and feed-forward layers."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.scale_shift_table = nn.Parameter(torch.zeros(6, config.dim))
        self.attention_norm = RmsNorm(config.dim, config.norm_eps)
        self.attention = Attention(config)
        self.cross_attention = Attention(config)
        self.ffn_norm = RmsNorm(config.dim, config.norm_eps)
        self.feed_forward = GatedLayers(config.dim, config.hidden_dim, config.dim)

    def forward(
        self,
        x: Tensor,
        clock: Tensor,
        memory: Memory,
        is_kept: Tensor | None,
        positions: Rotation,
    ) -> Tensor:
        """Return (B, T, D).

        Args:
            x: (B, T, D).
            clock: (B, 6 D), what time does to this block.
            memory: with tokens (B, K, D).
            is_kept: bool (B, T), False for frames that nobody may look at.
            positions: of the T frames.
        """
        tuning = self.scale_shift_table + clock.reshape(len(clock), 6, -1)  # (B, 6, D)
        shift, scale, gate, late_shift, late_scale, late_gate = tuning.chunk(6, dim=1)
        heard = modulated(self.attention_norm(x), shift, scale)
        x = x + gate * self.attention(heard, is_kept=is_kept, positions=positions)
        x = x + self.cross_attention(x, memory.tokens, memory.is_kept)
        late = modulated(self.ffn_norm(x), late_shift, late_scale)
        out: Tensor = x + late_gate * self.feed_forward(late)
        return out


class TimestepEmbedder(nn.Module):
    """Times (B,) to (B, D)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.frequency_dim = config.frequency_dim
        self.projection = GatedLayers(config.frequency_dim, config.dim, config.dim)

    def forward(self, time: Tensor) -> Tensor:
        waves = waves_of(time, self.frequency_dim).to(self.projection.w1.weight.dtype)
        out: Tensor = self.projection(waves)
        return out


class MemoryEmbedder(nn.Module):
    """Tokens (B, K, D) to what the blocks look at, (B, K, D)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.projection = GatedLayers(config.context_dim, config.dim, config.dim)

    def forward(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.projection(tokens)
        return out


class DiT(nn.Module):
    """Frames with their conditions in, the velocity of the flow out."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.x_embedder = ResidualConv(config.dim)
        self.y_embedder = MemoryEmbedder(config)
        self.t_embedder = TimestepEmbedder(config)
        self.t_block = nn.Linear(config.dim, 6 * config.dim)
        self.layers = nn.ModuleList(DitBlock(config) for _ in range(config.n_layers))
        self.norm = RmsNorm(config.dim, config.norm_eps)
        self.final_layer_scale_shift_table = nn.Parameter(torch.zeros(2, config.dim))
        self.output = nn.Linear(config.dim, config.out_channels, bias=False)

    def forward(
        self, x: Tensor, time: Tensor, memory: Memory, is_kept: Tensor | None = None
    ) -> Tensor:
        """Return (B, T, out_channels).

        Args:
            x: (B, T, D).
            time: (B,), 0 to 1.
            memory: with tokens (B, K, D).
            is_kept: bool (B, T), False where frames only fill up; those are hidden as keys, yet
                answered like any other.
        """
        clock = self.t_embedder(time)  # (B, D)
        tuning = self.t_block(nnf.silu(clock))  # (B, 6 D)
        seen = Memory(self.y_embedder(memory.tokens), memory.is_kept)
        positions = rotation(x.shape[1], self.config, x.device)
        x = self.x_embedder(x)
        for layer in self.layers:
            x = layer(x, tuning, seen, is_kept, positions)
        shift, scale = (self.final_layer_scale_shift_table + clock[:, None]).chunk(2, dim=1)
        out: Tensor = self.output(modulated(self.norm(x), shift, scale))
        return out
