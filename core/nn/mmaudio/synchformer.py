"""The eyes of Synchformer: from short runs of pictures to features of when something moves.

A vision transformer over little cubes of 2 x 16 x 16 pixels that looks along time first and then
across the picture (divided attention, arXiv 2102.05095; Motionformer, arXiv 2106.05392), and one
more layer that gathers each pair of pictures into one feature (Synchformer, arXiv 2401.16423,
section 3.1). Names and shapes of the tensors are those under `vfeat_extractor.` in the released
checkpoint, as v-iashin/Synchformer builds them.

Letters in shapes: B runs of pictures, C colours, K pictures, H W pixels, T pairs of pictures,
P patches of a picture, D width.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

PREFIX = "vfeat_extractor."
"""Before the names in the released checkpoint, which holds ears and a judge beside the eyes."""

UNUSED = ("patch_embed.",)
"""Tensors in it that compute nothing: of flat patches, from before there were cubes."""

EPS = 1e-6


@dataclass(frozen=True, slots=True)
class SynchformerConfig:
    """What the shape of the network depends on. The defaults are the released one."""

    width: int = 768
    depth: int = 12
    n_heads: int = 12
    side_px: int = 224
    patch_px: int = 16
    n_pictures: int = 16
    """In a run; two make a pair."""

    @property
    def n_patches(self) -> int:
        return (self.side_px // self.patch_px) ** 2

    @property
    def n_pairs(self) -> int:
        return self.n_pictures // 2


class GroupedAttention(nn.Module):
    """Every cube looks at the cubes of its group and at the first token, which looks at all."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, n_pairs: int, *, is_along_time: bool) -> Tensor:
        """Return (B, 1 + T P, D) of `x`, whose cubes lie pair by pair."""
        split = self.qkv(x).reshape(*x.shape[:2], 3, self.n_heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)  # (B, heads, 1 + T P, D / heads)
        first = nnf.scaled_dot_product_attention(query[:, :, :1], key, value)
        groups = [_grouped(one[:, :, 1:], n_pairs, is_along_time) for one in (query, key, value)]
        keys, values = (
            torch.cat((_shared(whole[:, :, :1], group), group), dim=-2)
            for whole, group in ((key, groups[1]), (value, groups[2]))
        )
        looked = nnf.scaled_dot_product_attention(groups[0], keys, values)
        cubes = (looked.transpose(2, 3) if is_along_time else looked).flatten(2, 3)
        joined = torch.cat((first, cubes), dim=2)  # (B, heads, 1 + T P, D / heads)
        out: Tensor = self.proj(joined.transpose(1, 2).flatten(2))
        return out


class DividedBlock(nn.Module):
    """Along time, across the picture, and a projection: (B, 1 + T P, D) to the same."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, EPS)
        self.attn = GroupedAttention(width, n_heads)
        self.timeattn = GroupedAttention(width, n_heads)
        self.norm2 = nn.LayerNorm(width, EPS)
        self.mlp = nn.ModuleDict(
            {"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)}
        )
        self.norm3 = nn.LayerNorm(width, EPS)

    def forward(self, x: Tensor, n_pairs: int) -> Tensor:
        x = x + self.timeattn(self.norm3(x), n_pairs, is_along_time=True)
        x = x + self.attn(self.norm1(x), n_pairs, is_along_time=False)
        out: Tensor = x + self.mlp["fc2"](nnf.gelu(self.mlp["fc1"](self.norm2(x))))
        return out


class Gatherer(nn.TransformerEncoderLayer):
    """What a token of its own gathers from a set of tokens: (B, P, D) to (B, D)."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__(
            width,
            n_heads,
            4 * width,
            dropout=0.0,
            activation=nn.GELU(),
            layer_norm_eps=EPS,
            batch_first=True,
            norm_first=True,
        )
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))

    def gather(self, x: Tensor) -> Tensor:
        tokens = torch.cat((self.cls_token.expand(len(x), -1, -1), x), dim=1)
        return super().forward(tokens)[:, 0]


class SynchformerEyes(nn.Module):
    """Runs of pictures (B, C, K, H, W), scaled to -1..1, to features (B, T, D)."""

    def __init__(self, config: SynchformerConfig) -> None:
        super().__init__()
        self.config = config
        width, patch_px = config.width, config.patch_px
        cube = (2, patch_px, patch_px)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + config.n_patches, width))
        self.temp_embed = nn.Parameter(torch.zeros(1, config.n_pairs, width))
        self.patch_embed_3d = nn.ModuleDict({"proj": nn.Conv3d(3, width, cube, stride=cube)})
        self.blocks = nn.ModuleList(
            DividedBlock(width, config.n_heads) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(width, EPS)
        self.spatial_attn_agg = Gatherer(width, config.n_heads)

    def forward(self, pictures: Tensor) -> Tensor:
        n_pairs = self.config.n_pairs
        cubes = self.patch_embed_3d["proj"](pictures).flatten(2).transpose(1, 2)  # (B, T P, D)
        x = torch.cat((self.cls_token.expand(len(cubes), -1, -1), cubes), dim=1)
        x = x + self._places()
        for block in self.blocks:
            x = block(x, n_pairs)
        tokens = self.norm(x[:, 1:])  # (B, T P, D)
        by_pair = tokens.reshape(len(x) * n_pairs, -1, x.shape[-1])  # (B T, P, D)
        return self.spatial_attn_agg.gather(by_pair).reshape(len(x), n_pairs, -1)

    def _places(self) -> Tensor:
        """Return where and when each token is, (1, 1 + T P, D)."""
        n_pairs = self.config.n_pairs
        where = self.pos_embed[:, 1:].repeat(1, n_pairs, 1)
        when = self.temp_embed.repeat_interleave(self.config.n_patches, dim=1)
        return torch.cat((self.pos_embed[:, :1], where + when), dim=1)


def _grouped(x: Tensor, n_pairs: int, is_along_time: bool) -> Tensor:
    """Return cubes (B, heads, T P, d) as groups (B, heads, P, T, d) or (B, heads, T, P, d)."""
    by_pair = x.reshape(*x.shape[:2], n_pairs, -1, x.shape[-1])
    return by_pair.transpose(2, 3) if is_along_time else by_pair


def _shared(first: Tensor, groups: Tensor) -> Tensor:
    """Return the first token (B, heads, 1, d) for each group (B, heads, groups, 1, d)."""
    return first[:, :, None].expand(-1, -1, groups.shape[2], -1, -1)
