"""The transformer blocks of MMAudio: of one sequence, of three that look at each other, the last.

Facts: arXiv 2412.15322 section 3.2 to 3.4. Letters in shapes: B clips, H heads, T steps in time,
D width. A condition is (B, 1, D), the same all along, or (B, T, D), step by step.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.mmaudio.layers import GatedProjection, TimeConv, mixing, modulated
from core.nn.mmaudio.rotation import rotated

LATENT_KERNEL = 3
"""Steps that a convolution inside a block sees."""

FINAL_KERNEL = 7


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a sequence brings to the attention, and what is to be done with the answer."""

    query: Tensor  # (B, H, T, D / H)
    key: Tensor
    value: Tensor
    after: tuple[Tensor, ...]
    """Gate of the attention; shift, scale and gate of the projection. Empty where it ends here."""


class Attention(nn.Module):
    """Queries, keys and values of one sequence; the looking itself may be done with others."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.q_norm = nn.RMSNorm(width // n_heads)
        self.k_norm = nn.RMSNorm(width // n_heads)

    def forward(self, x: Tensor, turns: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        # The three lie side by side for every number of a head, not one after the other.
        split = self.qkv(x).unflatten(-1, (self.n_heads, -1, 3)).transpose(1, 2)
        query, key, value = split.unbind(-1)  # (B, H, T, D / H) each
        query, key = self.q_norm(query), self.k_norm(key)
        if turns is not None:
            query, key = rotated(query, turns), rotated(key, turns)
        return query, key, value


class StreamBlock(nn.Module):
    """One sequence's half of a block: it asks, and makes something of the answer.

    Args:
        width: D.
        n_heads: H.
        kernel: steps that its convolutions see; 1 for words.
        ends: whether the answer is not needed any more, as in the last joint block.
    """

    def __init__(self, width: int, n_heads: int, kernel: int, *, ends: bool = False) -> None:
        super().__init__()
        self.ends = ends
        self.norm1 = nn.LayerNorm(width, elementwise_affine=False)
        self.attn = Attention(width, n_heads)
        n_signals = 2 if ends else 6
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, n_signals * width))
        if not ends:
            self.linear1 = mixing(width, width, kernel)
            self.norm2 = nn.LayerNorm(width, elementwise_affine=False)
            self.ffn = GatedProjection(width, kernel)

    def ask(self, x: Tensor, condition: Tensor, turns: Tensor | None) -> Asked:
        signals = self.adaLN_modulation(condition).chunk(2 if self.ends else 6, dim=-1)
        shift, scale, *after = signals
        query, key, value = self.attn(modulated(self.norm1(x), shift, scale), turns)
        return Asked(query, key, value, tuple(after))

    def answer(self, x: Tensor, heard: Tensor, asked: Asked) -> Tensor:
        """Return `x` (B, T, D) with what was `heard` (B, T, D) worked in."""
        gate, shift, scale, last_gate = asked.after
        x = x + self.linear1(heard) * gate
        out: Tensor = x + self.ffn(modulated(self.norm2(x), shift, scale)) * last_gate
        return out

    def forward(self, x: Tensor, condition: Tensor, turns: Tensor | None) -> Tensor:
        """Return `x` after it has looked at itself alone."""
        asked = self.ask(x, condition, turns)
        return self.answer(x, _looked(asked.query, asked.key, asked.value), asked)


class JointBlock(nn.Module):
    """Sound, pictures and words look at each other, and each goes on with weights of its own."""

    def __init__(self, width: int, n_heads: int, *, is_last: bool = False) -> None:
        super().__init__()
        self.is_last = is_last
        self.latent_block = StreamBlock(width, n_heads, LATENT_KERNEL)
        self.clip_block = StreamBlock(width, n_heads, LATENT_KERNEL, ends=is_last)
        self.text_block = StreamBlock(width, n_heads, 1, ends=is_last)

    def forward(
        self,
        streams: tuple[Tensor, Tensor, Tensor],
        conditions: tuple[Tensor, Tensor],
        turns: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return sound, pictures and words after the block.

        Args:
            streams: the three, (B, T, D) each with its own number of steps.
            conditions: of all (B, 1, D), and of the sound step by step (B, T, D).
            turns: rotations of sound and of pictures; words have no place in time.
        """
        latent, clip, text = streams
        everywhere, by_step = conditions
        asked = (
            self.latent_block.ask(latent, by_step, turns[0]),
            self.clip_block.ask(clip, everywhere, turns[1]),
            self.text_block.ask(text, everywhere, None),
        )
        looked = _looked(
            torch.cat([one.query for one in asked], dim=2),
            torch.cat([one.key for one in asked], dim=2),
            torch.cat([one.value for one in asked], dim=2),
        )
        heard = torch.split(looked, [one.shape[1] for one in streams], dim=1)
        latent = self.latent_block.answer(latent, heard[0], asked[0])
        if not self.is_last:
            clip = self.clip_block.answer(clip, heard[1], asked[1])
            text = self.text_block.answer(text, heard[2], asked[2])
        return latent, clip, text


class FinalBlock(nn.Module):
    """From the sound's features to its velocity: (B, T, D) to (B, T, latent_dim)."""

    def __init__(self, width: int, latent_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.conv = TimeConv(width, latent_dim, FINAL_KERNEL)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(condition).chunk(2, dim=-1)
        velocity: Tensor = self.conv(modulated(self.norm(x), shift, scale))
        return velocity


def _looked(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    looked = nnf.scaled_dot_product_attention(query, key, value)  # (B, H, T, D / H)
    return looked.transpose(1, 2).flatten(2)  # (B, T, D)
