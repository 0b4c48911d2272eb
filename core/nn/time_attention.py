"""Attention along time, in which each frame is described by all of its bins (after TF-GridNet).

papers/000 section 3.3 after Wang et al. 2023. All heads are projected at once.
Letters in shapes: B clips, C channels, T frames, F bins, H heads, E channels of a head,
D width of the clock.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.film import Nudge, film_layer
from core.nn.folding import Fold
from core.nn.projection import project


class _BinNorm(nn.Module):
    """The gain and offset of a norm over channels and bins, in the shape the checkpoints have."""

    def __init__(self, n_channels: int, n_bins: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, n_channels, 1, n_bins))
        self.beta = nn.Parameter(torch.zeros(1, n_channels, 1, n_bins))


def _projection(n_in: int, n_out: int, n_bins: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 1), nn.PReLU(), _BinNorm(n_out, n_bins))


class _Heads:
    """The same projection of all heads, side by side."""

    def __init__(self, layers: list[nn.Module]) -> None:
        weights = [[*layer.parameters()] for layer in layers]  # conv w, b, slope, gamma, beta
        self.weight = torch.cat([w[0].flatten(1) for w in weights])  # (H E, C)
        self.bias = torch.cat([w[1] for w in weights])  # (H E)
        self.slope = torch.cat([w[2] for w in weights])  # (H)
        self.gain = torch.stack([_bins_first(w[3]) for w in weights])  # (H, 1, F E)
        self.offset = torch.stack([_bins_first(w[4]) for w in weights])


def _bins_first(weight: Tensor) -> Tensor:
    """Return (1, E, 1, F) as (1, F E)."""
    return weight[:, :, 0].transpose(1, 2).flatten(1)


class _AcrossFrames(nn.Module):
    """The attention itself; its layers carry the checkpoints' names."""

    def __init__(
        self, n_channels: int, n_bins: int, clock_dim: int, n_heads: int, query_size: int
    ) -> None:
        super().__init__()
        self.n_heads = n_heads
        per_bin = math.ceil(query_size / n_bins)
        for head in range(n_heads):
            for name, n_out in (("Q", per_bin), ("K", per_bin), ("V", n_channels // n_heads)):
                layer = _projection(n_channels, n_out, n_bins)
                self.add_module(f"attn_conv_{name}_{head}", layer)
        self.attn_concat_proj = _projection(n_channels, n_channels, n_bins)
        self.mlp = film_layer(clock_dim, n_channels)
        self._folded: Fold[tuple[_Heads, _Heads, _Heads]] = Fold()

    def forward(self, x: Tensor, clock: Tensor) -> Tensor:
        """Return (B, T, F, C) for (B, T, F, C)."""
        nudge = Nudge(self.mlp(clock))
        if not nudge.is_shared:
            x = nudge.along_last(x)
        query, key, value = (
            self._project(x, heads, nudge) for heads in self._folded.of(self._weights(), self._fold)
        )
        score = query @ key.transpose(2, 3) * query.shape[3] ** -0.5  # (B, H, T, T)
        out = score.softmax(-1) @ value  # (B, H, T, F E)
        out = torch.unflatten(out, 3, (x.shape[2], -1))  # (B, H, T, F, E)
        out = out.permute(0, 2, 3, 1, 4).flatten(3)  # (B, T, F, C)
        weight, bias, slope, *norm = self.attn_concat_proj.parameters()
        out = nnf.prelu(project(out, weight, bias), slope)
        gain, offset = (_bins_first(part).view(out.shape[2:]) for part in norm)
        return nnf.layer_norm(out, out.shape[2:], gain, offset)

    def _project(self, x: Tensor, heads: _Heads, nudge: Nudge) -> Tensor:
        """Return (B, H, T, F E): each head's frames, normalised over all that describes them."""
        weight, bias = heads.weight, heads.bias
        if nudge.is_shared:
            bias = torch.addmv(bias, weight, nudge.shift[0])
            weight = weight * nudge.gain
        out = torch.unflatten(project(x, weight, bias), 3, (self.n_heads, -1))  # (B, T, F, H, E)
        out = nnf.prelu(out.permute(0, 3, 1, 2, 4).flatten(3), heads.slope)
        return torch.addcmul(heads.offset, nnf.layer_norm(out, out.shape[3:]), heads.gain)

    def _weights(self) -> list[Tensor]:
        return [
            weight
            for name, layer in self.named_children()
            if name.startswith("attn_conv_")
            for weight in layer.parameters()
        ]

    def _fold(self) -> tuple[_Heads, _Heads, _Heads]:
        query, key, value = (
            _Heads([self.get_submodule(f"attn_conv_{name}_{h}") for h in range(self.n_heads)])
            for name in "QKV"
        )
        return query, key, value


class TimeAttention(nn.Module):
    """Attention along time and a shortcut. There is no norm before it, whatever the paper says."""

    def __init__(
        self, n_channels: int, n_bins: int, clock_dim: int, n_heads: int, query_size: int
    ) -> None:
        super().__init__()
        self.fn = _AcrossFrames(n_channels, n_bins, clock_dim, n_heads, query_size)

    def forward(self, x: Tensor, clock: Tensor) -> Tensor:
        """Return (B, C, T, F) for (B, C, T, F)."""
        frames = x.permute(0, 2, 3, 1)
        out: Tensor = self.fn(frames, clock)
        return out.add_(frames).permute(0, 3, 1, 2)
