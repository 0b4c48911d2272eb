"""Synchformer's eyes compute divided attention, and see movement."""

import math

import pytest
import torch
from torch import Tensor

from core.nn.mmaudio.synchformer import (
    GroupedAttention,
    SynchformerConfig,
    SynchformerEyes,
)

TINY = SynchformerConfig(width=16, depth=2, n_heads=2, side_px=32, patch_px=16, n_pictures=4)


def eyes() -> SynchformerEyes:
    torch.manual_seed(0)
    network = SynchformerEyes(TINY).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.2 * torch.randn_like(weight))
    return network


def masked_attention(layer: GroupedAttention, x: Tensor, may_look: Tensor) -> Tensor:
    """The same from its definition: all ask all, and what is forbidden counts nothing."""
    n_heads, dim = layer.n_heads, x.shape[-1] // layer.n_heads
    query, key, value = layer.qkv(x).chunk(3, dim=-1)
    parts = []
    for head in range(n_heads):
        place = slice(head * dim, (head + 1) * dim)
        scores = query[..., place] @ key[..., place].transpose(1, 2) / math.sqrt(dim)
        weights = scores.masked_fill(~may_look, -torch.inf).softmax(-1)
        parts.append(weights @ value[..., place])
    return layer.proj(torch.cat(parts, dim=-1))


@pytest.mark.parametrize("is_along_time", [True, False])
def test_cubes_look_at_their_group_and_at_the_first_token(is_along_time):
    torch.manual_seed(1)
    n_pairs, n_patches = 3, 4
    layer, x = GroupedAttention(8, 2), torch.randn(2, 1 + n_pairs * n_patches, 8)
    when = torch.arange(n_pairs).repeat_interleave(n_patches)
    where = torch.arange(n_patches).repeat(n_pairs)
    group = where if is_along_time else when
    may_look = torch.ones(1 + n_pairs * n_patches, 1 + n_pairs * n_patches, dtype=torch.bool)
    may_look[1:, 1:] = group[:, None] == group[None]

    ours = layer(x, n_pairs, is_along_time=is_along_time)

    torch.testing.assert_close(ours, masked_attention(layer, x, may_look))


@torch.no_grad()
def test_each_pair_of_pictures_gives_a_feature():
    assert eyes()(torch.randn(3, 3, 4, 32, 32)).shape == (3, 2, 16)


@torch.no_grad()
def test_runs_of_pictures_do_not_hear_of_each_other():
    network, pictures = eyes(), torch.randn(2, 3, 4, 32, 32)

    torch.testing.assert_close(network(pictures)[:1], network(pictures[:1]))


@torch.no_grad()
def test_when_something_moves_matters():
    network, pictures = eyes(), torch.randn(1, 3, 4, 32, 32)

    assert (network(pictures) - network(pictures.flip(2)).flip(1)).abs().max() > 1e-3


def test_the_released_network_has_the_known_tensors():
    """Counted by hand from the shapes that v-iashin/Synchformer builds."""
    with torch.device("meta"):
        network = SynchformerEyes(SynchformerConfig())
    shapes = {name: list(value.shape) for name, value in network.state_dict().items()}

    assert shapes["patch_embed_3d.proj.weight"] == [768, 3, 2, 16, 16]
    assert shapes["pos_embed"] == [1, 197, 768]
    assert shapes["temp_embed"] == [1, 8, 768]
    assert shapes["blocks.11.timeattn.qkv.weight"] == [2304, 768]
    assert shapes["blocks.0.mlp.fc1.weight"] == [3072, 768]
    assert shapes["spatial_attn_agg.self_attn.in_proj_weight"] == [2304, 768]
    assert shapes["spatial_attn_agg.linear1.weight"] == [3072, 768]
    per_block = 16 + 3 * 2  # two attentions and an MLP of four tensors each, and three norms
    assert len(shapes) == 3 + 2 + 12 * (per_block - 4) + 2 + 13
