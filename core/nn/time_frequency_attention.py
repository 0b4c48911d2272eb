"""Attention over all positions of a spectrogram: linear in their number, or full at the bottleneck.

papers/000 section 3.3 after Shen et al. 2021. Letters in shapes: B clips, C channels, T frames,
F bins, N = T F positions, H heads, E width of a head, D width of the clock.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.film import Nudge, channel_norm, film_layer
from core.nn.projection import project, project_each

_AT_ONCE = 8192
"""Positions a CPU works on together, so that what lies between two products stays in its cache."""


def tokens_of(x: Tensor) -> Tensor:
    """Return (B, C, T, F) as (B, N, C): a view, where memory is channels last."""
    return x.permute(0, 2, 3, 1).flatten(1, 2)


def image_of(tokens: Tensor, like: Tensor) -> Tensor:
    """Return (B, N, C) as (B, C, T, F) with the T and F of `like`."""
    return torch.unflatten(tokens, 1, like.shape[2:]).permute(0, 3, 1, 2)


class ChannelGain(nn.Module):
    """The learned gain of a norm over channels, in the shape the checkpoints have."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1, n_channels, 1, 1))


class LinearAttention(nn.Module):
    """Queries against a summary of all keys and values; cost grows with N, not with N squared.

    The order of products is chosen so that no (B, N, 3 H E) tensor is ever held, and the output
    projection is folded into the summary.
    """

    def __init__(self, n_channels: int, clock_dim: int, n_heads: int, head_dim: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        hidden = n_heads * head_dim
        self.mlp = film_layer(clock_dim, n_channels)
        self.to_qkv = nn.Conv2d(n_channels, 3 * hidden, 1, bias=False)
        self.to_out = nn.Sequential(nn.Conv2d(hidden, n_channels, 1), ChannelGain(n_channels))

    def forward(self, x: Tensor, gain: Tensor, clock: Tensor) -> Tensor:
        """Return (B, C, T, F) with the attention to its normalised self added.

        Args:
            x: (B, C, T, F).
            gain: of the norm before the attention.
            clock: (1, D) or (B, D).
        """
        nudge = Nudge(self.mlp(clock))
        tokens = tokens_of(x)
        is_cpu = x.device.type == "cpu"
        pieces = tokens.chunk(math.ceil(tokens.shape[1] / _AT_ONCE) if is_cpu else 1, 1)
        normed = [channel_norm(piece, gain, nudge) for piece in pieces]
        to_q, to_k, to_v = self.to_qkv.weight.flatten(1).chunk(3)
        summary = self._summary(normed, to_k, to_v)
        outs = [
            self._answer(project(piece, to_q), summary).add_(before)
            for piece, before in zip(normed, pieces, strict=True)
        ]
        return image_of(torch.cat(outs, 1) if len(outs) > 1 else outs[0], x)

    def _summary(self, normed: list[Tensor], to_k: Tensor, to_v: Tensor) -> Tensor:
        """Return (B, H E, C): what each key channel would bring to each output channel."""
        keys = [project(piece, to_k) for piece in normed]
        peak = torch.stack([key.detach().amax(1) for key in keys]).amax(0)[:, None]  # (B, 1, HE)
        context, total = torch.zeros((), device=peak.device), torch.zeros((), device=peak.device)
        for piece, key in zip(normed, keys, strict=True):
            weight = (key - peak).exp_()  # (B, n, H E)
            total = total + weight.sum(1)
            value = self._heads(project(piece, to_v))  # (B, H, n, E)
            context = context + self._heads(weight).transpose(2, 3) @ value
        head_dim = context.shape[2]
        n_positions = sum(piece.shape[1] for piece in normed)
        context = context / torch.unflatten(total, 1, (self.n_heads, -1))[..., None]  # (B, H, E, E)
        out = next(self.to_out.parameters()).flatten(1).t()
        out = torch.unflatten(out, 0, (self.n_heads, -1))  # (H, E, C)
        summary: Tensor = context @ out * (head_dim**-0.5 / n_positions)  # (B, H, E, C)
        return summary.flatten(1, 2)

    def _answer(self, query: Tensor, summary: Tensor) -> Tensor:
        """Return (B, n, C) for the projected queries (B, n, H E)."""
        _, bias, gain = self.to_out.parameters()
        query = torch.unflatten(query, 2, (self.n_heads, -1)).softmax(-1).flatten(2)
        return channel_norm(project_each(query, summary) + bias, gain)

    def _heads(self, tokens: Tensor) -> Tensor:
        """Return (B, n, H E) as (B, H, n, E)."""
        return torch.unflatten(tokens, 2, (self.n_heads, -1)).transpose(1, 2)


class FullAttention(nn.Module):
    """Every position against every other. Its `mlp` is in every checkpoint and never used."""

    def __init__(self, n_channels: int, clock_dim: int, n_heads: int, head_dim: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        hidden = n_heads * head_dim
        self.mlp = film_layer(clock_dim, n_channels)
        self.to_qkv = nn.Conv2d(n_channels, 3 * hidden, 1, bias=False)
        self.to_out = nn.Conv2d(hidden, n_channels, 1)

    def forward(self, x: Tensor, gain: Tensor, clock: Tensor | None = None) -> Tensor:
        """Return (B, C, T, F) with the attention to its normalised self added."""
        tokens = tokens_of(x)
        nudge = None if clock is None else Nudge(self.mlp(clock))
        qkv = project(channel_norm(tokens, gain, nudge), self.to_qkv.weight)
        qkv = torch.unflatten(qkv, 2, (3, self.n_heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # (B, H, N, E)
        out = nnf.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        out = project(out, self.to_out.weight, self.to_out.bias)
        return image_of(out + tokens, x)


class _Normed(nn.Module):
    """Holds a norm's gain and the attention behind it under the names the checkpoints use."""

    def __init__(self, n_channels: int, fn: nn.Module) -> None:
        super().__init__()
        self.fn = fn
        self.norm = ChannelGain(n_channels)


class TimeFrequencyAttention(nn.Module):
    """Norm, attention and shortcut, whichever attention it is."""

    def __init__(self, n_channels: int, attention: LinearAttention | FullAttention) -> None:
        super().__init__()
        self.fn = _Normed(n_channels, attention)

    def forward(self, x: Tensor, clock: Tensor | None = None) -> Tensor:
        """Return (B, C, T, F) for (B, C, T, F)."""
        out: Tensor = self.fn.fn(x, self.fn.norm.g, clock)
        return out
