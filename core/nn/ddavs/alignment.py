"""The audio-visual alignment module: sound looks at the picture, then the picture at the sound.

papers/002 section 3.3 (AVAM), equations 7 and 8. The equations show the attention alone; taken
literally, five audio vectors would replace the picture. As in any Transformer each is
added to what it was computed from, after a norm of the visual tokens.

Letters in shapes: B pictures, M visual tokens, C their width, n queries, D their width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.ddavs.config import DdavsConfig


class CrossAlignment(nn.Module):
    """Audio-guided filtering, then visual-guided enhancement."""

    def __init__(
        self, audio_width: int, visual_width: int, n_heads: int, *, has_silence: bool = False
    ) -> None:
        """Make the projections of one stage.

        Args:
            audio_width: D, a multiple of `n_heads`.
            visual_width: C, a multiple of `n_heads`.
            n_heads: of both attentions.
            has_silence: give pixels a learnt key beside the queries, so that those that no sound
                fits need not attend to any.
        """
        super().__init__()
        self.n_heads = n_heads
        self.norm = nn.LayerNorm(visual_width)
        self.filter_key = nn.Linear(visual_width, audio_width)  # W_K of equation 7
        self.filter_value = nn.Linear(visual_width, audio_width)
        self.enhance_query = nn.Linear(visual_width, visual_width)  # W_Q of equation 8
        self.enhance_key = nn.Linear(audio_width, visual_width)
        self.enhance_value = nn.Linear(audio_width, visual_width)
        silence = torch.zeros(1, 1, audio_width)
        self.silence = nn.Parameter(silence) if has_silence else None

    def forward(self, queries: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sounds that are seen (B, n, D) and the picture that is heard (B, M, C).

        Args:
            queries: Q, (B, n, D).
            visual: H_v, (B, M, C).
        """
        normed = self.norm(visual)
        seen = self._attend(queries, self.filter_key(normed), self.filter_value(normed))
        seen = queries + seen  # H_a, (B, n, D)
        told = seen
        if self.silence is not None:
            told = torch.cat((seen, self.silence.expand(len(seen), -1, -1)), 1)  # (B, n + 1, D)
        heard = self._attend(
            self.enhance_query(normed), self.enhance_key(told), self.enhance_value(told)
        )
        return seen, visual + heard

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        query, key, value = (self._by_head(one) for one in (query, key, value))
        return nnf.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)

    def _by_head(self, tokens: Tensor) -> Tensor:
        n_clips, n_tokens, _ = tokens.shape
        return tokens.view(n_clips, n_tokens, self.n_heads, -1).transpose(1, 2)


class PlainInjection(nn.Module):
    """What the baseline of table 3 has instead: the mean query, added to every visual token."""

    def __init__(self, audio_width: int, visual_width: int) -> None:
        super().__init__()
        self.project = nn.Linear(audio_width, visual_width)

    def forward(self, queries: Tensor, visual: Tensor) -> tuple[Tensor, Tensor]:
        """Return the queries as they are and visual tokens (B, M, C)."""
        return queries, visual + self.project(queries.mean(1, keepdim=True))


def alignments(config: DdavsConfig, audio_width: int) -> nn.ModuleDict:
    """Return the module of each injected stage under its number."""

    def made(stage: int) -> nn.Module:
        width, n_heads = config.visual.widths[stage - 1], config.visual.n_heads[stage - 1]
        if not config.has_alignment:
            return PlainInjection(audio_width, width)
        # MiT's heads need not divide the sound's width.
        while audio_width % n_heads:
            n_heads -= 1
        while width % n_heads:
            n_heads -= 1
        return CrossAlignment(audio_width, width, n_heads, has_silence=config.has_silence)

    return nn.ModuleDict({str(stage): made(stage) for stage in config.injected})
