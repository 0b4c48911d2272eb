"""The parts of MMAudio's mel VAE: residual blocks, attention, halving and doubling of time.

Letters in shapes: B clips, C channels, T steps, H heads.
"""

from torch import Tensor, nn
from torch.nn import functional as nnf

from core.nn.mmaudio.magnitude import KeptConv, kept_silu, kept_sum, unit_size


class KeptBlock(nn.Module):
    """Two convolutions beside a shortcut: (B, C, T) to (B, C', T)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv1 = KeptConv(n_in, n_out, 3)
        self.conv2 = KeptConv(n_out, n_out, 3)
        if n_in != n_out:
            self.nin_shortcut = KeptConv(n_in, n_out, 1)
        self.has_shortcut = n_in != n_out

    def forward(self, x: Tensor) -> Tensor:
        x = unit_size(x, (1,))
        branch = self.conv2(kept_silu(self.conv1(kept_silu(x))))
        return kept_sum(self.nin_shortcut(x) if self.has_shortcut else x, branch)


class KeptAttention(nn.Module):
    """Every step looks at every other, with one head: (B, C, T) to (B, C, T)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv = KeptConv(width, 3 * width, 1)
        self.proj_out = KeptConv(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        # The three lie side by side for every channel.
        split = unit_size(self.qkv(x).unflatten(1, (-1, 3)), (1,))  # (B, C, 3, T)
        query, key, value = split.permute(2, 0, 3, 1).contiguous()  # (B, T, C) each
        looked = nnf.scaled_dot_product_attention(query, key, value)
        return kept_sum(x, self.proj_out(looked.transpose(1, 2)))


class Halving(nn.Module):
    """(B, C, T) to (B, C, T // 2)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = KeptConv(width, width, 1)
        self.conv2 = KeptConv(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        halved: Tensor = self.conv2(nnf.avg_pool1d(self.conv1(x), 2))
        return halved


class Doubling(nn.Module):
    """(B, C, T) to (B, C, 2 T)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = KeptConv(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        doubled: Tensor = self.conv(x.repeat_interleave(2, dim=-1))
        return doubled


def middle(width: int) -> nn.ModuleDict:
    """Return the blocks at the narrowest place, by their official names."""
    return nn.ModuleDict(
        {
            "block_1": KeptBlock(width, width),
            "attn_1": KeptAttention(width),
            "block_2": KeptBlock(width, width),
        }
    )
