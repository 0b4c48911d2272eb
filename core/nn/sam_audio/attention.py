"""Attention as SAM Audio's checkpoints want it, with rotary positions.

Heads are dealt out like cards: channel c of a query belongs to head `c mod H`. What heads answer is
put together one whole head after the other. With the usual split a checkpoint loads, and computes
nonsense. Letters in shapes: B clips, T frames, K what is looked at, D width, H heads, d their
width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.sam_audio.config import TransformerConfig
from core.nn.sam_audio.layers import RmsNorm

Rotation = tuple[Tensor, Tensor]
"""Cosines and sines, (T, d / 2) each."""


def rotation(n_frames: int, config: TransformerConfig, device: torch.device) -> Rotation:
    """Return by how much to turn the queries and keys of each frame (Su et al. 2021)."""
    half = config.head_dim // 2
    steps = torch.arange(half, device=device, dtype=torch.float32)
    places = torch.arange(n_frames, device=device, dtype=torch.float32)
    angle = places[:, None] * (config.theta ** (-steps / half))
    return angle.cos(), angle.sin()


def turned(x: Tensor, by: Rotation) -> Tensor:
    """Return `x` (B, H, T, d) with each pair of neighbouring channels turned."""
    cosine, sine = by
    first, second = x.float().reshape(*x.shape[:-1], -1, 2).unbind(-1)  # (B, H, T, d / 2)
    pairs = torch.stack(
        (first * cosine - second * sine, first * sine + second * cosine),
        dim=-1,
    )
    return pairs.flatten(-2).to(x.dtype)


class Attention(nn.Module):
    """Looks from frames (B, T, D) at themselves or at a memory (B, K, D)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.n_heads = config.n_heads
        self.wq = nn.Linear(config.dim, config.dim, bias=False)
        self.wk = nn.Linear(config.dim, config.dim, bias=False)
        self.wv = nn.Linear(config.dim, config.dim, bias=False)
        self.wo = nn.Linear(config.dim, config.dim, bias=False)
        self.q_norm = RmsNorm(config.head_dim, config.norm_eps)
        self.k_norm = RmsNorm(config.head_dim, config.norm_eps)

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        is_kept: Tensor | None = None,
        positions: Rotation | None = None,
    ) -> Tensor:
        """Return (B, T, D).

        Args:
            x: (B, T, D).
            memory: (B, K, D); None to look at `x` itself.
            is_kept: bool (B, K), False where nobody may look; None for everywhere.
            positions: turns queries and keys.
        """
        seen = x if memory is None else memory
        query = self.q_norm(self._dealt(self.wq(x)))
        key = self.k_norm(self._dealt(self.wk(seen)))
        if positions is not None:
            query, key = turned(query, positions), turned(key, positions)
        allowed = None if is_kept is None else is_kept[:, None, None, :]
        answer = nnf.scaled_dot_product_attention(
            query, key, self._dealt(self.wv(seen)), attn_mask=allowed
        )
        out: Tensor = self.wo(answer.transpose(1, 2).flatten(2))
        return out

    def _dealt(self, x: Tensor) -> Tensor:
        """Return (B, H, T, d) of (B, T, D), the head being what varies fastest in D."""
        return x.reshape(*x.shape[:-1], -1, self.n_heads).permute(0, 3, 1, 2)
